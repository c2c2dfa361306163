"""Setting up the appraisal: each option of a study applied, measured against business as usual, costed and judged."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from chesil.analyses.access.making import Of, mean_minutes
from chesil.analyses.access.reaching import Reached, own_pairs, people_of, reach_sites
from chesil.analyses.access.who import who_groups
from chesil.appraisal.appraising import BUSINESS_AS_USUAL, TESTS, OptionFigures, Ranked, WhatIf, appraise_options
from chesil.appraisal.costs import cost_option
from chesil.appraisal.criteria import load_criteria
from chesil.appraisal.equality import AreaChange, assess_groups, person_minutes_saved, slope_of_minutes
from chesil.appraisal.results import AppraisedOptions, OptionResult, option_unit
from chesil.appraisal.settings import AppraisalSettings
from chesil.appraisal.weightings import Weighting, equal_weights, read_weighting
from chesil.core.errors import ChesilError, InputRefused, Problem
from chesil.core.figure import Figure
from chesil.core.settings import settings_from
from chesil.measures.card import load_measure
from chesil.measures.computing import ALL, units_of
from chesil.place.place import Place
from chesil.place.travel import MODES, travel_times_by_mode
from chesil.registers.options import OptionRecord
from chesil.scenario.from_options import edits_from_option
from chesil.scenario.involving import sign_off_of, unassessed_groups
from chesil.scenario.ledger import account_in_order
from chesil.scenario.scenario import Scenario, apply_scenario
from chesil.setting_up.access import access_settings
from chesil.study import Study

WITH_LIMITS = "Wilson (1927) and Katz et al. (1978) over areas, 95%"
USUAL_TITLE = "Business as usual"
DO_MINIMUM = "do_minimum"
"""The file name of the do-minimum, which comes next after business as usual."""
EQUALITY_MODES = ("drive", "walk")
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
    settings = appraisal_settings(study)
    place, whole = _with_staff(study, places), england[study.vintage]
    ferries = access_settings(study).ferries

    def times_of(
        origins: pl.DataFrame, destinations: pl.DataFrame, modes: Sequence[str] = MODES
    ) -> Mapping[str, object]:
        return travel_times_by_mode(origins, destinations, modes, ferries=ferries)

    tell("measuring business as usual")
    usual = _Measured(place, whole, times_of)
    results = [_result(None, Scenario(BUSINESS_AS_USUAL, (), USUAL_TITLE), usual, usual, study, settings)]
    for option in sorted(study.options.values(), key=lambda o: (o.name != DO_MINIMUM, o.name)):
        tell(f"trying {option.title}")
        scenario = edits_from_option(option)
        measured = _Measured(apply_scenario(place, scenario), whole, times_of)
        results.append(_result(option, scenario, measured, usual, study, settings))
    criteria = load_criteria(settings.criteria)
    weightings = read_weightings(study, settings.criteria) or [equal_weights([c.name for c in criteria])]
    judged = [OptionFigures(r.name, r.title, r.feeding, _passes(r.record), _is_illustration(r.record)) for r in results]
    tell("weighing the options")
    appraisal = appraise_options(
        judged, criteria, weightings, draws=settings.draws, rng=np.random.default_rng(settings.seed),
        what_ifs=what_ifs(settings.test_share),
    )  # fmt: skip
    appraisal = replace(appraisal, warnings=(*appraisal.warnings, *_who_leave(results, place)))
    figures = [f for r in results for f in r.feeding.values()]
    figures += [f for r in results[1:] for f in _equality_figures(r, place)]
    figures += [f for r in results for f in (*_slope_figures(r, usual), *_cost_figures(r, place, study))]
    figures += [f for r in appraisal.rankings for f in _ranking_figures(r, place, appraisal.ranked_options, settings)]
    signed = {r.name: sign_off_of(r.name, study.registers) for r in results[1:]}
    return AppraisedOptions(tuple(results), appraisal, tuple(figures), unassessed_groups(), signed)


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
    journeys, costs, staff = (
        ("access_drive_own", "access_walk_nearest"),
        "option_npc_per_patient",
        "option_gp_per_10000",
    )
    return (
        WhatIf(f"every cost {said} higher", {costs: more}),
        WhatIf(f"every cost {said} lower", {costs: less}),
        WhatIf(f"every journey {said} longer", dict.fromkeys(journeys, more)),
        WhatIf(f"every journey {said} shorter", dict.fromkeys(journeys, less)),
        WhatIf(f"{said} more patients, staff and costs as they are", {costs: 1 / more, staff: 1 / more}),
        WhatIf(f"{said} fewer patients, staff and costs as they are", {costs: 1 / less, staff: 1 / less}),
    )


def read_weightings(study: Study, criteria_name: str) -> list[Weighting]:
    """Every file of weights of a study, each somebody's own; `InputRefused` names what is wrong in any of them."""
    names = [c.name for c in load_criteria(criteria_name)]
    options = [BUSINESS_AS_USUAL, *study.options]
    found: list[Weighting] = []
    problems: list[Problem] = []
    paths = [study.weights] if study.weights is not None else sorted((study.folder / "weights").glob("*.toml"))
    for path in paths:
        try:
            found.append(read_weighting(path, names, options))
        except InputRefused as error:
            problems += error.problems
    if problems:
        raise InputRefused("The study's weights cannot be used", problems, "Put these right and try again")
    return found


