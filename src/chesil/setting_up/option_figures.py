"""Figures of options: those that feed criteria, those of equality, of money, of room, and of the ranking."""

import math
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.analyses.access import who_keeps_dispensing
from chesil.analyses.access.capacity import open_minutes
from chesil.analyses.access.making import Of
from chesil.appraisal.appraising import Ranked
from chesil.appraisal.costs import Costed
from chesil.appraisal.equality import person_minutes_saved, slope_of_minutes
from chesil.appraisal.results import OptionResult, option_unit
from chesil.appraisal.settings import AppraisalSettings
from chesil.core.figure import Figure
from chesil.definitions import load_parameter
from chesil.measures.card import load_measure
from chesil.place.place import Place
from chesil.registers.options import OptionRecord
from chesil.scenario.scenario import Scenario
from chesil.setting_up.access import access_settings
from chesil.study import Study

Array = NDArray[np.float64]
WITH_LIMITS = "Wilson (1927) and Katz et al. (1978) over areas, 95%"
USUAL_TITLE = "Business as usual"
PRICED = ("drive", "walk")
"""Modes for which a person-minute saved is priced and the slope is drawn."""


def unit_of(usual: Place, scenario: Scenario) -> Of:
    """The place under an option, as the unit of its figures."""
    title = scenario.title or USUAL_TITLE
    return Of(option_unit(usual.code, scenario.name), f"{usual.name}: {title}")


def _plain(measure: str, value: float | None, usual: Place, scenario: Scenario, period: str, **parts: object) -> Figure:
    card, of = load_measure(measure), unit_of(usual, scenario)
    given = {"limits": f"none: {card.no_limits_because}", **parts} if value is not None else parts
    return Figure(
        measure=measure, unit_code=of.code, unit_name=of.name, vintage=usual.vintage, period=period, unit=card.unit,
        method=card.formula, scenario=scenario.name, value=value, standing=card.standing, **given,  # type: ignore[arg-type]
    )  # fmt: skip


def _npc(cost: float, usual: Place, scenario: Scenario, study: Study) -> Figure:
    people, year = float(usual.patients), f"{study.as_at:%Y}"
    if not people:
        reason = "nobody is registered with the practices of the place"
        return _plain("option_npc_per_patient", None, usual, scenario, year, reason=reason)
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
    silent = place.practices.height - known.height
    who = "practice without a return is" if silent == 1 else "practices without a return are"
    notes = (f"{silent} {who} left out of both parts",) if silent else ()
    return _plain("option_gp_per_10000", 10_000 * fte / patients, usual, scenario, "2023-04", numerator=fte, denominator=patients,
                  receipts=usual.receipts_for("staff"), notes=notes)  # fmt: skip


def _start(option: OptionRecord | None, usual: Place, scenario: Scenario, study: Study) -> Figure:
    year = f"{study.as_at:%Y}"
    if option is None:
        return _plain("option_years_to_start", 0.0, usual, scenario, year)
    if option.starts is None:
        return _plain(
            "option_years_to_start", None, usual, scenario, year, reason="the option does not say when it starts"
        )
    return _plain("option_years_to_start", max(0.0, (option.starts - study.as_at).days / 365.25), usual, scenario, year)


def feeding_figures(
    option: OptionRecord | None, scenario: Scenario, costed: Costed, place: Place, usual: Place, study: Study
) -> tuple[Figure, ...]:
    """What an option costs for each patient, its GPs and its start: the figures of criteria besides minutes."""
    return (
        _npc(costed.net_present_cost, usual, scenario, study),
        _gp(place, usual, scenario),
        _start(option, usual, scenario, study),
    )


