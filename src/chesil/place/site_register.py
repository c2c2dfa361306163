"""A study's own sites, hours, room use and homes, merged into a place; every problem is named, every guess is said."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher

import numpy as np
import polars as pl

from chesil.core.errors import InputRefused, Problem, did_you_mean
from chesil.packs.pack import read_table
from chesil.place.local_tables import HOMES, HOURS, ROOM_USE, SITES
from chesil.place.locating import Point, locate_postcodes, point_faults, spaced_postcode
from chesil.place.place import Place

TABLES = ("sites", "hours", "room_use", "housing")
"""The study's registers that this module reads."""
SAME_BUILDING_M = 60
"""Sites this near to each other, or at one postcode, may be one building."""
ALIKE = 0.75
"""Names whose own words match this closely (0 to 1) are taken for one name."""
MOVED_M = 500
COMMON_WORDS = re.compile(
    r"\b(the|and|of|at|dr|drs|doctors?|surgery|surgeries|medical|health|centre|center|ctr|practice|clinic|group|branch|"
    r"partnership|house|ltd|limited)\b"
)


@dataclass(frozen=True, eq=False)
class Merged:
    """A place with a study's registers in it, and sentences on how rows were matched, added and left out."""

    place: Place
    notes: tuple[str, ...] = field(default=())


def with_drawn_groups(place: Place, registers: Mapping[str, pl.DataFrame]) -> Place:
    """The place with every grouping of practices that a study's table of groups draws."""
    table = registers.get("groups")
    for (grouping,), rows in table.group_by("grouping", maintain_order=True) if table is not None else ():
        place = place.with_groups(str(grouping), dict(rows.select("practice_code", "group_name").iter_rows()))
    return place


def with_registers(place: Place, registers: Mapping[str, pl.DataFrame]) -> Place:
    """The place with a study's `sites`, `hours`, `room_use` and `housing`; raises `InputRefused` with every problem."""
    return merge_registers(place, registers).place


def merge_registers(place: Place, registers: Mapping[str, pl.DataFrame]) -> Merged:
    """As `with_registers`, with notes. A table that is not there changes nothing.

    A row of `sites` is matched to the pack's site of its code; else to a site of its practice at its postcode (the one
    most alike in name); else it is a new site. What the row says stands over what the pack says; its blanks do not.
    """
    if not any(name in registers for name in TABLES):
        return Merged(place)
    problems: list[Problem] = []
    notes: list[str] = []
    code_of: dict[str, str] = {}
    sites = place.sites
    if "sites" in registers:
        sites, code_of = _merge_sites(place, registers["sites"], problems, notes)
    set_aside = {c for c, to in code_of.items() if not to}
    tables: dict[str, pl.DataFrame] = {"sites": sites}
    for name, contract in (("hours", HOURS), ("room_use", ROOM_USE)):
        if name in registers:
            coded = _coded(registers[name], name, sites, code_of, set_aside, problems)
            tables[name] = coded.select(contract.names).sort(list(contract.key))
    if "hours" in registers:
        problems += _session_problems(registers["hours"])
    if "room_use" in registers:
        problems += _room_problems(tables["room_use"], sites)
    if "housing" in registers:
        tables["homes"] = _homes(place, registers["housing"], problems, notes)
    if problems:
        raise InputRefused(
            "The study's tables cannot be put together with the place", problems, "Put these right and try again"
        )
    return Merged(place.with_tables(**tables), tuple(notes))


def same_buildings(sites: pl.DataFrame) -> pl.DataFrame:
    """Pairs of sites that may be one building: site_a, site_b, metres, is_shared, names_alike; the lower code first.

    Two sites pair at one postcode or within `SAME_BUILDING_M`. They *share* a building if their practices differ; at
    one practice they may be the same site under two codes. A postcode covers several doors: a pair is a question.
    """
    located = sites.filter(pl.col("status") != "closed").drop_nulls(["easting", "northing"]).sort("site_code")
    rows = located.select("site_code", "practice_code", "site_name", "postcode", "easting", "northing").rows()
    xy = located.select("easting", "northing").to_numpy().astype(np.float64)
    schema = {
        "site_a": pl.String,
        "site_b": pl.String,
        "metres": pl.Float64,
        "is_shared": pl.Boolean,
        "names_alike": pl.Boolean,
    }
    pairs = []
    for i, one in enumerate(rows):
        metres = np.hypot(*(xy[i + 1 :] - xy[i]).T)
        for j in np.flatnonzero(metres <= SAME_BUILDING_M):
            other = rows[i + 1 + int(j)]
            pairs.append((one[0], other[0], float(metres[j]), one[1] != other[1], names_alike(one[2], other[2])))
    return pl.DataFrame(pairs, schema=schema, orient="row")


def names_alike(one: str, other: str) -> bool:
    """True if the own words of two names match, leaving out words such as surgery and centre."""
    a, b = _own_words(one), _own_words(other)
    return bool(a and b) and (a in b or b in a or SequenceMatcher(None, a, b).ratio() >= ALIKE)