class _Measured:
    """A place with the times of its areas and flows, worked out once."""

    def __init__(self, place: Place, england: Place, times_of: Callable[..., Mapping[str, object]]) -> None:
        self.place, self.england = place, england
        self.reached: Reached = reach_sites(place, england, times_of)  # type: ignore[arg-type]
        self.own = own_pairs(place, self.reached)


def _with_staff(study: Study, places: Mapping[str, Place]) -> Place:
    """The study's place with the newest published practice returns, on which edits of staff are made."""
    place = places[study.vintage]
    then = max((v for v, p in places.items() if p.staff.height), default=study.vintage)
    return place if place.staff.height else place.with_tables(staff=places[then].staff)


def _result(
    option: OptionRecord | None, scenario: Scenario, measured: _Measured, usual: _Measured, study: Study,
    settings: AppraisalSettings,
) -> OptionResult:  # fmt: skip
    costs = option.costs if option is not None else ()
    costed = cost_option(costs, study.as_at, f"options/{scenario.name}.toml")
    changes = {m: _change(usual, measured, m) for m in EQUALITY_MODES}
    groups = _groups(usual.place, usual.england)
    impacts = {
        m: tuple(
            assess_groups(c, groups, settings.beyond_drive_minutes if m == "drive" else settings.beyond_walk_minutes)
        )
        for m, c in changes.items()
    }
    place = measured.place
    feeding = {
        f.measure: f
        for f in (
            *_minutes(measured, usual.place, scenario),
            _npc(costed.net_present_cost, place, usual.place, scenario, study),
            _gp(place, usual.place, scenario),
            _start(option, usual.place, scenario, study),
        )
    }
    ledger = account_in_order(usual.place, scenario, "patients")
    title = option.title if option is not None else USUAL_TITLE
    return OptionResult(scenario.name, title, option, scenario, place, costed, ledger, feeding, changes, impacts)


def _minutes(measured: _Measured, usual: Place, scenario: Scenario) -> list[Figure]:
    place, reached = measured.place, measured.reached
    of = _of(usual, scenario)
    near = measured.own.filter((pl.col("row") >= 0) & (pl.col("seconds") <= 3600))
    drive = mean_minutes(
        "access_drive_own", of, place, near["seconds"].to_numpy(), near["patients"].to_numpy().astype(float),
        near["error"].to_numpy(), reached.shared("drive"), notes=(reached.about["drive"],),
        receipts=place.receipts_for("registrations"),
    )  # fmt: skip
    people = people_of(place, units_of(place, ALL)[0], reached) * reached.inside
    walk = mean_minutes(
        "access_walk_nearest", of, place, reached.nearest["walk"], people, reached.errors["walk"], reached.shared("walk"),
        notes=(reached.about["walk"],), receipts=place.receipts_for("registrations"),
    )  # fmt: skip
    return [drive, walk]


