"""The plan: everything a blueprint shows, computed in order, on one screen."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import polars as pl

from chesil.analyses.audit import REGISTERS as STRATEGY_REGISTERS
from chesil.analyses.audit import assess_audit
from chesil.analyses.delivery import Publications, assess_delivery
from chesil.analyses.need import NeedPlaces, NeedSettings, assess_need
from chesil.appraisal.results import AppraisedOptions
from chesil.core.assessment import Assessment
from chesil.core.errors import InputRefused, NotFound
from chesil.core.figure import Figure
from chesil.core.receipt import Receipt
from chesil.core.settings import settings_from
from chesil.definitions.targets import all_target_sets
from chesil.measures.asking import newest_vintage
from chesil.measures.card import Measure, all_cards, all_measures
from chesil.measures.computing import ALL, Unit, compute_measure, old_note, units_of
from chesil.packs.pack import read_manifest, read_table
from chesil.place.assembling import assemble_place
from chesil.place.place import Judgement, Place
from chesil.place.reference import read_reference_tables
from chesil.place.site_register import with_registers
from chesil.place.vintage import all_vintages
from chesil.registers.replies import with_replies
from chesil.setting_up.access import access_of
from chesil.setting_up.appraisal import appraisal_of
from chesil.setting_up.closure import closures_of
from chesil.setting_up.estates import estates_of
from chesil.setting_up.grouping import grouping_of, with_proposed_groups
from chesil.setting_up.money import money_of
from chesil.setting_up.resilience import resilience_of
from chesil.setting_up.siting import siting_of
from chesil.setting_up.variation import variation_of
from chesil.setting_up.workforce import workforce_of
from chesil.study import Study

ENGLAND = "England"
LOW_RATIO, HIGH_RATIO = 0.8, 1.3
"""Small areas whose registered to resident ratio lies outside are listed: forces, prisons, students, borders, homes."""
LEVELS = ("practice", "pcn", ALL)


@dataclass(frozen=True, eq=False)
class Plan:
    """A study with its places by vintage, what each analysis found, and every figure, by measure and unit."""

    study: Study
    place: Place
    places: Mapping[str, Place]
    measures: tuple[Measure, ...]
    figures: Mapping[tuple[str, str], Figure]
    boards: Mapping[str, tuple[Figure, ...]]
    pcns: tuple[Unit, ...]
    odd_areas: tuple[Unit, ...]
    drawn: Mapping[str, tuple[Unit, ...]]
    receipts: Mapping[str, Receipt]
    pack_fingerprint: str
    diagnostics: Mapping[str, str]
    assessments: Mapping[str, Assessment] = field(default_factory=dict)
    judgements: tuple[Judgement, ...] = field(default=())
    appraised: AppraisedOptions | None = None

    @cached_property
    def cards(self) -> dict[str, Measure]:
        """The card of every measure that has a figure, of the plan's own measures and of its analyses'."""
        made = {name for name, _ in self.figures}
        return {c.name: c for c in all_cards() if c.name in made}

    def figure(self, measure: str, code: str) -> Figure:
        """The figure of a measure for a practice, PCN, the place or "England"."""
        return self.figures[measure, code]


def make_plan(study: Study, tell: Callable[[str], None] = lambda _: None) -> Plan:
    """Assemble the study's place at each vintage that a measure needs, and compute every measure for every unit."""
    measures = tuple(all_measures())
    wanted_at = {m.name: newest_vintage(m, study.as_at) for m in measures}
    vintages = sorted({study.vintage, *wanted_at.values()})
    tell("assembling the place and England")
    wanted = study.wanted if isinstance(study.wanted, str) else list(study.wanted)
    places = {v: _with_study_tables(assemble_place(wanted, vintage=v, as_at=study.as_at), study) for v in vintages}
    levels = (*LEVELS, *sorted({t for t in places[study.vintage].groups["group_type"] if t.startswith("study:")}))
    england = {v: assemble_place(ENGLAND, vintage=v, as_at=study.as_at) for v in vintages}
    now = [u for level in levels for u in units_of(places[study.vintage], level)]
    odd = _odd_areas(places[study.vintage])
    figures: dict[tuple[str, str], Figure] = {}
    boards: dict[str, tuple[Figure, ...]] = {}
    for measure in measures:
        tell(f"computing {measure.title}")
        here, whole = places[wanted_at[measure.name]], england[wanted_at[measure.name]]
        units = [u for level in levels for u in units_of(here, level)]
        units += odd if measure.method == "resident_ratio" else ()
        then = compute_measure(here, measure, units)
        figures |= _by_unit([*_not_held(measure, here, now, then), *then], study)
        of_england = compute_measure(whole, measure, [*units_of(whole, ALL), *units_of(whole, "icb")])
        figures |= _by_unit(of_england[:1], study)
        boards[measure.name] = tuple(of_england[1:])
    place = places[study.vintage]
    assessments = {a.analysis: a for a in _assess(study, places, england, figures, tell)}
    for assessment in assessments.values():
        figures |= _by_unit(list(assessment.figures), study)
    figures = with_replies(figures, study.registers.get("replies"), {m for m, _ in figures})
    appraised = appraisal_of(study, places, england, tell)
    figures |= _by_unit(list(appraised.figures), study) if appraised is not None else {}
    manifest = read_manifest()
    return Plan(
        study=study,
        place=place,
        places=places,
        measures=measures,
        figures=figures,
        boards=boards,
        pcns=tuple(units_of(place, "pcn")),
        odd_areas=odd,
        drawn={t.removeprefix("study:"): tuple(units_of(place, t)) for t in levels[len(LEVELS) :]},
        receipts={**manifest.receipts, **study.receipts},
        pack_fingerprint=manifest.fingerprint,
        diagnostics=manifest.diagnostics,
        assessments=assessments,
        appraised=appraised,
        judgements=(*study.judgements, *_judgements(places)),
    )