def room_figures(result: OptionResult, usual: Place, study: Study) -> list[Figure]:
    """Rooms more than business as usual, and how many consultations a week they could hold at the very most."""
    period = f"{study.as_at:%Y}"
    before, after = _rooms(usual), _rooms(result.place)
    changed = sorted(s for s in before.keys() | after.keys() if before.get(s, 0.0) != after.get(s, 0.0))
    unknown = [s for s in changed if before.get(s, 0.0) is None or after.get(s, 0.0) is None]
    if unknown:
        why = f"the rooms of sites that change ({len(unknown)}) are not known: enter them in the register of sites"
        return [
            _plain(m, None, usual, result.scenario, period, reason=why)
            for m in ("option_rooms", "option_consultations")
        ]
    minutes = load_parameter("consultation_minutes").on(study.as_at)
    usually = load_parameter("core_hours_a_week").on(study.as_at).value
    rooms = hours = 0.0
    assumed = []
    for site in changed:
        more = (after.get(site) or 0.0) - (before.get(site) or 0.0)
        opened = (result.place if site in after else usual).hours
        own = open_minutes(opened, [site])["all"] / 60
        assumed += [] if own else [site]
        rooms, hours = rooms + more, hours + more * (own or usually)
    taken = f"Sites whose hours are not known ({len(assumed)}) are taken as open {usually:g} hours a week (assumed)."
    notes = [taken] if assumed else []
    most = hours * 60 / minutes.value
    return [
        _plain("option_rooms", rooms, usual, result.scenario, period, numerator=rooms),
        _plain("option_consultations", most, usual, result.scenario, period, numerator=hours * 60, denominator=minutes.value,
               notes=(*notes, f"A consultation of {minutes.value:g} minutes: {minutes.reference}.")),
    ]  # fmt: skip


def dispensing_figure(
    result: OptionResult, before: Place, after: Place, services: pl.DataFrame, study: Study
) -> Figure:
    """Who could no longer have medicines from a dispensing practice; both places with who dispenses as last published."""
    period, measure = f"{study.as_at:%Y}", "option_dispensing_lost"
    if before.practices["dispensing"].null_count() == before.practices.height:
        why = "not published: which practices dispense"
        return _plain(measure, None, before, result.scenario, period, reason=why)
    areas = access_settings(study).controlled_localities
    found = who_keeps_dispensing(before, after, services, areas)
    lost = float(found["lose"])
    note = f"{found['before']:,} people could now, and {found['after']:,} could then."
    return _plain(measure, lost, before, result.scenario, period, numerator=lost, notes=(note,),
                  receipts=before.receipts_for("practices", "dispensing"))  # fmt: skip


def _rooms(place: Place) -> dict[str, float | None]:
    """Consulting and treatment rooms of each open site; None where they are not known."""
    rows = place.sites.filter(pl.col("status") == "open").select("site_code", "consulting_rooms", "treatment_rooms")
    return {code: None if own is None else float(own + (more or 0)) for code, own, more in rows.iter_rows()}


PUBLIC_MEASURES = (
    "equality_people",
    "equality_further",
    "equality_share_further",
    "equality_mean_change",
    "equality_beyond",
)
"""By public transport a range of minutes is likely: no ratio is drawn from its ends."""


def equality_figures(result: OptionResult, place: Place) -> list[Figure]:
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
                if mode.startswith("public") and measure not in PUBLIC_MEASURES:
                    continue
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


def slope_figures(result: OptionResult, usual: Place, fifths: Sequence[tuple[str, Array]]) -> list[Figure]:
    """The slope of minutes over fifths of areas by deprivation, under the option, for each mode."""
    receipts = usual.receipts_for("areas", "imd_score_2025")
    figures = []
    for mode in PRICED:
        change = result.changes[mode]
        card, value = load_measure("equality_slope"), slope_of_minutes(change.after, fifths)
        figures.append(
            Figure(
                measure=card.name, unit_code=f"{option_unit(usual.code, result.name)}:{mode}", unit=card.unit,
                unit_name=f"{result.title}, {mode}", vintage=usual.vintage, period=f"{usual.as_at:%Y}",
                method=card.formula, scenario=result.name, standing="modelled", value=value, receipts=receipts,
                reason="" if value is not None else "people live in fewer than three fifths of areas",
                limits=f"none: {card.no_limits_because}",
            )
        )  # fmt: skip
    return figures


def cost_figures(result: OptionResult, place: Place, study: Study) -> list[Figure]:
    """Net present cost of a person-minute saved, by mode; a reason where an option saves none or has no costs."""
    card, figures = load_measure("option_gbp_per_minute"), []
    for mode in PRICED:
        change = result.changes[mode]
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


def ranking_figures(ranked: Ranked, place: Place, names: tuple[str, ...], settings: AppraisalSettings) -> list[Figure]:
    drawn = f"{settings.draws:,} draws from seed {settings.seed}"
    parts = [
        ("option_total", ranked.totals),
        ("option_first_these_weights", 100 * ranked.over_figures.ranks[:, 0]),
        ("option_first_any_weights", 100 * ranked.over_all_weights.ranks[:, 0]),
    ]
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
