"""Setting up the appraisal: each option of a study applied, measured against business as usual, costed and judged."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from chesil.analyses.access import area_table, rural_figures
from chesil.analyses.access.who import who_groups
from chesil.appraisal.appraising import BUSINESS_AS_USUAL, TESTS, appraise_options
from chesil.appraisal.costs import check_costs, cost_option
from chesil.appraisal.criteria import load_criteria
from chesil.appraisal.equality import Groups, assess_groups
from chesil.appraisal.results import AppraisedOptions, OptionResult
from chesil.appraisal.scales import level_of
from chesil.appraisal.scoring import OptionFigures
from chesil.appraisal.sensitivity import WhatIf
from chesil.appraisal.settings import AppraisalSettings
from chesil.appraisal.weightings import Weighting, equal_weights, read_weighting
from chesil.core.errors import ChesilError, InputRefused, Problem, did_you_mean
from chesil.core.figure import Figure
from chesil.core.settings import settings_from
from chesil.place.place import Place
from chesil.registers.options import OptionRecord
from chesil.scenario.from_options import edits_from_option
from chesil.scenario.involving import sign_off_of, unassessed_groups
from chesil.scenario.ledger import account_in_order
from chesil.scenario.scenario import Scenario, apply_scenario
from chesil.setting_up.access import access_settings, services_near, with_dispensing
from chesil.setting_up.option_figures import (
    USUAL_TITLE,
    cost_figures,
    dispensing_figure,
    equality_figures,
    feeding_figures,
    ranking_figures,
    room_figures,
    slope_figures,
    unit_of,
)
from chesil.setting_up.option_journeys import (
    JOURNEYS,
    Journeys,
    by_straight_lines,
    changes,
    journeys_of,
    minute_figures,
    shared_errors,
)
from chesil.setting_up.option_times import option_times
from chesil.study import Study

DO_MINIMUM = "do_minimum"
"""The file name of the do-minimum, which comes next after business as usual."""
COSTS, STAFF = "option_npc_per_patient", "option_gp_per_10000"
SESSIONS = (
    "A site open for less than half of the usual week shortens journeys for that share of the week alone, as under"
)
ANSWERS = ("pass", "fail", "not assessed")
ETHNICITIES = ("asian", "black", "mixed", "white", "other")


def appraisal_settings(study: Study) -> AppraisalSettings:
    """The study's settings of the appraisal."""
    return settings_from(AppraisalSettings, study.settings.get("appraisal", {}), "study.toml [appraisal]")


def appraisal_of(
    study: Study,
    places: Mapping[str, Place],
    england: Mapping[str, Place],
    tell: Callable[[str], None] = lambda _: None,
) -> AppraisedOptions | None:
    """Appraise the options of a study; None if it has none. Business as usual is always first."""
    if not study.options:
        return None
    problems = option_problems(study)
    try:
        weightings = read_weightings(study, appraisal_settings(study).criteria)
    except InputRefused as error:
        problems += error.problems
    if problems:
        raise InputRefused("The study's options or weights cannot be used", problems, "Put these right and try again")
    settings = appraisal_settings(study)
    place, whole = _with_staff(study, places), england[study.vintage]
    records = sorted(study.options.values(), key=lambda o: (o.name != DO_MINIMUM, o.name))
    scenarios = [Scenario(BUSINESS_AS_USUAL, (), USUAL_TITLE), *map(edits_from_option, records)]
    made = _made(place, scenarios)
    times_of, no_routes = option_times(study, made, whole, access_settings(study).ferries)
    measured: list[Journeys] = []
    for scenario, one in zip(scenarios, made, strict=True):
        tell(f"measuring {scenario.title[:1].lower()}{scenario.title[1:]}")
        measured.append(journeys_of(one, whole, times_of, measured[0] if measured else None))
    groups = equality_groups(place, whole)
    results = [
        _result(record, scenario, journeys, measured[0], groups, study, settings)
        for record, scenario, journeys in zip((None, *records), scenarios, measured, strict=True)
    ]
    criteria = load_criteria(settings.criteria, level_of(place.patients), study.folder / "criteria")
    weightings = weightings or [equal_weights([c.name for c in criteria])]
    judged = [OptionFigures(r.name, r.title, r.feeding, _passes(r.record), _is_illustration(r.record)) for r in results]
    tell("weighing the options")
    appraisal = appraise_options(
        judged, criteria, weightings, draws=settings.draws, rng=np.random.default_rng(settings.seed),
        what_ifs=[*what_ifs(settings.test_share), *_other_ways(results, measured, study, settings)],
        shared=shared_errors(measured),
    )  # fmt: skip
    more = [no_routes] if no_routes else []
    held = sorted({r.title for r, j in zip(results, measured, strict=True) if len(j.parts) > 1})
    more += [f"{SESSIONS}: {'; '.join(held)}."] if held else []
    appraisal = replace(appraisal, warnings=(*appraisal.warnings, *more, *_who_leave(results, place)))
    figures = [f for r in results for f in r.feeding.values()]
    figures += [f for r in results[1:] for f in equality_figures(r, place)]
    figures += [f for r, j in zip(results, measured, strict=True) for f in _rural_figures(r, j)]
    fifths = groups.get("deprivation", [])
    figures += [f for r in results for f in (*slope_figures(r, place, fifths), *cost_figures(r, place, study))]
    figures += [f for r in results for f in room_figures(r, place, study)]
    services, before = services_near(place), with_dispensing(place, england)
    figures += [dispensing_figure(r, before, with_dispensing(r.place, england), services, study) for r in results[1:]]
    figures += [f for r in appraisal.rankings for f in ranking_figures(r, place, appraisal.ranked_options, settings)]
    figures = [_with_sources(f, results, study) for f in figures]
    signed = {r.name: sign_off_of(r.name, study.registers) for r in results[1:]}
    return AppraisedOptions(tuple(results), appraisal, tuple(figures), unassessed_groups(), signed, study.as_at)


