"""Finding places: from a code, a name or a postcode to the practices and areas that are meant."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from chesil.core.errors import NotFound, Problem, did_you_mean, nearest, or_list
from chesil.packs.pack import read_table

POSTCODE = re.compile(r"^([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][A-Z]{2})$")

KINDS = {
    "england": "England",
    "icb": "integrated care board",
    "sub_icb": "sub-ICB location",
    "pcn": "primary care network",
    "ltla24": "council of 2024",
    "ltla21": "council of 2021",
    "ltla18": "district of 2018",
    "msoa11": "middle-layer area",
    "practices": "practices",
    "areas": "areas",
}


@dataclass(frozen=True)
class Match:
    """One thing that a search found."""

    kind: str
    code: str
    name: str
    vintages: tuple[str, ...]
    detail: str = ""


@lru_cache(maxsize=1)
def group_index() -> pl.DataFrame:
    """One row a group of any kind: group_type, group_code, group_name, vintages."""
    return (
        read_table("groups", ["group_type", "group_code", "group_name", "vintage"])
        .unique()
        .sort("group_type", "group_code", "vintage")
        .group_by("group_type", "group_code", maintain_order=True)
        .agg(pl.col("group_name").last(), pl.col("vintage").unique(maintain_order=True).alias("vintages"))
    )


def resolve_code(code: str) -> Match:
    """What a code or an exact name means; `NotFound` with the nearest codes and names."""
    wanted = code.strip()
    if wanted.lower() == "england":
        return Match("england", "ENGLAND", "England", ())
    groups = group_index()
    for kind in KINDS:
        found = groups.filter(
            (pl.col("group_type") == kind)
            & ((pl.col("group_code") == wanted.upper()) | (pl.col("group_name").str.to_lowercase() == wanted.lower()))
        )
        if found.height == 1:
            row = found.row(0, named=True)
            return Match(kind, row["group_code"], row["group_name"], tuple(row["vintages"]))
    practices = read_table("practices", ["practice_code", "practice_name", "vintage"]).filter(
        (pl.col("practice_code") == wanted.upper()) | (pl.col("practice_name").str.to_lowercase() == wanted.lower())
    )
    if practices["practice_code"].n_unique() == 1:
        row = practices.sort("vintage").row(-1, named=True)
        return Match("practices", row["practice_code"], row["practice_name"], tuple(practices["vintage"].sort()))
    known = [*groups["group_code"].to_list(), *groups["group_name"].to_list()]
    raise NotFound(
        f"`{wanted}` is not a code or name of an ICB, sub-ICB, PCN, council, middle-layer area or practice in England",
        [],
        did_you_mean(wanted, known) or "Search with `chesil places TEXT`",
    )


def search_places(text: str, most: int = 40) -> list[Match]:
    """Groups and practices whose code or name holds the text; or, for a postcode, what lies around it."""
    if POSTCODE.match(text.strip().upper()):
        return around_postcode(text)
    needle = text.strip().lower()
    groups = group_index().filter(
        pl.col("group_code").str.to_lowercase().str.starts_with(needle)
        | pl.col("group_name").str.to_lowercase().str.contains(needle, literal=True)
    )
    order = {kind: n for n, kind in enumerate(KINDS)}
    matches = [
        Match(r["group_type"], r["group_code"], r["group_name"], tuple(r["vintages"]))
        for r in groups.iter_rows(named=True)
    ]
    matches.sort(key=lambda m: (order.get(m.kind, 99), m.name))
    practices = (
        read_table("practices", ["practice_code", "practice_name", "postcode", "vintage"])
        .filter(
            pl.col("practice_code").str.to_lowercase().str.starts_with(needle)
            | pl.col("practice_name").str.to_lowercase().str.contains(needle, literal=True)
        )
        .sort("practice_code", "vintage")
        .group_by("practice_code", maintain_order=True)
        .agg(pl.col("practice_name").last(), pl.col("postcode").last(), pl.col("vintage"))
    )
    matches += [
        Match("practices", r["practice_code"], r["practice_name"], tuple(r["vintage"]), r["postcode"] or "")
        for r in practices.iter_rows(named=True)
    ]
    return matches[:most]


def around_postcode(text: str) -> list[Match]:
    """The small area a postcode most likely lies in (nearest centroid), its groups, and the nearest practices."""
    easting, northing = locate_postcode(text)
    areas = read_table("areas").with_columns(_metres(easting, northing)).sort("metres", "lsoa11")
    area = areas.row(0, named=True)
    groups = read_table("groups").filter((pl.col("member_code") == area["lsoa11"]) & (pl.col("group_type") != "ltla18"))
    matches = [
        Match(r["group_type"], r["group_code"], r["group_name"], (r["vintage"],), f"holds {area['area_name']}")
        for r in groups.unique(["group_type", "group_code"], keep="last", maintain_order=True).iter_rows(named=True)
    ]
    practices = (
        read_table("practices", where=pl.col("vintage") == "2025/26")
        .drop_nulls("easting")
        .with_columns(_metres(easting, northing))
        .sort("metres", "practice_code")
        .head(5)
    )
    matches += [
        Match(
            "practices",
            r["practice_code"],
            r["practice_name"],
            (r["vintage"],),
            f"{r['metres'] / 1000:.1f} km away",
        )
        for r in practices.iter_rows(named=True)
    ]
    return matches


def locate_postcode(text: str) -> tuple[int, int]:
    """Easting and northing of a live English postcode in metres; `NotFound` with near ones if there is none such."""
    match = POSTCODE.match(text.strip().upper())
    if not match:
        raise NotFound(f"`{text}` does not look like a postcode such as DT1 1AA")
    postcode = f"{match[1]} {match[2]}"
    sector = postcode[:-2]
    near = read_table("postcodes", where=pl.col("sector") == sector).with_columns(
        (pl.col("sector") + pl.col("unit")).alias("postcode")
    )
    found = near.filter(pl.col("postcode") == postcode)
    if found.is_empty():
        close = nearest(postcode, near["postcode"].to_list())
        raise NotFound(
            f"`{postcode}` is not a live postcode of England in April 2025",
            [],
            f"Postcodes like it are {or_list(close)}" if close else "Check the letters; it may be new or ended",
        )
    row = found.row(0, named=True)
    return row["easting_10m"] * 10, row["northing_10m"] * 10


def check_practices(codes: Sequence[str], vintage: str) -> list[Problem]:
    """What is wrong with a list of practice codes at a vintage: unknown, closed, not yet open or not in England."""
    known = read_table("practices", ["practice_code", "vintage"])
    there = set(known.filter(pl.col("vintage") == vintage)["practice_code"])
    missing = [c for c in dict.fromkeys(codes) if c not in there]
    if not missing:
        return []
    register = {r["practice_code"]: r for r in read_table("practice_codes").iter_rows(named=True)}
    problems = []
    for code in missing:
        others = known.filter(pl.col("practice_code") == code)["vintage"].sort().to_list()
        record = register.get(code)
        if record and record["close_date"]:
            what = f"{code} ({record['practice_name']}) closed on {record['close_date']:%-d %B %Y}"
            way = f"It is held at {or_list(others)}" if others else ""
        elif others:
            what, way = f"{code} has no patients at {vintage}", f"It is held at {or_list(others)}"
        elif record:
            what = f"{code} ({record['practice_name']}) has no registered patients at any vintage"
            way = ""
        elif code[:1] == "W" and code[1:].isdigit():
            what, way = f"{code} is a Welsh practice", "Chesil holds England only"
        else:
            what, way = f"{code} is not a practice code of England", did_you_mean(code, sorted(there))
        problems.append(Problem(what, "", "", way))
    return problems


def _metres(easting: int, northing: int) -> pl.Expr:
    return (
        ((pl.col("easting") - easting).cast(pl.Float64) ** 2 + (pl.col("northing") - northing).cast(pl.Float64) ** 2)
        .sqrt()
        .alias("metres")
    )