def _of(usual: Place, scenario: Scenario) -> Of:
    title = scenario.title or USUAL_TITLE
    return Of(option_unit(usual.code, scenario.name), f"{usual.name}: {title}")


def _plain(measure: str, value: float | None, usual: Place, scenario: Scenario, period: str, **parts: object) -> Figure:
    card, of = load_measure(measure), _of(usual, scenario)
    given = {"limits": f"none: {card.no_limits_because}", **parts} if value is not None else parts
    return Figure(
        measure=measure, unit_code=of.code, unit_name=of.name, vintage=usual.vintage, period=period, unit=card.unit,
        method=card.formula, scenario=scenario.name, value=value, standing=card.standing, **given,  # type: ignore[arg-type]
    )  # fmt: skip


def _npc(cost: float, place: Place, usual: Place, scenario: Scenario, study: Study) -> Figure:
    people, year = float(usual.patients), f"{study.as_at:%Y}"
    return _plain("option_npc_per_patient", cost / people, usual, scenario, year, numerator=cost, denominator=people)


def _gp(place: Place, usual: Place, scenario: Scenario) -> Figure:
    rows = place.staff.filter(pl.col("role") == "gp_fully_qualified").drop_nulls("fte")
    known = rows.join(place.practices.select("practice_code", "list_size"), on="practice_code")
    patients = float(known["list_size"].sum())
    if not patients:
        return _plain(
            "option_gp_per_10000", None, usual, scenario, "2023-04", reason="no staff returns are held for this place"
        )
    fte = math.fsum(known["fte"])
    note = f"{place.practices.height - known.height} practices without a return are left out of both parts"
    return _plain("option_gp_per_10000", 10_000 * fte / patients, usual, scenario, "2023-04", numerator=fte, denominator=patients,
                  receipts=usual.receipts_for("staff"), notes=(note,))  # fmt: skip


def _start(option: OptionRecord | None, usual: Place, scenario: Scenario, study: Study) -> Figure:
    year = f"{study.as_at:%Y}"
    if option is None:
        return _plain("option_years_to_start", 0.0, usual, scenario, year)
    if option.starts is None:
        return _plain(
            "option_years_to_start", None, usual, scenario, year, reason="the option does not say when it starts"
        )
    return _plain("option_years_to_start", max(0.0, (option.starts - study.as_at).days / 365.25), usual, scenario, year)


def _is_illustration(option: OptionRecord | None) -> bool:
    return option is not None and option.is_illustration


def _passes(option: OptionRecord | None) -> dict[str, str]:
    if option is None:
        return dict.fromkeys(TESTS, "pass")
    said = {t: str(option.deliverability.get(t, "not assessed")) for t in TESTS}
    wrong = [t for t, v in said.items() if v not in ("pass", "fail", "not assessed")]
    if wrong:
        at = f"{option.name}.toml [deliverability]"
        problems = [Problem(f"`{t}` is `{said[t]}`, not pass, fail or not assessed", at) for t in wrong]
        raise InputRefused(f"The option {option.name} cannot be used", problems, "Put these right and try again")
    return said


def _change(usual: _Measured, after: _Measured, mode: str) -> AreaChange:
    """Minutes of each area before and after: by car to people's own practice, on foot to the nearest surgery.

    Where everybody of an area would leave for practices beyond the place, the nearest surgery by car stands in.
    """
    areas = usual.place.areas.sort("lsoa11")
    codes = areas["lsoa11"].to_list()
    old, new = usual.reached.index, after.reached.index
    if mode == "drive":
        before, later = (_own_minutes(m, codes) for m in (usual, after))
        nearest = after.reached.nearest["drive"][[new[c] for c in codes]] / 60
        later = np.where(np.isinf(later) & np.isfinite(before), nearest, later)
    else:
        before = usual.reached.nearest[mode][[old[c] for c in codes]] / 60
        later = after.reached.nearest[mode][[new[c] for c in codes]] / 60
    return AreaChange(
        mode=mode,
        areas=tuple(codes),
        people=areas["residents_2020"].fill_null(0).to_numpy().astype(float),
        affected=_affected(usual.place, after.place, codes),
        before=before,
        after=later,
    )


