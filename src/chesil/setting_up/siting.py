"""Setting up siting: its settings, travel times and other ways of counting, and a proposal to and from the study."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from hashlib import sha256
from typing import Any

import numpy as np
import polars as pl

from chesil.analyses.siting import (
    ProposedSites,
    SitesFound,
    SitingInputs,
    SitingSettings,
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
from chesil.place.site_register import with_registers
from chesil.place.travel import MODES, area_origins
from chesil.registers.proposals import Proposal
from chesil.study import Study


def siting_settings(study: Study, said: Mapping[str, object] | None = None) -> SitingSettings:
    """The study's settings of siting, with what a command says over them."""
    return settings_from(SitingSettings, {**study.settings.get("siting", {}), **(said or {})}, "study.toml [siting]")


def site_proposals(study: Study) -> dict[str, Proposal]:
    """The study's proposals of sites, by name."""
    return {n: p for n, p in sorted(study.proposals.items()) if p.kind == "sites"}


def inputs_of(study: Study, place: Place, settings: SitingSettings) -> SitingInputs:
    """Areas, sites and minutes of a study's place; `InputRefused` names what cannot be used."""
    services = read_table("services") if settings.with_hospitals else None
    sites = siting_sites(place, services)
    origins = area_origins(place)
    times = times_for(study.links, origins, sites, settings.mode)
    other = times_for(study.links, origins, sites, settings.other_mode) if settings.other_reach_minutes else None
    return siting_inputs(place, sites, settings, times, other)


def fingerprint_of(inputs: SitingInputs, settings: SitingSettings) -> str:
    """What a proposal was made for: areas, people, sites and where they are. Travel times may be refined meanwhile."""
    columns = ["code", "is_open", "easting", "northing"]
    text = inputs.areas.select("lsoa11", "people").write_csv() + inputs.sites.select(columns).write_csv()
    return sha256(f"{settings.demand}\n{text}".encode()).hexdigest()


def siting_of(study: Study, place: Place) -> Assessment | None:
    """Today's journeys and the study's first proposal of sites scored; None where no area or no open site is known."""
    open_sites = place.sites.filter(pl.col("status") == "open").drop_nulls(["easting", "northing"])
    if place.areas.is_empty() or open_sites.is_empty() or place.kind == "england":
        return None
    proposals = list(site_proposals(study).values())
    settings = siting_settings(study)
    if not proposals:
        return assess_siting(place, inputs_of(study, place, settings), None, settings)
    proposal = proposals[0]
    made_with = settings_from(SitingSettings, proposal.settings, f"proposals/{proposal.name}.json")
    inputs = inputs_of(study, place, made_with)
    evidence: Mapping[str, Any] = proposal.evidence
    proposed = ProposedSites(
        name=proposal.name,
        plan=evidence.get("plan", {}),
        steps=tuple(evidence.get("steps", ())),
        robustness=evidence.get("robustness", {}),
        is_of_this_place=proposal.place_fingerprint == fingerprint_of(inputs, made_with),
        notes=proposal.notes,
    )
    return assess_siting(place, inputs, proposed, made_with)


def place_of(study: Study) -> Place:
    """The study's place with its own tables, and no more of the pack than siting needs."""
    wanted = study.wanted if isinstance(study.wanted, str) else list(study.wanted)
    tables = frozenset({"sites", "area_ages"})
    place = assemble_place(wanted, vintage=study.vintage, as_at=study.as_at, only=tables)
    place = with_registers(place, study.registers)
    table = study.registers.get("groups")
    for (grouping,), rows in table.group_by("grouping", maintain_order=True) if table is not None else ():
        place = place.with_groups(str(grouping), dict(rows.select("practice_code", "group_name").iter_rows()))
    return place


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
        evidence={"plan": plan, "steps": list(found.steps), "robustness": found.robustness, "ended": found.ended},
    )  # fmt: skip
    return proposal, found, inputs


def _decision(is_open: bool, was_open: bool, is_extended: bool) -> str:
    if is_extended:
        return "extend"
    return ("keep" if was_open else "open") if is_open else "close"


def _other_ways(study: Study, place: Place, settings: SitingSettings) -> dict[str, SitingInputs]:
    """The same sites with other modes, people and weights: would they choose otherwise?"""
    ways: dict[str, SitingSettings] = {f"by {m}": replace(settings, mode=m) for m in MODES if m != settings.mode}
    other = "registered" if settings.demand == "residents" else "residents"
    if other == "residents" or place.areas["registered"].null_count() < place.areas.height:
        ways[f"{other} people"] = replace(settings, demand=other)
    if not settings.need_weight:
        ways["weighted by long-term illness"] = replace(settings, need_weight=1.0)
    if not settings.no_car_weight:
        ways["those without a car counted twice"] = replace(settings, no_car_weight=1.0)
    found = {n: inputs_of(study, place, replace(s, reach_minutes=0.0, longer_by_minutes=0.0)) for n, s in ways.items()}
    homes = (
        place.homes.drop_nulls(["easting", "northing", "people_per_dwelling"]) if place.homes.height else place.homes
    )
    if homes.height:
        found["with the homes of the housing table"] = _grown(inputs_of(study, place, settings), place, homes)
    return found


def _grown(inputs: SitingInputs, place: Place, homes: pl.DataFrame) -> SitingInputs:
    """The inputs with the people of planned homes in the nearest area each."""
    at = place.areas.sort("lsoa11").select("easting", "northing").to_numpy().astype(float)
    more = np.zeros(inputs.areas.height)
    for e, n, d, p in homes.select("easting", "northing", "dwellings", "people_per_dwelling").iter_rows():
        more[np.hypot(at[:, 0] - e, at[:, 1] - n).argmin()] += d * p
    scale = 1 + more / np.maximum(inputs.people, 1.0)
    areas = inputs.areas.with_columns(
        (pl.col("people") * pl.Series(scale)).alias("people"), (pl.col("weight") * pl.Series(scale)).alias("weight")
    )
    return replace(inputs, areas=areas)
