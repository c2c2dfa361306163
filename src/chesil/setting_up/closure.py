"""Setting up the analysis of closure: the study's place, GPs as last returned, pharmacies, settings, generator."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl

from chesil.analyses.closure import Asked, ClosureSettings, Paper, assess_closures, assess_what_if, hand_back_paper
from chesil.core.assessment import Assessment
from chesil.core.errors import InputRefused, Problem
from chesil.core.settings import settings_from
from chesil.definitions import load_parameter
from chesil.measures.asking import newest_vintage
from chesil.measures.card import load_measure
from chesil.packs.pack import read_table
from chesil.place.assembling import assemble_place
from chesil.place.place import Place
from chesil.place.site_register import with_registers
from chesil.study import Study

TABLES = frozenset({"staff", "practice_ages", "sites", "area_ages"})
CLOSED = "list_closed"
MOST_MERGERS = 3
NAMING = ("practice_code", "practice_name", "receivers", "largest_receiver")


def closure_settings(study: Study, seed: int | None = None) -> ClosureSettings:
    """The study's settings of closure, with lists that its local evidence says are closed."""
    said = dict(study.settings.get("closure", {}))
    if seed is not None:
        said["seed"] = seed
    evidence = study.registers.get("local_evidence")
    if evidence is not None:
        closed = evidence.filter(pl.col("kind") == CLOSED)["practice_code"].to_list()
        said["closed_lists"] = sorted({*said.get("closed_lists", []), *closed})
    return settings_from(ClosureSettings, said, "study.toml [closure]")


def closures_of(study: Study, places: Mapping[str, Place]) -> Assessment:
    """Every practice of the study's place closed in turn; the public edition keeps the counts and names nobody."""
    place = places[study.vintage]
    found = assess_closures(place, closure_settings(study), gps_last_returned(list(places.values())))
    return found if study.edition != "public" else public_closures(found, place)


def public_closures(found: Assessment, place: Place) -> Assessment:
    """What the public edition holds of closures: the figures of the whole place, and the table without names or lists."""
    counts = found.tables["closures"].drop(NAMING).sort("moved")
    figures = tuple(f for f in found.figures if f.unit_code == place.code)
    return replace(found, figures=figures, tables={**found.tables, "closures": counts}, warnings=())


def gps_last_returned(places: Sequence[Place]) -> dict[str, float]:
    """Fully qualified GPs (FTE) by practice, of the newest vintage with a return; implausible returns left out."""
    with_staff = [p for p in places if p.staff.height and p.staff.filter(pl.col("role") == "gp_fully_qualified").height]
    if not with_staff:
        return {}
    place = max(with_staff, key=lambda p: p.vintage)
    most = load_parameter("implausible_patients_per_gp_fte").on(place.as_at).value
    rows = place.staff.filter(pl.col("role") == "gp_fully_qualified").drop_nulls("fte").filter(pl.col("fte") > 0)
    lists = place.practices.select("practice_code", "list_size")
    sound = rows.join(lists, on="practice_code").filter(pl.col("list_size") / pl.col("fte") <= most)
    return dict(sound.select("practice_code", "fte").iter_rows())


def study_place(study: Study) -> tuple[Place, dict[str, float]]:
    """The study's place with its registers, and GPs as last returned, without the rest of a plan."""
    staffed = newest_vintage(load_measure("gp_fte_per_10000"), study.as_at)
    place = with_registers(assemble_place(study.wanted, vintage=study.vintage, as_at=study.as_at), study.registers)
    if staffed == study.vintage:
        return place, gps_last_returned([place])
    own = list(place.practices["practice_code"])
    codes = pl.concat([place.practices["practice_code"], place.practices_beyond["practice_code"]])
    staff = read_table("staff", where=(pl.col("vintage") == staffed) & pl.col("practice_code").is_in(codes.implode()))
    lists = read_table(
        "practices", where=(pl.col("vintage") == staffed) & pl.col("practice_code").is_in(codes.implode())
    )
    then = place.with_tables(staff=staff, practices=lists)
    return place, gps_last_returned([then]) if own else {}


def what_if(study: Study, asked: Asked, seed: int | None = None) -> tuple[Place, Assessment]:
    """The what-if of a study's place."""
    place, gps = study_place(study)
    _refuse_ended(place, [*asked.close, *asked.merge])
    settings = closure_settings(study, seed)
    found = assess_what_if(place, asked, settings, np.random.default_rng(settings.seed), gps, _pharmacies())
    return place, found


def hand_back(study: Study, practice: str, notice: date, contract: str, single_handed: bool | None) -> Paper:
    """The paper on the hand-back of a practice's contract."""
    place, gps = study_place(study)
    _refuse_ended(place, [practice])
    settings = closure_settings(study)
    rng = np.random.default_rng(settings.seed)
    pharmacies = _pharmacies()
    found = assess_what_if(place, Asked((practice,)), settings, rng, gps, pharmacies)
    likely = found.tables["receivers"].filter("is_here")["practice_code"][:MOST_MERGERS]
    merged = [(c, assess_what_if(place, Asked((), {practice: c}), settings, rng, gps, pharmacies)) for c in likely]
    if not contract:
        contract = _last_contract(practice)
    evidence = study.registers.get("local_evidence")
    if study.edition == "public":
        evidence = None
    return hand_back_paper(place, practice, notice, found, merged, evidence, contract, single_handed)


def _refuse_ended(place: Place, codes: Sequence[str]) -> None:
    """Raise `InputRefused` naming each practice that has no patients at the place's vintage because it has ended."""
    gone = [c for c in codes if c not in place.practices["practice_code"]]
    known = read_table("practice_codes", where=pl.col("practice_code").is_in(gone))
    ended = known.filter((pl.col("status") == "closed") | pl.col("close_date").is_not_null())
    problems = [
        Problem(
            f"{r['practice_code']} ({r['practice_name']}) is closed already"
            + (f", since {r['close_date'].strftime('%-d %B %Y')}" if r["close_date"] else ""),
            "", "Its patients are with others in these lists", "Leave it out, or study an earlier vintage",
        )
        for r in ended.sort("practice_code").iter_rows(named=True)
    ]  # fmt: skip
    if problems:
        raise InputRefused("This cannot be done", problems)


def _last_contract(practice: str) -> str:
    """The contract type as last published for the practice; empty if never."""
    rows = read_table("practices", ["practice_code", "vintage", "contract_type"], pl.col("practice_code") == practice)
    known = rows.drop_nulls("contract_type").sort("vintage")
    return str(known["contract_type"][-1]) if known.height else ""


def _pharmacies() -> pl.DataFrame:
    return read_table("services", ["kind", "easting", "northing"], pl.col("kind") == "pharmacy")
