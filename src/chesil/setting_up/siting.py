"""Setting up siting: its settings, travel times and other ways of counting, and a proposal to and from the study."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from hashlib import sha256
from typing import Any

import numpy as np
import polars as pl

from chesil.analyses.siting import (
    OtherWay,
    ProposedSites,
    SitesFound,
    SitingInputs,
    SitingSettings,
    assess_another,
    assess_siting,
    propose_sites,
    siting_inputs,
    siting_sites,
)
from chesil.core.assessment import Assessment
from chesil.core.settings import settings_from
from chesil.packs.pack import read_table
from chesil.place.assembling import assemble_place
from chesil.place.links import times_for
from chesil.place.place import Place
from chesil.place.site_register import with_drawn_groups, with_registers
from chesil.place.travel import MODES, area_origins
from chesil.registers.proposals import Proposal
from chesil.study import Study

USUAL_NAME = "sites"
"""The name that a proposal has if the command is given none: it is shown first and in full."""
GROWTH_YEARS = 10
"""How far on the council's projections are taken for a re-run: as far as an estate plan commonly looks."""


def siting_settings(study: Study, said: Mapping[str, object] | None = None) -> SitingSettings:
    """The study's settings of siting, with what a command says over them."""
    return settings_from(SitingSettings, {**study.settings.get("siting", {}), **(said or {})}, "study.toml [siting]")


def site_proposals(study: Study) -> dict[str, Proposal]:
    """The study's proposals of sites by name, that of the command's own name first."""
    ordered = sorted(study.proposals.items(), key=lambda item: (item[0] != USUAL_NAME, item[0]))
    return {n: p for n, p in ordered if p.kind == "sites"}


def inputs_of(study: Study, place: Place, settings: SitingSettings) -> SitingInputs:
    """Areas, sites and minutes of a study's place; `InputRefused` names what cannot be used."""
    services = read_table("services") if settings.with_hospitals else None
    sites = siting_sites(place, services, premises_paid(place))
    origins = area_origins(place)
    times = times_for(study.links, origins, sites, settings.mode)
    other = times_for(study.links, origins, sites, settings.other_mode) if settings.other_reach_minutes else None
    return siting_inputs(place, sites, settings, times, other)


def premises_paid(place: Place) -> pl.DataFrame:
    """What the NHS paid for each practice's premises in the newest year published: practice_code, gbp, year."""
    codes = place.sites["practice_code"].drop_nulls().unique()
    rows = read_table(
        "payments", where=(pl.col("stream") == "premises") & pl.col("practice_code").is_in(codes.implode())
    )
    newest = rows.filter((pl.col("year") == pl.col("year").max()) & (pl.col("pence") > 0))
    return newest.sort("practice_code").select("practice_code", (pl.col("pence") / 100).alias("gbp"), "year")


def fingerprint_of(inputs: SitingInputs, settings: SitingSettings) -> str:
    """What a proposal was made for: areas, people, sites and where they are. Travel times may be refined meanwhile."""
    columns = ["code", "is_open", "easting", "northing"]
    text = inputs.areas.select("lsoa11", "people").write_csv() + inputs.sites.select(columns).write_csv()
    return sha256(f"{settings.demand}\n{text}".encode()).hexdigest()


def siting_of(study: Study, place: Place) -> Assessment | None:
    """Today's journeys and the study's proposals of sites scored; None where no area or no open site is known."""
    open_sites = place.sites.filter(pl.col("status") == "open").drop_nulls(["easting", "northing"])
    if place.areas.is_empty() or open_sites.is_empty() or place.kind == "england":
        return None
    proposals = list(site_proposals(study).values())
    settings = siting_settings(study)
    if not proposals:
        return assess_siting(place, inputs_of(study, place, settings), None, settings)
    made_with, inputs, proposed = _proposed(study, place, proposals[0])
    first = assess_siting(place, inputs, proposed, made_with)
    return _together(first, [_another(study, place, p) for p in proposals[1:]])


def _another(study: Study, place: Place, proposal: Proposal) -> Assessment:
    made_with, inputs, proposed = _proposed(study, place, proposal)
    return assess_another(place, inputs, proposed, made_with)


def _proposed(study: Study, place: Place, proposal: Proposal) -> tuple[SitingSettings, SitingInputs, ProposedSites]:
    """A proposal as the analysis reads it, with the settings it was made with and the inputs they ask for."""
    made_with = settings_from(SitingSettings, proposal.settings, f"proposals/{proposal.name}.json")
    inputs = inputs_of(study, place, made_with)
    evidence: Mapping[str, Any] = proposal.evidence
    proposed = ProposedSites(
        name=proposal.name, plan=evidence.get("plan", {}), steps=tuple(evidence.get("steps", ())),
        robustness=evidence.get("robustness", {}),
        is_of_this_place=proposal.place_fingerprint == fingerprint_of(inputs, made_with),
        notes=proposal.notes, title=proposal.title, aims=tuple(evidence.get("aims", ())),
    )  # fmt: skip
    return made_with, inputs, proposed


def _together(first: Assessment, others: Sequence[Assessment]) -> Assessment:
    """The first proposal's assessment with the figures, tables and notes of the others."""
    figures, tables, about, warnings = list(first.figures), dict(first.tables), dict(first.about), list(first.warnings)
    for other in others:
        figures += other.figures
        tables |= other.tables
        about |= other.about
        warnings += [w for w in other.warnings if w not in warnings]
    return replace(first, figures=tuple(figures), tables=tables, about=about, warnings=tuple(warnings))