def _made(place: Place, scenarios: Sequence[Scenario]) -> list[Place]:
    """The place under each option; `InputRefused` with every edit of any option that cannot be done."""
    made, problems = [], []
    for scenario in scenarios:
        try:
            made.append(apply_scenario(place, scenario) if scenario.edits else replace(place, scenario=scenario.name))
        except ChesilError as error:
            where = f"options/{scenario.name}.toml"
            why = "; ".join(p.what for p in error.problems)
            problems.append(Problem(error.title, where, why, error.way_out))
    if problems:
        raise InputRefused("Options of the study cannot be done", problems, "Put these right and try again")
    return made


def _with_sources(figure: Figure, results: Sequence[OptionResult], study: Study) -> Figure:
    """A figure that names no source rests on the options as the study gives them, on its weights, and on what they change."""
    if figure.receipts:
        return figure
    fed = sorted({r for result in results for f in result.feeding.values() for r in f.receipts})
    own = [r for r in ("study:options", "study:weights") if r in study.receipts]
    return replace(figure, receipts=(*own, *fed))


def _rural_figures(result: OptionResult, journeys: Journeys) -> list[Figure]:
    """The rural test of an option: what it asks of every blueprint, with the minutes that the option makes."""
    unit = unit_of(journeys.place, result.scenario)
    named = replace(journeys.place, code=unit.code, name=unit.name)
    return rural_figures(named, area_table(named, journeys.reached), ())


def _who_leave(results: Sequence[OptionResult], usual: Place) -> list[str]:
    """A warning for each option under which patients leave the place: means over those who stay say nothing of them."""
    left = [(r.title, usual.patients - r.place.patients) for r in results[1:]]
    return [
        f"{title}: {gone:,.0f} patients would register with practices beyond the place. Their journeys are in no mean here, "
        "so that its score on access can look better than it is."
        for title, gone in left
        if gone > 0
    ]


def what_ifs(share: float) -> tuple[WhatIf, ...]:
    """The tests of a ranking: every cost, journey and number of patients more or less by a share."""
    more, less, said = 1 + share, 1 - share, f"{100 * share:.0f}%"
    return (
        WhatIf(f"every cost {said} higher", {COSTS: more}),
        WhatIf(f"every cost {said} lower", {COSTS: less}),
        WhatIf(f"every journey {said} longer", dict.fromkeys(JOURNEYS, more)),
        WhatIf(f"every journey {said} shorter", dict.fromkeys(JOURNEYS, less)),
        WhatIf(f"{said} more patients, staff and costs as they are", {COSTS: 1 / more, STAFF: 1 / more}),
        WhatIf(f"{said} fewer patients, staff and costs as they are", {COSTS: 1 / less, STAFF: 1 / less}),
    )


def _other_ways(
    results: Sequence[OptionResult], measured: Sequence[Journeys], study: Study, settings: AppraisalSettings
) -> tuple[WhatIf, ...]:
    """The same options by another method of travel, and with prices that grow faster than prices in general."""
    growth = settings.test_price_growth
    dearer = {}
    for r in results:
        costs = r.record.costs if r.record is not None else ()
        cost = cost_option(
            costs, study.as_at, f"options/{r.name}.toml", growth=growth, index=price_index(study)
        ).net_present_cost
        dearer[r.name] = {COSTS: cost / measured[0].place.patients} if measured[0].place.patients else {}
    lines = dict(zip((r.name for r in results), by_straight_lines(measured), strict=True))
    return (
        WhatIf("journeys by straight lines alone, scaled to today’s mean", instead=lines),
        WhatIf(f"running costs and savings rising {100 * growth:g}% a year more than prices", instead=dearer),
    )


