"""Building the England pack: read every source, shape the tables, check them, write what changed."""

import json
from collections.abc import Callable
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from chesil.core.errors import ChesilError, Problem
from chesil.core.tables import check_table
from chesil.core.whole_files import sha256_of, whole_file, write_whole
from chesil.packing.areas import build_area_tables, build_reference_tables
from chesil.packing.checks import check_totals
from chesil.packing.flows import fit_of_projection, project_flows
from chesil.packing.geometry_tables import build_geometry
from chesil.packing.groups import build_groups
from chesil.packing.located import build_postcodes, build_services, build_sites, locate
from chesil.packing.practices import (
    LISTS_2022,
    build_lists,
    build_other_indicators,
    build_payments,
    build_practice_ages,
    build_practice_codes,
    build_practices,
    build_registers,
    build_staff,
    network_judgements,
)
from chesil.packing.raw import Built, Raw
from chesil.packing.recording import build_recording
from chesil.packing.travel_fit import build_travel, travel_sentence
from chesil.packs.pack import CONTRACTS, ENGLAND, Origin

PROJECTED = (
    "Projected by Chesil from the flows of July 2022 to the practices and list sizes of July 2026; a scenario that "
    "cannot see homes built since 2022."
)


def build_pack(raw_folder: Path, out: Path = ENGLAND, tell: Callable[[str], None] = lambda _: None) -> list[str]:
    """Build every table from the raw folder into `out`; return the names of tables that were rewritten.

    The same raw bytes give the same pack bytes. Nothing is written unless every table meets its contract and every
    total agrees; `InputRefused` names the file or table at fault. `tell` is called with each step's name.
    """
    raw = Raw(raw_folder)
    built = _build_tables(raw, tell)
    checked = {name: Built(check_table(b.table, CONTRACTS[name]), b.origins) for name, b in sorted(built.items())}
    missing = sorted(set(CONTRACTS) - set(checked))
    if missing:
        raise ChesilError("The pack is not whole", [Problem(f"table `{m}` was not built") for m in missing])
    check_totals({name: b.table for name, b in checked.items()})
    tell("writing what changed")
    return _write(checked, raw, out, diagnose(checked))


def _build_tables(raw: Raw, tell: Callable[[str], None]) -> dict[str, Built]:
    tell("areas")
    tables = build_area_tables(raw)
    tell("postcodes")
    tables["postcodes"] = build_postcodes(raw)
    places = locate(raw)
    tell("payments of nine years")
    tables |= build_payments(raw)
    tell("practices at three vintages")
    for source in ("practice_imd_2019", "practice_imd_2025", "lookup_lsoa11_icb22"):
        raw.read(source)
    tables["practices"] = build_practices(raw, places)
    practices = tables["practices"].table
    tables["practice_codes"] = build_practice_codes(raw, practices)
    tables["practice_ages"] = build_practice_ages(raw)
    tables["list_sizes"] = build_lists(raw)
    tables["registers"] = build_registers(raw)
    tell("staff")
    tables |= build_staff(raw)
    tables |= build_other_indicators(raw)
    tell("where the patients of 2025/26 live")
    tables["registrations"], flows_2026 = _registrations(raw, practices)
    tables["groups"] = build_groups(raw, practices, tables["areas"].table, flows_2026)
    tell("sites and services")
    tables["sites"] = build_sites(raw, practices, places)
    tables["services"] = build_services(raw)
    tables |= build_reference_tables(raw)
    tell("borders between areas")
    tables |= build_geometry(raw)
    tell("travel times")
    tables |= build_travel(raw, tables)
    tell("models of what practices record")
    tables |= build_recording(raw, tables)
    return tables


def _registrations(raw: Raw, practices: pl.DataFrame) -> tuple[Built, pl.DataFrame]:
    flows = raw.read("registrations_by_area", LISTS_2022).select("practice_code", "lsoa11", "patients")
    wanted = ["practice_code", "list_size", "postcode", "easting", "northing"]
    before = practices.filter(pl.col("vintage") == "2022/23").select(wanted)
    after = practices.filter(pl.col("vintage") == "2025/26").select(wanted)
    projected = project_flows(flows, before, after).registrations
    columns = ["practice_code", "vintage", "lsoa11", "patients"]
    table = pl.concat(
        [
            flows.with_columns(pl.lit("2022/23").alias("vintage")).select(columns),
            projected.with_columns(pl.lit("2025/26").alias("vintage")).select(columns),
        ]
    ).sort("practice_code", "lsoa11", "vintage")
    origins = (
        raw.origin(("registrations_by_area", LISTS_2022), vintage="2022/23"),
        raw.origin(("registrations_by_area", LISTS_2022), "list_by_age", vintage="2025/26", note=PROJECTED),
    )
    return Built(table, origins), projected


