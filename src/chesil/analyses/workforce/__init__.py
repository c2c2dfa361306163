"""Analysis: workforce. Who works in primary care, who will, how many are needed, and who gains by a regrouping."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from chesil.analyses.workforce.making import STAFF_PERIODS, Of
from chesil.analyses.workforce.needing import need_figures
from chesil.analyses.workforce.networks import regrouping_figures
from chesil.analyses.workforce.profile import (
    network_figures,
    network_shares,
    network_staff,
    profile_figures,
    role_figures,
    vacancy_figures,
)
from chesil.analyses.workforce.projecting import projection_figures, projection_table, rates_of
from chesil.analyses.workforce.returns import practice_returns, similar_practices
from chesil.analyses.workforce.settings import WorkforceSettings
from chesil.analyses.workforce.skill_mix import compare_skill_mix
from chesil.analyses.workforce.visits import home_visits_of
from chesil.core.assessment import Assessment
from chesil.core.figure import Figure
from chesil.measures.computing import ALL, Unit, units_of
from chesil.methods.stock_and_flow import Array
from chesil.place.place import Place

__all__ = ["StaffTables", "WorkforceSettings", "assess_workforce", "compare_skill_mix"]

ABOUT = {
    "returns": "One row a practice: list, weighted list, FTE by family of staff, and what its GP return is worth.",
    "home_visits": "Requests for an ambulance after home visits by hour of the day, in each arrangement of visits.",
    "projection": "GPs (FTE) expected and needed by year with 95% of simulated runs.",
    "network_money": "Network payments a year by practice, in its network and in the group drawn.",
    "network_people": "Staff employed through networks by practice, in its network and in the group drawn.",
}


@dataclass(frozen=True)
class StaffTables:
    """Tables that a place does not hold: networks' staff, and the yearly history of GPs here and in England."""

    pcn_staff: pl.DataFrame
    history: pl.DataFrame
    of_england: pl.DataFrame


def assess_workforce(
    now: Place,
    then: Place,
    england_now: Place,
    england_then: Place,
    tables: StaffTables,
    settings: WorkforceSettings,
    rng: np.random.Generator,
    *,
    vacancies: pl.DataFrame | None = None,
    need_growth: Array | None = None,
) -> Assessment:
    """Profile, rules of need, projection and regrouping of one place.

    `now` is the place as the study has it, `then` the same place at the newest vintage with a practice return; both
    again for England. `need_growth` is the need of each year over the first's, where another analysis has it.
    `InputRefused` lists roles in `vacancies` or in the rules of need that are not known.
    """
    period = STAFF_PERIODS.get(then.vintage, then.vintage)
    every = practice_returns(england_then)
    mine = practice_returns(then)
    returns: dict[str, dict[str, object]] = {str(r["practice_code"]): r for r in mine.iter_rows(named=True)}
    similar = _similar_rates(then, england_then, every, settings)
    units = _units(now, then)
    figures = [f for u in units for f in profile_figures(u, then, period, returns, similar)]
    england = Unit("ENGLAND", "England", tuple(every["practice_code"]))
    everyone: dict[str, dict[str, object]] = {str(r["practice_code"]): r for r in every.iter_rows(named=True)}
    figures += profile_figures(england, england_then, period, everyone, {})
    here, whole = Of(now.code, now.name), Of("ENGLAND", "England")
    figures += role_figures(here, then, period) + role_figures(whole, england_then, period)
    shares, all_shares = network_shares(now, england_now), network_shares(england_now, england_now)
    staff, all_staff = network_staff(tables.pcn_staff, shares), network_staff(tables.pcn_staff, all_shares)
    figures += network_figures(here, now, staff, shares, by_role=True)
    figures += network_figures(whole, england_now, all_staff, all_shares, by_role=True)
    networks = [u for u in units_of(now, "pcn") if u.code != "U"]
    for unit in networks:
        own = pl.col("pcn_code") == unit.code
        figures += network_figures(Of(unit.code, unit.name), now, staff.filter(own), shares.filter(own))
        figures += need_figures(Of(unit.code, unit.name), now, then, unit.practices, unit.practices, staff.filter(own))
    practices = tuple(now.practices["practice_code"])
    figures += need_figures(
        here, now, then, practices, tuple(then.practices["practice_code"]), staff, settings.need_rules
    )
    figures += vacancy_figures(here, now if now.staff.height else then, practices, vacancies, "vacancies")
    made_tables = {"returns": mine}
    rates = rates_of(then, england_then, tables.history, tables.of_england, settings)
    if rates is not None:
        made_tables["projection"] = projection_table(rates, settings, rng, need_growth)
        figures += projection_figures(
            here, then, rates, made_tables["projection"], settings, from_population=need_growth is not None
        )
    for grouping in sorted({t for t in now.groups["group_type"] if t.startswith("study:")}):
        found, money, people = regrouping_figures(now, then, grouping, staff)
        figures += found
        made_tables |= {f"network_money {grouping}": money, f"network_people {grouping}": people}
    visits, by_hour = home_visits_of(now, rng)
    figures += visits
    made_tables["home_visits"] = by_hour
    about = {name: ABOUT[name.split(" ")[0]] for name in made_tables}
    return Assessment("workforce", tuple(figures), made_tables, about, _warnings(mine, rates is None))


def _units(now: Place, then: Place) -> list[Unit]:
    """Practices, networks and drawn groups of today, and the whole place as its practices were at the return."""
    kinds = ["practice", "pcn", *sorted({t for t in now.groups["group_type"] if t.startswith("study:")})]
    units = [u for kind in kinds for u in units_of(now, kind) if u.code != "U"]
    whole = units_of(then, ALL)[0]
    return [*units, Unit(now.code, now.name, whole.practices)]


def _similar_rates(
    place: Place, england: Place, returns: pl.DataFrame, settings: WorkforceSettings
) -> Mapping[str, float]:
    """GPs (FTE) to a weighted patient in each practice's similar ones, taken together."""
    found = similar_practices(place, england, returns, settings.similar_practices)
    rows = found.join(
        returns.select(pl.col("practice_code").alias("similar"), "gp_fte", "weighted"), on="similar"
    ).drop_nulls()
    rates: dict[str, float] = {}
    for (code,), own in rows.sort("practice_code", "distance", "similar").group_by(
        "practice_code", maintain_order=True
    ):
        weighted = math.fsum(own["weighted"])
        if weighted > 0:
            rates[str(code)] = math.fsum(own["gp_fte"]) / weighted
    return rates


def _warnings(returns: pl.DataFrame, no_projection: bool) -> tuple[str, ...]:
    odd = returns.filter(pl.col("gp_return") != "sound").height
    lines = (
        [f"{odd} of {returns.height} practices {'has' if odd == 1 else 'have'} no GP return that can be used."]
        if odd
        else []
    )
    lines += ["Leaver and joiner rates of nurses and of direct care staff were not found: only GPs are projected."]
    lines += ["GPs are not projected: the history or the trainees are not held at this date."] if no_projection else []
    return tuple(lines)


def figures_by(assessment: Assessment, measures: Sequence[str]) -> list[Figure]:
    """The figures of some measures, in the order in which they were made."""
    return [f for f in assessment.figures if f.measure in measures]
