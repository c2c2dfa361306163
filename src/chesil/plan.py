"""The plan: everything a blueprint shows, computed in order, on one screen."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from chesil.analyses.audit import REGISTERS as STRATEGY_REGISTERS
from chesil.analyses.audit import assess_audit
from chesil.appraisal.results import AppraisedOptions
from chesil.core.assessment import Assessment
from chesil.core.figure import Figure
from chesil.core.receipt import Receipt
from chesil.measures.card import Measure, all_cards, all_measures
from chesil.measures.computing import Unit, units_of
from chesil.packs.pack import read_manifest
from chesil.place.place import Judgement, Place
from chesil.registers.replies import with_replies
from chesil.setting_up.access import access_of
from chesil.setting_up.appraisal import appraisal_of
from chesil.setting_up.checking import check_settings
from chesil.setting_up.closure import closures_of
from chesil.setting_up.delivery import delivery_of
from chesil.setting_up.editions import assessments_in_edition
from chesil.setting_up.estates import estates_of
from chesil.setting_up.grouping import grouping_of
from chesil.setting_up.measuring import by_unit, measure_everything, vintages_needed
from chesil.setting_up.money import money_of
from chesil.setting_up.need import need_of
from chesil.setting_up.places import ENGLAND, StudyPlaces, places_of
from chesil.setting_up.resilience import resilience_of
from chesil.setting_up.siting import siting_of
from chesil.setting_up.variation import variation_of
from chesil.setting_up.workforce import workforce_of
from chesil.study import Study

__all__ = ["ENGLAND", "Plan", "make_plan", "plan_in_edition", "plans_by_edition"]


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
    """Assemble the study's places, compute every measure, make every analysis and appraise the options."""
    check_settings(study)
    tell("assembling the place and England")
    places = places_of(study, vintages_needed(study).values())
    measured = measure_everything(study, places, tell)
    assessments = {a.analysis: a for a in _assess(study, places, measured.figures, tell)}
    figures = measured.figures | by_unit([f for a in assessments.values() for f in a.figures], study)
    figures = with_replies(figures, study.registers.get("replies"), {m for m, _ in figures})
    appraised = appraisal_of(study, places.by_vintage, places.england, tell)
    figures |= by_unit(list(appraised.figures), study) if appraised is not None else {}
    manifest = read_manifest()
    judgements = (j for place in places.by_vintage.values() for j in place.judgements)
    return Plan(
        study=study,
        place=places.now,
        places=places.by_vintage,
        measures=tuple(all_measures()),
        figures=figures,
        boards=measured.boards,
        pcns=tuple(units_of(places.now, "pcn")),
        odd_areas=measured.odd_areas,
        drawn=measured.drawn,
        receipts={**manifest.receipts, **study.receipts},
        pack_fingerprint=manifest.fingerprint,
        diagnostics=manifest.diagnostics,
        assessments=assessments,
        judgements=(*study.judgements, *dict.fromkeys(judgements)),
        appraised=appraised,
    )


def plan_in_edition(plan: Plan, study: Study) -> Plan | None:
    """A plan made into another edition of the same study, equal to computing it again; None where it must be."""
    found = assessments_in_edition(plan.study, study, plan.place, plan.assessments)
    if found is None:
        return None
    kept = {(f.measure, f.unit_code) for a in found.values() for f in a.figures}
    gone = {k for a in plan.assessments.values() for f in a.figures if (k := (f.measure, f.unit_code)) not in kept}
    figures = {k: f for k, f in plan.figures.items() if k not in gone}
    return replace(plan, study=study, figures=figures, assessments=found)


def plans_by_edition(studies: Iterable[Study], tell: Callable[[str], None] = lambda _: None) -> dict[str, Plan]:
    """The plans of one study in several editions, by edition, each computed only where no other can be made into it.

    The public edition is made last, since a fuller one can be made into it and it into no other.
    """
    made: dict[str, Plan] = {}
    for study in sorted(studies, key=lambda s: s.edition == "public"):
        found = (plan_in_edition(plan, study) for plan in made.values())
        made[study.edition] = next((p for p in found if p is not None), None) or make_plan(study, tell)
    return made


def _assess(
    study: Study, places: StudyPlaces, figures: Mapping[tuple[str, str], Figure], tell: Callable[[str], None]
) -> Iterator[Assessment]:
    """Every analysis in order: each is given the places, tables and earlier figures that it needs, and nothing else."""
    now, by_vintage, england = places.now, places.by_vintage, places.england
    tell("assessing need")
    yield need_of(study, places)
    tell("comparing practices with England, with similar ones and with what is expected")
    yield variation_of(study, by_vintage)
    tell("assessing access")
    yield access_of(study, by_vintage, england)
    tell("assessing the workforce")
    yield workforce_of(study, by_vintage, england)
    if now.registrations.height:
        tell("closing each practice in turn")
        yield closures_of(study, by_vintage)
    tell("assessing resilience")
    yield resilience_of(study, by_vintage, england)
    tell("assessing the estate")
    yield estates_of(study, now)
    tell("scoring groups and sites that were proposed")
    yield from (a for a in (grouping_of(study, now), siting_of(study, now)) if a is not None)
    tell("adding up the money")
    yield money_of(study, now, places.over_time)
    tell("judging targets and milestones")
    yield delivery_of(study, places, figures)
    if set(STRATEGY_REGISTERS) <= set(study.registers):
        tell("doing the strategy's sums again")
        yield assess_audit(now, study.registers)
