"""Assembling a place: any ICB, sub-ICB, PCN, council, list of practices or list of areas, as at any vintage."""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import polars as pl

from chesil.core.errors import ChesilError, InputRefused, NotFound, Problem
from chesil.packs.contracts_areas import ETHNICITIES
from chesil.packs.pack import CONTRACTS, read_manifest, read_table
from chesil.place.finding import Match, check_practices, resolve_code
from chesil.place.local_tables import with_local_columns
from chesil.place.place import AREA_PACK_TABLES, Judgement, Place
from chesil.place.vintage import Vintage, find_vintage, vintage_on

PRACTICE_KINDS = ("icb", "sub_icb", "pcn")
WITH_FLOWS = ("2022/23", "2025/26")
"""Vintages at which it is known, or projected, where each practice's patients live."""

SMALL_AREA = re.compile("E01[0-9]{6}")
HALF = 0.5
"""A place asked for by council or areas holds the practices with more than this share of their list inside."""


def assemble_place(
    wanted: str | Sequence[str],
    *,
    vintage: str | None = None,
    as_at: date | None = None,
    name: str = "",
    only: frozenset[str] | None = None,
) -> Place:
    """Assemble a place from the England pack.

    `wanted` is the code or name of an ICB, sub-ICB, PCN, council or middle-layer area, "England", or a list of
    practice codes or of small areas (LSOA 2011). Without `vintage`, the newest known at `as_at` is taken. `only` names
    the tables to fill beyond areas, practices, registrations and groups, for a quick answer; else all are. Raises
    `NotFound` for a code that is not there (with near ones) and `InputRefused` naming every practice or area of a
    list that cannot be used.
    """
    chosen = find_vintage(vintage) if vintage else vintage_on(as_at)
    match = _match(wanted, chosen)
    practices_in, areas_in = _members(match, wanted, chosen)
    return _cut(match, name or match.name, chosen, as_at or chosen.as_at, practices_in, areas_in, only)


def _match(wanted: str | Sequence[str], vintage: Vintage) -> Match:
    if isinstance(wanted, str) and not SMALL_AREA.fullmatch(wanted.strip().upper()):
        match = resolve_code(wanted)
        if match.kind in PRACTICE_KINDS and not _can_be_held(match, vintage):
            held = ", ".join(match.vintages)
            raise NotFound(f"{match.name} ({match.code}) is not held at {vintage.name}; it is held at {held}")
        return match
    codes = _codes(wanted)
    if not codes:
        raise ChesilError("The list of practices or areas is empty; name at least one")
    areas = [c for c in codes if c.startswith("E01") and len(c) == 9]
    if areas and len(areas) != len(codes):
        raise ChesilError("A list holds practices or areas, not both; areas begin with E01")
    kind = "areas" if areas else "practices"
    return Match(kind, "+".join(codes[:3]), _name_of_list(kind, codes, vintage), ())


def _name_of_list(kind: str, codes: Sequence[str], vintage: Vintage) -> str:
    """A list by the names of its practices or areas: both of two, else the first and how many others there are."""
    key, column = ("practice_code", "practice_name") if kind == "practices" else ("lsoa11", "area_name")
    where = pl.col("vintage") == vintage.name if kind == "practices" else None
    known = dict(read_table(kind, [key, column], where).iter_rows())
    names = [str(known.get(c) or c) for c in codes]
    if len(names) > 2:
        names = [names[0], f"{len(names) - 1} others"]
    joined = " and ".join(names)
    return joined.upper() if all(n.isupper() or n.endswith(" others") for n in names) else joined


def _codes(wanted: str | Sequence[str]) -> list[str]:
    """Codes as a list, in capitals, each once; a single small area counts as a list of one."""
    return list(dict.fromkeys(code.strip().upper() for code in ([wanted] if isinstance(wanted, str) else wanted)))