def diagnose(tables: dict[str, Built]) -> dict[str, str]:
    """What was found of the models whose results are in the pack, in sentences that are printed with them."""
    registrations = tables["registrations"].table
    scores = tables["area_deprivation"].table.select("lsoa11", pl.col("imd_score_2025").alias("score"))
    fit = fit_of_projection(
        registrations.filter(pl.col("vintage") == "2025/26"),
        tables["practices"].table.filter(pl.col("vintage") == "2025/26").select("practice_code", "imd_score"),
        scores,
    )
    return {"projected_flows": fit.sentence, "travel_model": travel_sentence(tables["travel_errors"].table)}


def _write(tables: dict[str, Built], raw: Raw, out: Path, diagnostics: dict[str, str]) -> list[str]:
    out.mkdir(parents=True, exist_ok=True)
    entries: dict[str, dict[str, Any]] = {}
    rewritten = []
    for name, built in tables.items():
        path = out / f"{name}.parquet"
        with whole_file(path) as temporary:
            built.table.rechunk().write_parquet(temporary, compression="zstd", compression_level=19, statistics=True)
            digest = sha256_of(temporary)
            size = temporary.stat().st_size
            if path.exists() and sha256_of(path) == digest:
                path.replace(temporary)  # the same bytes: keep the file as it was
            else:
                rewritten.append(name)
        entries[name] = {
            "rows": built.table.height,
            "size": size,
            "sha256": digest,
            "origins": [_origin(o) for o in built.origins],
        }
    for stray in out.glob("*.parquet"):
        if stray.stem not in tables:
            stray.unlink()
    fingerprint = sha256("".join(f"{n}:{e['sha256']}" for n, e in sorted(entries.items())).encode()).hexdigest()
    used = sorted({r for e in entries.values() for o in e["origins"] for r in o["receipts"]})
    manifest = {
        "fingerprint": fingerprint,
        "tables": entries,
        "receipts": [raw.receipts[i].as_dict() for i in used],
        "judgements": [*JUDGEMENTS, *network_judgements(raw)],
        "diagnostics": diagnostics,
    }
    write_whole(out / "manifest.json", json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")
    return rewritten


def _origin(origin: Origin) -> dict[str, Any]:
    record = asdict(origin)
    return {**record, "receipts": list(origin.receipts), "columns": list(origin.columns)}


JUDGEMENTS: list[dict[str, Any]] = [
    {
        "about": "Patients by small area, 2025/26",
        "source_says": "Published by practice and area for July 2022 only; list sizes by practice for July 2026.",
        "we_use": "July 2022 flows, moved from ended practices to their successors and scaled to the lists of July 2026.",
        "because": "No later patients by area are in the pack. It is a scenario: homes built since 2022 are not seen.",
        "vintage": "2025/26",
    },
    {
        "about": "Areas of Frimley (sub-ICB D4U1Y), 2025/26",
        "source_says": "The board was dissolved; its practices joined other boards, its areas have no published successor.",
        "we_use": "Each area goes to the sub-ICB with which most of its residents are registered.",
        "because": "Areas otherwise follow their sub-ICB, which is no longer there.",
        "vintage": "2025/26",
        "codes": ["S0E4D", "S9B9J", "QRL", "U2G6B", "14Y", "15A", "10Q", "92A", "D9Y0V"],
    },
    {
        "about": "Boards in 2015/16",
        "source_says": "Practices belonged to 209 clinical commissioning groups; there were no integrated care boards.",
        "we_use": "The board of 2022 to which most patients of each group's surviving practices belong.",
        "because": "It lets a place be compared with itself over time.",
        "vintage": "2015/16",
    },
    {
        "about": "Values published for LSOA 2021",
        "source_says": "Deprivation 2025, Census 2021 and fuel poverty are published for small areas of 2021.",
        "we_use": "LSOA 2011, by Census 2021 population; merged areas share a score and split counts by mid-2020 people.",
        "because": "Patients by area are published for LSOA 2011.",
        "vintage": "",
    },
]