def _assess(
    study: Study,
    places: Mapping[str, Place],
    england: Mapping[str, Place],
    figures: Mapping[tuple[str, str], Figure],
    tell: Callable[[str], None],
) -> list[Assessment]:
    """Every analysis in order: each is given the places, tables and earlier figures that it needs, and nothing else."""
    place = places[study.vintage]
    found = []
    tell("assessing need")
    need = settings_from(NeedSettings, study.settings.get("need", {}), "study.toml [need]")
    whole = england[study.vintage]
    of_need = NeedPlaces(place, whole, england.get("2022/23", whole))
    expected = study.registers.get("expected_people")
    found.append(assess_need(of_need, read_reference_tables(), need, np.random.default_rng(need.seed), expected))
    over_time = at_every_vintage(study)
    tell("judging targets and milestones")
    tables = Publications(read_table("practice_ratings"), read_table("practice_indicators"))
    found.append(
        assess_delivery(over_time, place, figures, tables, all_target_sets(), study.registers.get("milestones"))
    )
    tell("adding up the money")
    found.append(money_of(study, place, over_time))
    if set(STRATEGY_REGISTERS) <= set(study.registers):
        tell("doing the strategy's sums again")
        found.append(assess_audit(place, study.registers))
    tell("assessing the workforce")
    found.append(workforce_of(study, places, england))
    tell("assessing access")
    found.append(access_of(study, places, england))
    if place.registrations.height:
        tell("closing each practice in turn")
        found.append(closures_of(study, places))
    tell("assessing resilience")
    found.append(resilience_of(study, places, england))
    tell("comparing practices with England, with similar ones and with what is expected")
    found.append(variation_of(study, places))
    tell("assessing the estate")
    found.append(estates_of(study, place))
    tell("scoring groups")
    found += [g] if (g := grouping_of(study, place)) is not None else []
    tell("scoring sites")
    found += [s] if (s := siting_of(study, place)) is not None else []
    return found


def at_every_vintage(study: Study) -> dict[str, Place]:
    """The study's place at each vintage known by its date, as far as it can be held then: lists, staff and payments."""
    found = {}
    wanted = study.wanted if isinstance(study.wanted, str) else list(study.wanted)
    for vintage in all_vintages():
        with suppress(NotFound, InputRefused):
            found[vintage.name] = assemble_place(
                wanted, vintage=vintage.name, as_at=study.as_at, only=frozenset({"staff", "payments"})
            )
    return found


def _with_study_tables(place: Place, study: Study) -> Place:
    """The place with the study's own sites, hours, room use and homes, and the groupings of its table of groups."""
    place = with_proposed_groups(with_registers(place, study.registers), study)
    table = study.registers.get("groups")
    for (grouping,), rows in table.group_by("grouping", maintain_order=True) if table is not None else ():
        place = place.with_groups(str(grouping), dict(rows.select("practice_code", "group_name").iter_rows()))
    return place


def _odd_areas(place: Place) -> tuple[Unit, ...]:
    """Areas where far fewer or far more people are registered than live, each as a unit of its own."""
    ratio = pl.col("registered") / pl.col("residents_2020")
    odd = place.areas.drop_nulls("registered").filter((ratio < LOW_RATIO) | (ratio > HIGH_RATIO))
    rows = odd.select("lsoa11", "msoa_name", "area_name").sort("lsoa11").iter_rows()
    return tuple(Unit(code, f"{middle or small} ({small})", (), (code,)) for code, middle, small in rows)


def _not_held(measure: Measure, there: Place, now: list[Unit], then: list[Figure]) -> list[Figure]:
    """Figures with their reason for units of the study's vintage that are not held at the measure's."""
    found = {f.unit_code for f in then}
    like = then[-1]
    return [
        replace(
            like, unit_code=u.code, unit_name=u.name, value=None, lower=None, upper=None, lower998=None, upper998=None,
            numerator=None, denominator=None, limits="", notes=(), reason=f"not held under this code at {there.vintage}",
        )
        for u in now
        if u.code not in found
    ]  # fmt: skip


def _by_unit(figures: list[Figure], study: Study) -> dict[tuple[str, str], Figure]:
    return {(f.measure, f.unit_code): f.with_note(note) if (note := old_note(f, study.as_at)) else f for f in figures}


def _judgements(places: Mapping[str, Place]) -> tuple[Judgement, ...]:
    return tuple(dict.fromkeys(j for place in places.values() for j in place.judgements))