def _members(match: Match, wanted: str | Sequence[str], vintage: Vintage) -> tuple[pl.Series | None, pl.Series | None]:
    """Practice codes and area codes asked for; None where they follow from the other."""
    if match.kind == "england":
        everyone = read_table("practices", ["practice_code"], pl.col("vintage") == vintage.name)
        return everyone["practice_code"], read_table("areas", ["lsoa11"])["lsoa11"]
    if match.kind == "practices":
        codes = [match.code] if isinstance(wanted, str) else _codes(wanted)
        problems = check_practices(codes, vintage.name)
        if problems:
            raise InputRefused(f"Not every practice is there at {vintage.name}", problems)
        return pl.Series(sorted(set(codes))), None
    if match.kind == "areas":
        codes = sorted(_codes(wanted))
        unknown = sorted(set(codes) - set(read_table("areas", ["lsoa11"])["lsoa11"]))
        if unknown:
            raise InputRefused(
                "Not every area is there",
                [Problem(f"{code} is not a small area (LSOA 2011) of England") for code in unknown],
                "Areas of 2021 have other codes where they were split or merged",
            )
        return None, pl.Series(codes)
    rows = read_table("groups", where=(pl.col("group_type") == match.kind) & (pl.col("group_code") == match.code))
    if match.kind in PRACTICE_KINDS and vintage.name not in match.vintages:
        return _by_lineage(match, rows, vintage)
    rows = rows.filter((pl.col("vintage") == vintage.name) | (pl.col("vintage") == ""))
    practices = rows.filter(pl.col("member_type") == "practice")["member_code"]
    areas = rows.filter(pl.col("member_type") == "area")["member_code"]
    return (practices if len(practices) else None), (areas if len(areas) else None)


def _can_be_held(match: Match, vintage: Vintage) -> bool:
    """True if the group is published at the vintage, or can be followed there by its practices and their flows."""
    return vintage.name in match.vintages or (vintage.name in WITH_FLOWS and match.vintages[-1] in WITH_FLOWS)


def _by_lineage(match: Match, rows: pl.DataFrame, vintage: Vintage) -> tuple[pl.Series, pl.Series]:
    """The practices and areas of a group at a vintage at which it was not published (such as a board merged since).

    A practice that is held at both vintages belongs where it belongs when the group is published; one that is held
    only here belongs if more than half of its patients live in the group's areas.
    """
    held = match.vintages[-1]
    rows = rows.filter(pl.col("vintage") == held)
    members = rows.filter(pl.col("member_type") == "practice")["member_code"]
    areas = rows.filter(pl.col("member_type") == "area")["member_code"]
    flows = _flows(vintage.name)
    known = read_table("practices", ["practice_code"], pl.col("vintage") == held)["practice_code"]
    if areas.is_empty():
        areas = _mostly_theirs(_flows(held), members, match, held)
    only_here = flows.filter(~pl.col("practice_code").is_in(known.implode()))
    here = flows["practice_code"].unique()
    practices = pl.concat([here.filter(here.is_in(members.implode())), _mostly_inside(only_here, areas)])
    return practices.sort(), areas


def _cut(
    match: Match,
    name: str,
    vintage: Vintage,
    as_at: date,
    practices_in: pl.Series | None,
    areas_in: pl.Series | None,
    only: frozenset[str] | None,
) -> Place:
    at_vintage = pl.col("vintage") == vintage.name
    flows = _flows(vintage.name)
    if practices_in is None:
        if flows.is_empty():
            raise NotFound(
                f"{match.name} is asked for by its areas, but patients by area are not published for {vintage.name}",
                [],
                "Ask for an ICB, a sub-ICB or a list of practices, or for another vintage",
            )
        assert areas_in is not None
        practices_in = _mostly_inside(flows, areas_in)
    if areas_in is None:
        areas_in = _mostly_theirs(flows, practices_in, match, vintage.name)
    mine = pl.col("practice_code").is_in(practices_in.implode())
    inside = pl.col("lsoa11").is_in(areas_in.implode())
    registrations = flows.filter(mine)
    lived_in = registrations["lsoa11"].unique().sort()
    beyond = pl.col("lsoa11").is_in(lived_in.implode()) & ~inside
    areas = _area_table(vintage.name)
    elsewhere = flows.filter(inside & ~mine)
    others_beyond = flows.filter(beyond & ~mine)
    others = pl.concat([elsewhere["practice_code"], others_beyond["practice_code"]]).unique()

    def read(name: str, where: pl.Expr) -> pl.DataFrame:
        return read_table(name, where=where) if only is None or name in only else CONTRACTS[name].empty()

    return Place(
        name=name,
        code=match.code,
        kind=match.kind,
        vintage=vintage.name,
        as_at=as_at,
        areas=areas if match.kind == "england" else areas.filter(inside),
        areas_beyond=areas.filter(beyond),
        area_ages=read("area_ages", inside).sort("lsoa11"),
        practices=read_table("practices", where=at_vintage & mine).sort("practice_code"),
        practice_ages=read("practice_ages", at_vintage & mine).sort("practice_code", "sex", "age_from"),
        registrations=registrations,
        registered_elsewhere=elsewhere,
        registered_beyond=others_beyond,
        practices_beyond=read_table(
            "practices", where=at_vintage & pl.col("practice_code").is_in(others.implode())
        ).sort("practice_code"),
        registers=read("registers", mine).sort("practice_code", "year", "register"),
        staff=read("staff", at_vintage & mine).sort("practice_code", "role"),
        payments=read("payments", mine & (pl.col("year") == vintage.payments_year))
        .sort("practice_code", "stream")
        .with_columns((pl.col("pence") / 100).alias("gbp")),
        sites=with_local_columns(read("sites", mine).sort("practice_code", "site_code")),
        groups=_groups(vintage.name).filter(
            pl.when(pl.col("member_type") == "practice")
            .then(pl.col("member_code").is_in(practices_in.implode()))
            .otherwise(pl.col("member_code").is_in(areas_in.implode()))
        ),
        receipts=_receipts(vintage.name),
        judgements=_judgements(match, vintage),
        registrations_are={"2015/16": "not published", "2022/23": "published"}.get(vintage.name, "projected"),
    )