def _own_words(name: str) -> str:
    return " ".join(COMMON_WORDS.sub(" ", re.sub(r"[^a-z0-9 ]+", " ", name.lower())).split())


def _merge_sites(
    place: Place, register: pl.DataFrame, problems: list[Problem], notes: list[str]
) -> tuple[pl.DataFrame, dict[str, str]]:
    """The sites, and for each code of the register the site's code ("" for a row of another place)."""
    ours = set(place.practices["practice_code"])
    england = set(read_table("practices", ["practice_code"])["practice_code"])
    pack = {r["site_code"]: r for r in place.sites.iter_rows(named=True)}
    everywhere = read_table("sites", ["site_code", "practice_code"])
    elsewhere = dict(everywhere.iter_rows())
    code_of: dict[str, str] = {}
    taken: dict[str, str] = {}
    records = []
    for row in register.sort("site_code").iter_rows(named=True):
        code, practice = row["site_code"], row["practice_code"] or elsewhere.get(row["site_code"])
        where = f"sites, site {code}"
        if practice and practice not in england:
            problems.append(
                Problem(f"{practice} is not a practice of England", where, "", did_you_mean(practice, ours))
            )
            continue
        if practice and practice not in ours:
            code_of[code] = ""
            continue
        if code in pack and practice and pack[code]["practice_code"] != practice:
            what = f"the code is that of a site of {pack[code]['practice_code']}, and the row says {practice}"
            problems.append(Problem(what, where, "a site cannot belong to two practices", "Give it a code of its own"))
            continue
        match = code if code in pack else _pack_site(row, practice, list(pack.values()))
        if match and match in taken:
            what = f"it and {taken[match]} are both the site {match} ({pack[match]['site_name']})"
            problems.append(
                Problem(what, where, "it would be counted twice", "Keep one row, or give each its own ODS code")
            )
            continue
        if match:
            taken[match] = code
        code_of[code] = match or code
        records.append({**row, "practice_code": practice, "postcode": _spaced(row["postcode"]), "_match": match})
    away = sum(not to for to in code_of.values())
    if away:
        notes.append(f"{away} row{'s' if away > 1 else ''} of sites of practices outside {place.name} left out.")
    points = _located(records, place, problems)
    merged = _laid_over(place, records, points, notes)
    return merged, code_of


def _pack_site(row: Mapping[str, object], practice: str | None, pack: list[dict[str, object]]) -> str | None:
    """The pack's site of the same practice and postcode, most alike in name; None if there is none."""
    postcode = _spaced(row["postcode"])  # type: ignore[arg-type]
    same = [s for s in pack if practice and postcode and s["practice_code"] == practice and s["postcode"] == postcode]
    name = str(row["site_name"]).lower()
    best = max(
        same,
        default=None,
        key=lambda s: (SequenceMatcher(None, name, str(s["site_name"]).lower()).ratio(), s["site_code"]),
    )
    return str(best["site_code"]) if best else None


def _located(records: list[dict[str, object]], place: Place, problems: list[Problem]) -> dict[str, Point]:
    """Where each row of a register lies: its grid reference, else its postcode's; faults go to `problems`."""
    name = "site_code" if records and "site_code" in records[0] else "development"
    table = "sites, site" if name == "site_code" else "housing,"
    coded = {str(r[name]): str(r["postcode"]) for r in records if r["postcode"]}
    found, lost = locate_postcodes(coded.values())
    by_postcode = {c: found[p] for c, p in coded.items() if p in found}
    for code, postcode in coded.items():
        if postcode in lost:
            problems.append(
                Problem(f"`{postcode}` is not a live postcode of England", f"{table} {code}", "", lost[postcode])
            )
    given: dict[str, Point] = {}
    for r in records:
        east, north = r["easting"], r["northing"]
        if (east is None) != (north is None):
            which = "northing" if north is None else "easting"
            problems.append(
                Problem(f"`{which}` is blank beside the other", f"{table} {r[name]}", "", "Give both or neither")
            )
        elif east is not None:
            given[str(r[name])] = (int(east), int(north))  # type: ignore[call-overload]
    middles = (
        place.areas.select("easting", "northing").to_numpy().astype(np.float64)
        if place.areas.height
        else np.empty((0, 2))
    )
    points = {**by_postcode, **given}
    for code, (what, why, way_out) in sorted(point_faults(points, by_postcode, middles, place.name).items()):
        problems.append(Problem(what, f"{table} {code}", why, way_out))
    return points