def place_of(study: Study) -> Place:
    """The study's place with its own tables, and no more of the pack than siting needs."""
    tables = frozenset({"sites", "area_ages"})
    place = assemble_place(study.wanted, vintage=study.vintage, as_at=study.as_at, only=tables)
    place = with_registers(place, study.registers)
    return with_drawn_groups(place, study.registers)


def propose_for(
    study: Study,
    settings: SitingSettings,
    name: str,
    title: str,
    *,
    tell: Callable[[str, float, float], None],
    stop: Callable[[], bool],
    clock: Callable[[], float],
) -> tuple[Proposal, SitesFound, SitingInputs]:
    """Solve for the sites of the study's place: the proposal to keep, what was found, and the inputs."""
    begun = clock()
    tell("reading the study", 0.0, 0.0)
    place = place_of(study)
    inputs = inputs_of(study, place, settings)
    found = propose_sites(
        inputs,
        settings,
        np.random.default_rng(settings.seed),
        _other_ways(study, place, settings),
        tell=tell,
        stop=stop,
    )
    plan = found.plan
    extended = set(plan.get("extended", ()))
    opened = set(plan["open"])
    rows = [
        {"site_code": c, "decision": _decision(c in opened, was, c in extended)}
        for c, was in inputs.sites.select("code", "is_open").iter_rows()
        if was or c in opened
    ]
    proposal = Proposal(
        name=name, kind="sites", title=title, place_fingerprint=fingerprint_of(inputs, settings), settings=asdict(settings),
        solver=found.solver, seed=settings.seed, objective=float(plan["objective"]), bound=plan["bound"], gap=plan["gap"],
        is_proved=bool(plan["is_proved"]) and found.ended != "interrupted",
        seconds=round(clock() - begun, 1), assignments=tuple(rows) if opened else (),
        notes=found.notes,
        evidence={"plan": plan, "steps": list(found.steps), "aims": list(found.aims), "robustness": found.robustness,
                  "ended": found.ended},
    )  # fmt: skip
    return proposal, found, inputs


def _decision(is_open: bool, was_open: bool, is_extended: bool) -> str:
    if is_extended:
        return "extend"
    return ("keep" if was_open else "open") if is_open else "close"


def _other_ways(study: Study, place: Place, settings: SitingSettings) -> dict[str, OtherWay]:
    """The same sites with other modes, people and weights: would they choose otherwise?

    By another mode the rules on minutes, said of the settings' own, are left out where travel is the aim; by other aims
    they stay, for without them one site would do.
    """
    by_travel = settings.aim == "travel"
    no_minutes = replace(settings, reach_minutes=0.0, longer_by_minutes=0.0) if by_travel else settings
    ways: dict[str, SitingSettings] = {f"by {m}": replace(no_minutes, mode=m) for m in MODES if m != settings.mode}
    if "public_transport" in study.links and settings.mode != "public_transport":
        ways["by public transport"] = replace(no_minutes, mode="public_transport")
    other = "registered" if settings.demand == "residents" else "residents"
    if other == "residents" or place.areas["registered"].null_count() < place.areas.height:
        ways[f"{other} people"] = replace(settings, demand=other)
    if not settings.need_weight:
        ways["weighted by long-term illness"] = replace(settings, need_weight=1.0)
    if not settings.no_car_weight:
        ways["those without a car counted twice"] = replace(settings, no_car_weight=1.0)
    found = {n: OtherWay(inputs_of(study, place, s), s) for n, s in ways.items()}
    usual = inputs_of(study, place, settings)
    homes = (
        place.homes.drop_nulls(["easting", "northing", "people_per_dwelling"]) if place.homes.height else place.homes
    )
    if homes.height:
        found["with the homes of the housing table"] = OtherWay(_grown(usual, place, homes), settings)
    later = growth_of_councils(place, GROWTH_YEARS)
    if later:
        found[f"people of {place.as_at.year + GROWTH_YEARS}, as projected by council"] = OtherWay(
            _scaled(usual, np.array([later.get(c, 1.0) for c in place.areas.sort("lsoa11")["ltla21"]])), settings
        )
    return found


def growth_of_councils(place: Place, years: int) -> dict[str, float]:
    """The people of each council so many years on, over those of the place's own year, as projected; empty if unknown."""
    if "ltla21" not in place.areas.columns:
        return {}
    councils = sorted(set(place.areas["ltla21"].drop_nulls()))
    ends = [place.as_at.year, place.as_at.year + years]
    rows = read_table("projections", where=pl.col("area_code").is_in(councils) & pl.col("year").is_in(ends))
    totals = {
        (c, int(y)): float(n) for c, y, n in rows.group_by("area_code", "year").agg(pl.col("people").sum()).iter_rows()
    }
    return {
        c: totals[c, ends[1]] / totals[c, ends[0]]
        for c in councils
        if (c, ends[0]) in totals and (c, ends[1]) in totals
    }


def _grown(inputs: SitingInputs, place: Place, homes: pl.DataFrame) -> SitingInputs:
    """The inputs with the people of planned homes in the nearest area each."""
    at = place.areas.sort("lsoa11").select("easting", "northing").to_numpy().astype(float)
    more = np.zeros(inputs.areas.height)
    for e, n, d, p in homes.select("easting", "northing", "dwellings", "people_per_dwelling").iter_rows():
        more[np.hypot(at[:, 0] - e, at[:, 1] - n).argmin()] += d * p
    return _scaled(inputs, 1 + more / np.maximum(inputs.people, 1.0))


def _scaled(inputs: SitingInputs, scale: np.ndarray) -> SitingInputs:
    """The inputs with the people of each area so many times as many."""
    areas = inputs.areas.with_columns(
        (pl.col("people") * pl.Series(scale)).alias("people"), (pl.col("weight") * pl.Series(scale)).alias("weight")
    )
    return replace(inputs, areas=areas)