@lru_cache(maxsize=4)
def _flows(vintage: str) -> pl.DataFrame:
    """Registered people of England by practice and area, in this order: every place of a vintage is cut from them."""
    flows = read_table("registrations", ["practice_code", "lsoa11", "patients"], pl.col("vintage") == vintage)
    return flows.sort("practice_code", "lsoa11")


@lru_cache(maxsize=4)
def _groups(vintage: str) -> pl.DataFrame:
    """Every group of England at a vintage (of areas: at any), in order: every place of the vintage is cut from them."""
    groups = read_table("groups", where=pl.col("vintage").is_in([vintage, ""]))
    return groups.sort("group_type", "group_code", "member_code")


@lru_cache(maxsize=4)
def _area_table(vintage: str) -> pl.DataFrame:
    """England's areas with their values and the people registered there with any practice at a vintage."""
    areas = _area_values()
    registered = _flows(vintage).group_by("lsoa11").agg(pl.col("patients").sum().alias("registered"))
    found = areas.select("lsoa11").join(registered, on="lsoa11", how="left", maintain_order="left")["registered"]
    beside = areas.clone().insert_column(areas.columns.index("residents_2020") + 1, found)
    return beside.with_columns((pl.col("residents_2020") / pl.col("registered")).alias("residents_per_registered"))


@lru_cache(maxsize=1)
def _area_values() -> pl.DataFrame:
    """England's areas with all their published values side by side: every place is cut from them.

    Derived from them: the most deprived fifth (from England's scores), rurality, shares of counts, and residents.
    """
    table = read_table("areas")
    for name in AREA_PACK_TABLES[1:]:
        table = table.join(read_table(name), on="lsoa11", how="left")
    fifths = [
        (pl.col(f"imd_score_{year}").rank("ordinal", descending=True) <= pl.col(f"imd_score_{year}").count() / 5)
        .cast(pl.Float64)
        .alias(f"in_most_deprived_fifth_{year}")
        for year in (2015, 2019, 2025)
    ]
    rural = pl.col("ruc11_code").str.slice(0, 1).is_in(["D", "E", "F"]).cast(pl.Float64).alias("is_rural_2011")
    residents = read_table("area_ages").select(
        "lsoa11", pl.sum_horizontal([f"age_{a}" for a in range(91)]).alias("residents_2020")
    )
    both = pl.col("disabled_2021") + pl.col("not_disabled_2021")
    others = pl.sum_horizontal([f"{e}_2021" for e in ETHNICITIES if e != "white"], ignore_nulls=False)
    shares = [
        (pl.col("households_fuel_poor") / pl.col("households")).alias("fuel_poor_share_2022"),
        (pl.col("disabled_2021") / both).alias("disabled_share_2021"),
        (others / (others + pl.col("white_2021"))).alias("minority_ethnic_share_2021"),
    ]
    return table.join(residents, on="lsoa11", how="left").sort("lsoa11").with_columns(*fifths, rural, *shares)


