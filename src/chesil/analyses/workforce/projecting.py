"""GPs ten years on: leavers, retirements, joiners from training and from elsewhere, against what the list will need."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from chesil.analyses.workforce.making import Of, made
from chesil.analyses.workforce.returns import value_on
from chesil.analyses.workforce.settings import WorkforceSettings
from chesil.core.figure import Figure
from chesil.definitions import load_definition, load_parameter
from chesil.methods.stock_and_flow import Array, Flows, project_stock, simulate_stock, worth_of_retention
from chesil.place.place import Place

BY_POPULATION = "Grows as the councils' published projection of residents does; the publisher gives no limits."


@dataclass(frozen=True)
class Rates:
    """The flows with what stands behind them, and the growth of the list."""

    flows: Flows
    start: float
    start_year: int
    leavers: float
    stock_of_leavers: float
    trainees: float
    retiring_rate: float
    list_growth: float
    list_growth_sd: float


def rates_of(
    place: Place, england: Place, history: pl.DataFrame, of_england: pl.DataFrame, settings: WorkforceSettings
) -> Rates | None:
    """The rates for a place, or None where its history is not held.

    Leavers: England's published FTE over England's stock. Joiners from training: trainees in post x the share who
    finish x the share who join within two years x their working time. Other joiners: what is left, so that the stock
    would have moved as it did over the last `trend_years`; a place smaller than a sub-ICB takes England's trend.
    """
    known = [h.filter(pl.col("year") <= place.as_at.year).sort("year") for h in (history, of_england)]
    if known[0].is_empty() or known[1].height <= settings.trend_years:
        return None
    own, whole = known
    trend = own if own.height > settings.trend_years and place.kind in ("icb", "sub_icb", "england") else whole
    growth, growth_sd = _growth(trend, "gp_fte", settings.trend_years)
    lists, lists_sd = _growth(trend, "patients", settings.trend_years)
    leavers = value_on(load_parameter("gp_leavers_fte"), england)
    stock = _fte(england, "gp_without_trainees")
    mine, trainees = _fte(place, "gp_without_trainees"), 0.0
    if not stock:
        return None
    leaver_rate = leavers / stock if settings.leaver_rate_pct is None else settings.leaver_rate_pct / 100
    if mine:
        trainees = max(_fte(place, "gp_all") - mine, 0.0)
    start, heads = float(own["gp_fte"][-1]), float(own["gp_headcount"][-1])
    joining = load_parameter("gp_joining_within_two_years_pct")
    participation = load_parameter("gp_joiner_participation_pct")
    trained = trainees * value_on(load_parameter("gp_trainees_finishing_share"), place)
    trained *= value_on(joining, place) / 100 * value_on(participation, place) / 100
    past_leaver_rate = leavers / stock
    other = growth + past_leaver_rate - trained / start if start else 0.0
    working = load_definition("parameters", participation.name)
    spread = (working["highest"] - working["lowest"]) / np.sqrt(12) / value_on(participation, place)
    old = value_on(load_parameter("gp_aged_55_and_over_pct"), place) / 100
    return Rates(
        flows=Flows(
            leaver_rate=leaver_rate,
            trained_a_year=trained,
            other_joiner_rate=other,
            fte_per_head=start / heads if heads else 1.0,
            leaver_rate_sd=value_on(load_parameter("gp_leaver_rate_spread_pct"), place) / 100,
            joiner_rate_sd=growth_sd / float(np.sqrt(settings.trend_years)),
            trained_relative_sd=float(spread),
        ),
        start=start,
        start_year=int(own["year"][-1]),
        leavers=leavers,
        stock_of_leavers=stock,
        trainees=trainees,
        retiring_rate=old / value_on(load_parameter("gp_years_to_retire"), place),
        list_growth=lists if settings.list_growth_pct is None else settings.list_growth_pct / 100,
        list_growth_sd=lists_sd / float(np.sqrt(settings.trend_years)),
    )


def _growth(history: pl.DataFrame, column: str, years: int) -> tuple[float, float]:
    """Mean yearly growth of a column over the last years, and the spread of the single years."""
    values = history[column].to_numpy()[-(years + 1) :]
    yearly = np.diff(np.log(values))
    return float(np.expm1(yearly.mean())), float(yearly.std(ddof=1)) if len(yearly) > 1 else 0.0


def _fte(place: Place, role: str) -> float:
    if "role" not in place.staff.columns:
        return 0.0
    return float(place.staff.filter(pl.col("role") == role).sort("practice_code")["fte"].fill_null(0.0).sum())


def projection_table(
    rates: Rates, settings: WorkforceSettings, rng: np.random.Generator, need_growth: Array | None = None
) -> pl.DataFrame:
    """One row a year: year, expected, lower, upper (95% of runs), needed, needed_lower, needed_upper, gap and its range.

    `needed` keeps today's patients to a GP as the list grows; or follows `need_growth`, the need of each year over
    that of the first (years + 1,), where an analysis of need has worked it out.
    """
    years = settings.horizon_years
    expected = project_stock(rates.start, rates.flows, years)
    runs = simulate_stock(rates.start, rates.flows, years, settings.runs, rng)
    steps = np.arange(years + 1)
    grown = (1 + rates.list_growth) ** steps if need_growth is None else np.asarray(need_growth, dtype=np.float64)
    spread = 0.0 if need_growth is not None else rates.list_growth_sd
    factors = (1 + rates.list_growth + rng.normal(0, spread, settings.runs)[:, None]) ** steps
    needed_runs = rates.start * (factors if need_growth is None else np.broadcast_to(grown, factors.shape))
    table = {"year": (rates.start_year + steps).astype(np.int64), "expected": expected, "needed": rates.start * grown}
    for name, drawn in (("expected", runs), ("needed", needed_runs), ("gap", needed_runs - runs)):
        low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
        table |= {f"{name}_lower": low, f"{name}_upper": high}
    return pl.DataFrame(table).with_columns((pl.col("needed") - pl.col("expected")).alias("gap"))


def projection_figures(
    of: Of,
    place: Place,
    rates: Rates,
    table: pl.DataFrame,
    settings: WorkforceSettings,
    *,
    from_population: bool = False,
) -> list[Figure]:
    """The rates, each year's GPs and need (units `code:year`), the last year's gap, and the worth of retention."""
    receipts = place.receipts_for("gp_fte_history") + place.receipts_for("staff")
    start = str(rates.start_year)
    limits = f"95% of {settings.runs:,} simulated runs from seed {settings.seed}"

    def one(measure: str, value: float, *, period: str = start, whom: Of = of, **parts: object) -> Figure:
        return made(measure, whom, place, period, receipts, value=value, **parts)

    f = rates.flows
    figures = [
        one("workforce_leaver_rate", 100 * f.leaver_rate, period="2022/23",
            numerator=rates.leavers if settings.leaver_rate_pct is None else None,
            denominator=rates.stock_of_leavers if settings.leaver_rate_pct is None else None),
        one("workforce_retiring_rate", 100 * rates.retiring_rate),
        one("workforce_trained_joiners", f.trained_a_year),
        one("workforce_other_joiners", 100 * f.other_joiner_rate),
        one("workforce_list_growth", 100 * rates.list_growth),
        one("workforce_retention_point", worth_of_retention(rates.start, f, settings.horizon_years)),
    ]  # fmt: skip
    for row in table.iter_rows(named=True):
        whom = Of(f"{of.code}:{row['year']}", f"{of.name}, {row['year']}")
        moved = row["year"] > rates.start_year
        for measure, name in (("workforce_gps_expected", "expected"), ("workforce_gps_needed", "needed")):
            range_ = {"lower": row[f"{name}_lower"], "upper": row[f"{name}_upper"], "limits": limits} if moved else {}
            notes = (BY_POPULATION,) if from_population and name == "needed" else ()
            figures.append(one(measure, row[name], period=str(row["year"]), whom=whom, notes=notes, **range_))
    last = table.row(-1, named=True)
    figures.append(
        one("workforce_gp_gap", last["gap"], period=str(last["year"]), lower=last["gap_lower"],
            upper=last["gap_upper"], limits=limits)
    )  # fmt: skip
    return figures