def _own_minutes(measured: _Measured, codes: list[str]) -> np.ndarray:
    """Mean minutes of each area's registered people to their own practice (those within an hour), by car."""
    near = measured.own.filter(pl.col("seconds") <= 3600)
    means = near.group_by("lsoa11").agg(
        ((pl.col("seconds") * pl.col("patients")).sum() / pl.col("patients").sum()).alias("s")
    )
    found = dict(means.iter_rows())
    return np.array([found.get(c, math.inf) for c in codes], dtype=np.float64) / 60


def _affected(before: Place, after: Place, codes: list[str]) -> np.ndarray:
    """Registered people of each area whose practice ends or whose open sites change."""

    def open_sites(place: Place) -> dict[str, frozenset[tuple[object, ...]]]:
        held = place.sites.filter(pl.col("status") == "open").select(
            "practice_code", "site_code", "easting", "northing"
        )
        sets: dict[str, set[tuple[object, ...]]] = {}
        for practice, *where in held.iter_rows():
            sets.setdefault(practice, set()).add(tuple(where))
        return {p: frozenset(s) for p, s in sets.items()}

    old, new = open_sites(before), open_sites(after)
    ended = set(before.practices["practice_code"]) - set(after.practices["practice_code"])
    touched = ended | {p for p in before.practices["practice_code"] if old.get(p) != new.get(p)}
    flows = before.registrations.filter(pl.col("practice_code").is_in(list(touched)))
    by_area = dict(flows.group_by("lsoa11").agg(pl.col("patients").sum()).iter_rows())
    return np.array([by_area.get(c, 0) for c in codes], dtype=np.float64)


def _groups(place: Place, england: Place) -> dict[str, list[tuple[str, np.ndarray]]]:
    """Groups of people by area: those of the analysis of access, with ethnicity and disability from the census of 2021."""
    groups = who_groups(place, england)
    areas = place.areas.sort("lsoa11")

    def column(name: str) -> np.ndarray:
        return areas[name].fill_null(0).to_numpy().astype(float)

    groups["ethnicity"] = [(e.capitalize(), column(f"{e}_2021")) for e in ETHNICITIES if f"{e}_2021" in areas]
    if "disabled_2021" in areas:
        groups["disability"] = [("disabled", column("disabled_2021")), ("not disabled", column("not_disabled_2021"))]
    return {k: g for k, g in groups.items() if g}


def _equality_figures(result: OptionResult, place: Place) -> list[Figure]:
    tables = (("areas", "easting"), ("area_ages", ""), ("area_census", ""))
    receipts = tuple(dict.fromkeys(r for t, c in tables for r in place.receipts_for(t, c)))
    figures = []
    for mode, impacts in result.impacts.items():
        for i in impacts:
            code = f"{option_unit(place.code, result.name)}:{mode}:{i.kind}:{i.group}"
            name = f"{result.title}, {mode}: {i.kind}, {i.group}"
            for measure, value, low, high in (
                ("equality_people", i.people, None, None),
                ("equality_further", i.further, None, None),
                ("equality_share_further", i.share_further, i.lower, i.upper),
                ("equality_mean_change", i.mean_change, None, None),
                ("equality_ratio", i.ratio, i.ratio_lower, i.ratio_upper),
                ("equality_beyond", i.beyond, None, None),
            ):
                card = load_measure(measure)
                counted = measure in ("equality_further", "equality_share_further", "equality_ratio")
                figures.append(
                    Figure(
                        measure=measure, unit_code=code, unit_name=name, vintage=place.vintage, period=f"{place.as_at:%Y}",
                        unit=card.unit, method=card.formula, scenario=result.name, standing="modelled", value=value,
                        lower=low if value is not None else None, upper=high if value is not None else None,
                        numerator=i.further if counted else None, denominator=i.people if counted else None,
                        reason="" if value is not None else "nobody travels further, or nobody is in the group",
                        limits=WITH_LIMITS if low is not None else "none: a count of people in areas", receipts=receipts,
                    )
                )  # fmt: skip
    return figures