def price_index(study: Study) -> dict[str, float]:
    """The study's index of prices by financial year; empty if it gives none."""
    table = study.registers.get("deflators")
    return dict(table.select("year", "index").iter_rows()) if table is not None else {}


def option_problems(study: Study) -> list[Problem]:
    """What is wrong with the costs and the tests of any option, before anything is computed."""
    problems: list[Problem] = []
    for option in study.options.values():
        where = f"options/{option.name}.toml"
        problems += check_costs(option.costs, study.as_at, where, price_index(study))
        problems += [
            Problem(f"`{t}` is `{said}`, not {', '.join(ANSWERS[:-1])} or {ANSWERS[-1]}", f"{where} [deliverability]")
            for t in TESTS
            if (said := option.deliverability.get(t, ANSWERS[-1])) not in ANSWERS
        ]
        way = f"There are {', '.join(TESTS)}"
        strange = [t for t in option.deliverability if t not in TESTS]
        at = f"{where} [deliverability]"
        problems += [Problem(f"`{t}` is not a test", at, "", did_you_mean(t, TESTS) or way) for t in strange]
    return problems


def read_weightings(study: Study, criteria_name: str) -> list[Weighting]:
    """Every file of weights of a study, each somebody's own; `InputRefused` names what is wrong in any of them."""
    names = [c.name for c in load_criteria(criteria_name, own=study.folder / "criteria")]
    options = [BUSINESS_AS_USUAL, *study.options]
    found: list[Weighting] = []
    problems: list[Problem] = []
    paths = [study.weights] if study.weights is not None else sorted((study.folder / "weights").glob("*.toml"))
    for path in paths:
        try:
            found.append(read_weighting(path, names, options))
        except InputRefused as error:
            problems += error.problems
    names_given = [w.who for w in found]
    problems += [
        Problem(f"`{who}` is the `who` of two files of weights", "weights", "each is somebody's own", "Name them apart")
        for who in sorted({w for w in names_given if names_given.count(w) > 1})
    ]
    if problems:
        raise InputRefused("The study's weights cannot be used", problems, "Put these right and try again")
    return found


def _with_staff(study: Study, places: Mapping[str, Place]) -> Place:
    """The study's place with the newest published practice returns and their receipts, on which edits of staff are made."""
    place = places[study.vintage]
    then = max((v for v, p in places.items() if p.staff.height), default=study.vintage)
    if place.staff.height or then == study.vintage:
        return place
    receipts = {**place.receipts, "staff": places[then].receipts_for("staff")}
    return replace(place.with_tables(staff=places[then].staff), receipts=receipts)


def _result(
    option: OptionRecord | None, scenario: Scenario, journeys: Journeys, usual: Journeys, groups: Groups, study: Study,
    settings: AppraisalSettings,
) -> OptionResult:  # fmt: skip
    costs = option.costs if option is not None else ()
    costed = cost_option(costs, study.as_at, f"options/{scenario.name}.toml", index=price_index(study))
    changed = changes(usual, journeys)
    impacts = {m: tuple(assess_groups(c, groups, settings.beyond_minutes(m))) for m, c in changed.items()}
    unit = unit_of(usual.place, scenario)
    feeding = {
        f.measure: f
        for f in (
            *minute_figures(journeys, unit),
            *feeding_figures(option, scenario, costed, journeys.place, usual.place, study),
        )
    }
    ledger = account_in_order(usual.place, scenario, "patients")
    title = option.title if option is not None else USUAL_TITLE
    return OptionResult(
        scenario.name, title, option, scenario, journeys.place, costed, ledger, feeding, changed, impacts
    )


def _is_illustration(option: OptionRecord | None) -> bool:
    return option is not None and option.is_illustration


def _passes(option: OptionRecord | None) -> dict[str, str]:
    if option is None:
        return dict.fromkeys(TESTS, "pass")
    return {t: str(option.deliverability.get(t, ANSWERS[-1])) for t in TESTS}


def equality_groups(place: Place, england: Place) -> Groups:
    """Groups of people by area: those of the analysis of access, with ethnicity and disability from the census of 2021."""
    groups = who_groups(place, england)
    areas = place.areas.sort("lsoa11")

    def column(name: str) -> np.ndarray:
        return areas[name].fill_null(0).to_numpy().astype(float)

    groups["ethnicity"] = [(e.capitalize(), column(f"{e}_2021")) for e in ETHNICITIES if f"{e}_2021" in areas]
    if "disabled_2021" in areas:
        groups["disability"] = [("disabled", column("disabled_2021")), ("not disabled", column("not_disabled_2021"))]
    return {k: g for k, g in groups.items() if g}


def option_of(study: Study, name: str) -> OptionRecord:
    """The option of that name; `ChesilError` with those there are."""
    if name not in study.options:
        there = ", ".join(study.options) or "none"
        raise ChesilError(f"The study has no option `{name}`", [], f"Its options are {there}")
    return study.options[name]