def _mostly_inside(flows: pl.DataFrame, areas: pl.Series) -> pl.Series:
    shares = flows.group_by("practice_code").agg(
        pl.col("patients").filter(pl.col("lsoa11").is_in(areas.implode())).sum().alias("inside"),
        pl.col("patients").sum().alias("patients"),
    )
    return shares.filter(pl.col("inside") > HALF * pl.col("patients"))["practice_code"].sort()


def _mostly_theirs(flows: pl.DataFrame, practices: pl.Series, match: Match, vintage: str) -> pl.Series:
    """The areas of a PCN or list of practices: where more of the registered live than any other PCN has (a PCN),
    or more than half of them (a list of practices). Register-based catchments, after Beaney et al. (BJGP Open
    2022)."""
    by_area = flows.filter(pl.col("lsoa11").str.starts_with("E01"))
    if match.kind == "pcn":
        pcns = read_table("groups", where=pl.col("group_type") == "pcn").filter(pl.col("vintage") == vintage)
        owner = pcns.select(pl.col("member_code").alias("practice_code"), "group_code").unique("practice_code")
        totals = (
            by_area.join(owner, on="practice_code", how="left")
            .with_columns(pl.col("group_code").fill_null("U"))
            .group_by("lsoa11", "group_code")
            .agg(pl.col("patients").sum())
            .sort(["lsoa11", "patients", "group_code"], descending=[False, True, False])
            .group_by("lsoa11", maintain_order=True)
            .first()
        )
        return totals.filter(pl.col("group_code") == match.code)["lsoa11"].sort()
    shares = by_area.group_by("lsoa11").agg(
        pl.col("patients").filter(pl.col("practice_code").is_in(practices.implode())).sum().alias("theirs"),
        pl.col("patients").sum().alias("patients"),
    )
    return shares.filter(pl.col("theirs") > HALF * pl.col("patients"))["lsoa11"].sort()


@lru_cache(maxsize=4)
def _receipts(vintage: str) -> dict[str, tuple[str, ...]]:
    manifest = read_manifest()
    found: dict[str, tuple[str, ...]] = {}
    for name, entry in manifest.tables.items():
        found[name] = tuple(manifest.receipts_of(name, vintage=vintage))
        for column in dict.fromkeys(c for origin in entry.origins for c in origin.columns):
            found[f"{name}.{column}"] = tuple(manifest.receipts_of(name, column, vintage))
    derived = {"in_most_deprived_fifth_2019": "imd_score_2019", "in_most_deprived_fifth_2015": "imd_score_2015"}
    derived["in_most_deprived_fifth_2025"] = "imd_score_2025"
    for column, source in derived.items():
        found[f"area_deprivation.{column}"] = found[f"area_deprivation.{source}"]
    found["area_fuel_poverty.fuel_poor_share_2022"] = found["area_fuel_poverty"]
    found["area_census.disabled_share_2021"] = found["area_census.disabled_2021"]
    found["area_census.minority_ethnic_share_2021"] = found["area_census.white_2021"]
    found["areas.is_rural_2011"] = tuple(r for r in found["areas"] if r.startswith("rural_urban_2011"))
    found["areas.residents_per_registered"] = (*found["area_ages"], *found["registrations"])
    found["payments.gbp"] = found["payments"]
    return found


def _judgements(match: Match, vintage: Vintage) -> tuple[Judgement, ...]:
    """The judgements of the pack that bear on this place and vintage."""
    followed: tuple[Judgement, ...] = ()
    if match.kind in PRACTICE_KINDS and vintage.name not in match.vintages:
        followed = (
            Judgement(
                about=f"{match.name} ({match.code}) at {vintage.name}",
                source_says=f"It is published at {', '.join(match.vintages)} only.",
                we_use="Its practices of then that are held at this vintage, and those held only at this vintage more "
                "than half of whose patients live in its areas.",
                because="It lets a place be compared with itself where boards or networks have changed.",
            ),
        )
    return followed + tuple(
        Judgement(**{k: v for k, v in record.items() if k not in ("vintage", "codes")})
        for record in read_manifest().judgements
        if record.get("vintage", "") in ("", vintage.name)
        and (not record.get("codes") or match.kind == "england" or match.code in record["codes"])
    )