def _slope_figures(result: OptionResult, usual: _Measured) -> list[Figure]:
    """The slope of minutes over fifths of areas by deprivation, under the option, for each mode."""
    fifths = _groups(usual.place, usual.england).get("deprivation", [])
    receipts = usual.place.receipts_for("areas", "imd_score_2025")
    figures = []
    for mode, change in result.changes.items():
        card, value = load_measure("equality_slope"), slope_of_minutes(change.after, fifths)
        figures.append(
            Figure(
                measure=card.name, unit_code=f"{option_unit(usual.place.code, result.name)}:{mode}", unit=card.unit,
                unit_name=f"{result.title}, {mode}", vintage=usual.place.vintage, period=f"{usual.place.as_at:%Y}",
                method=card.formula, scenario=result.name, standing="modelled", value=value, receipts=receipts,
                reason="" if value is not None else "people live in fewer than three fifths of areas",
                limits=f"none: {card.no_limits_because}",
            )
        )  # fmt: skip
    return figures


def _cost_figures(result: OptionResult, place: Place, study: Study) -> list[Figure]:
    """Net present cost of a person-minute saved, by mode; a reason where an option saves none or has no costs."""
    card, figures = load_measure("option_gbp_per_minute"), []
    for mode, change in result.changes.items():
        saved, cost = person_minutes_saved(change), result.costed.net_present_cost
        reason = "" if saved > 0 else "it makes journeys no shorter in all"
        reason = reason or ("" if result.costed.lines else "no costs are given")
        figures.append(
            Figure(
                measure=card.name, unit_code=f"{option_unit(place.code, result.name)}:{mode}", unit=card.unit,
                unit_name=f"{result.title}, {mode}", vintage=place.vintage, period=f"{study.as_at:%Y}",
                method=card.formula, scenario=result.name, standing="modelled", value=None if reason else cost / saved,
                numerator=cost, denominator=saved, reason=reason, limits=f"none: {card.no_limits_because}",
            )
        )  # fmt: skip
    return figures


def _ranking_figures(ranked: Ranked, place: Place, names: tuple[str, ...], settings: AppraisalSettings) -> list[Figure]:
    drawn = f"{settings.draws:,} draws from seed {settings.seed}"
    parts = [("option_total", ranked.totals), ("option_first_any_weights", 100 * ranked.over_all_weights.ranks[:, 0])]
    if ranked.over_their_ranges is not None:
        parts.append(("option_first_their_ranges", 100 * ranked.over_their_ranges.ranks[:, 0]))
    figures = []
    for measure, values in parts:
        card = load_measure(measure)
        for name, value in zip(names, values, strict=True):
            code = f"{option_unit(place.code, name)}~{ranked.who}"
            figures.append(
                Figure(
                    measure=measure, unit_code=code, unit_name=f"{name}, {ranked.who}", vintage=place.vintage,
                    period=f"{place.as_at:%Y}", unit=card.unit, method=card.formula, scenario=name, standing="modelled",
                    value=float(value), limits=f"none: {card.no_limits_because}", notes=(drawn,),
                )
            )  # fmt: skip
    return figures


def option_of(study: Study, name: str) -> OptionRecord:
    """The option of that name; `ChesilError` with those there are."""
    if name not in study.options:
        there = ", ".join(study.options) or "none"
        raise ChesilError(f"The study has no option `{name}`", [], f"Its options are {there}")
    return study.options[name]