def _laid_over(
    place: Place, records: list[dict[str, object]], points: Mapping[str, Point], notes: list[str]
) -> pl.DataFrame:
    """The place's sites with the rows of the register laid over them, new ones added, and the counts noted."""
    sites = {r["site_code"]: dict(r) for r in place.sites.iter_rows(named=True)}
    has_main = {r["practice_code"] for r in sites.values() if r["kind"] == "main"}
    added, confirmed, unplaced = 0, 0, 0
    for row in records:
        code, match = str(row["site_code"]), row["_match"]
        said = {c: row[c] for c in SITES.names if c in row and row[c] is not None and c != "site_code"}
        if code in points:
            said |= {"easting": points[code][0], "northing": points[code][1]}
        if match:
            old = sites[str(match)]
            if code in points and old["easting"] is not None:
                km = float(np.hypot(points[code][0] - old["easting"], points[code][1] - old["northing"])) / 1000
                if km * 1000 > MOVED_M:
                    notes.append(f"{match} is {km:.1f} km from where the pack has it; the study's own place is used.")
            confirmed += 1
            sites[str(match)] = {**old, **said, "known_on": place.as_at}
            continue
        added += 1
        unplaced += code not in points
        status = said.get("status", "open")
        practice = said.get("practice_code")
        kind = (
            "candidate"
            if status == "candidate"
            else "hub"
            if not practice
            else "branch"
            if practice in has_main
            else "main"
        )
        sites[code] = {"kind": kind, "status": status, **said, "site_code": code, "known_on": place.as_at}
    old_branches = sum(s["kind"] == "branch" and s["known_on"] < place.as_at for s in sites.values())
    notes.append(f"{confirmed} of the study's sites are known to the pack and {added} are new.")
    notes += [f"{unplaced} of the new have no postcode or grid reference."] if unplaced else []
    notes += (
        [f"{old_branches} branches are known from the pack alone and may have closed since."] if old_branches else []
    )
    rows = [{c: s.get(c) for c in SITES.names} for s in sites.values()]
    return pl.DataFrame(rows, schema=SITES.schema).sort("practice_code", "site_code", nulls_last=True)


def _coded(
    table: pl.DataFrame,
    name: str,
    sites: pl.DataFrame,
    code_of: Mapping[str, str],
    aside: set[str],
    problems: list[Problem],
) -> pl.DataFrame:
    """The table with the sites' own codes; rows of sites of other places are left out, unknown codes are problems."""
    known = set(sites["site_code"])
    kept = table.filter(~pl.col("site_code").is_in(sorted(aside)))
    coded = kept.with_columns(pl.col("site_code").replace(dict(code_of)))
    for code in sorted(set(coded["site_code"]) - known):
        way = did_you_mean(code, known) or "Add it to the table of sites"
        problems.append(Problem(f"there is no site `{code}`", name, "", way))
    return coded


def _session_problems(hours: pl.DataFrame) -> list[Problem]:
    """Sessions that end before they begin, and two of one site that overlap."""
    problems = []
    for (site, day), rows in hours.sort("site_code", "weekday", "opens").group_by(
        "site_code", "weekday", maintain_order=True
    ):
        until = ""
        for opens, closes in rows.select("opens", "closes").iter_rows():
            where = f"hours, site {site}, {day} {opens}"
            if closes <= opens:
                problems.append(
                    Problem(f"it closes at {closes}, not after it opens", where, "", "Write times as 08:00 and 18:30")
                )
            if opens < until:
                problems.append(
                    Problem(f"it begins before the session until {until} ends", where, "hours would count twice")
                )
            until = max(until, closes)
    return problems


def _room_problems(use: pl.DataFrame, sites: pl.DataFrame) -> list[Problem]:
    """Half-days with more rooms in use than there are."""
    rooms = sites.select("site_code", pl.sum_horizontal("consulting_rooms", "treatment_rooms").alias("rooms"))
    both = use.join(rooms, on="site_code", how="left").with_columns(
        pl.coalesce("rooms_open", pl.when(pl.col("rooms") > 0).then(pl.col("rooms").cast(pl.Float64))).alias("most")
    )
    too_many = both.filter(pl.col("rooms_used") > pl.col("most"))
    way = "Put the number of rooms right in the table of sites, or the use here"
    return [
        Problem(f"{r['rooms_used']:g} rooms are in use of {r['most']:g}", f"room_use, site {_half_day(r)}", "", way)
        for r in too_many.iter_rows(named=True)
    ]


def _half_day(row: Mapping[str, object]) -> str:
    return f"{row['site_code']}, {row['weekday']} {row['half_day']}"


def _homes(place: Place, housing: pl.DataFrame, problems: list[Problem], notes: list[str]) -> pl.DataFrame:
    records = [{**r, "postcode": _spaced(r["postcode"])} for r in housing.sort("development").iter_rows(named=True)]
    points = _located(records, place, problems)
    for r in records:
        first, last = r["first_completion"], r["last_completion"]
        if first and last and last < first:
            problems.append(
                Problem(f"its last homes ({last}) come before its first ({first})", f"housing, {r['development']}")
            )
    nowhere = sum(str(r["development"]) not in points for r in records)
    notes += (
        [f"{nowhere} developments have no postcode or grid reference; their people count for the whole place."]
        if nowhere
        else []
    )
    rows = [
        {**{c: r.get(c) for c in HOMES.names}, "easting": at[0] if at else None, "northing": at[1] if at else None}
        for r in records
        for at in [points.get(str(r["development"]))]
    ]
    return pl.DataFrame(rows, schema=HOMES.schema)


def _spaced(postcode: str | None) -> str | None:
    return (spaced_postcode(postcode) or postcode) if postcode else None
