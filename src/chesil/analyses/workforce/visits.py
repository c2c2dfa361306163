"""Home visits of a place: what each way of arranging the day does to waiting and to the peak of ambulance requests."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from chesil.analyses.workforce.making import Of, made
from chesil.analyses.workforce.returns import value_on
from chesil.core.figure import Figure
from chesil.definitions import load_definition, load_parameter
from chesil.methods.home_visits import MINUTES, VisitDay, VisitDays, simulate_days
from chesil.place.place import Place

VISITS, FEWEST_DAYS, MOST_DAYS = 10_000, 5, 100
"""How many visits a blueprint simulates in each arrangement, and the least and most days."""


@dataclass(frozen=True)
class Arrangement:
    """A way to arrange visits: its name in a code and in words, and when visitors set out (minutes after midnight)."""

    code: str
    title: str
    rounds: tuple[int, ...]


ARRANGEMENTS = (
    Arrangement("after_surgery", "One round after morning surgery (12:30)", (12 * MINUTES + 30,)),
    Arrangement("two_rounds", "Two rounds (10:00 and 14:00)", (10 * MINUTES, 14 * MINUTES)),
    Arrangement("hourly", "A round every hour from 9:00", tuple(h * MINUTES for h in range(9, 18))),
    Arrangement("as_they_come", "Visits as requests come", ()),
)


def day_of(place: Place, rounds: tuple[int, ...], *, crews: int = 0) -> VisitDay:
    """A weekday of home visits of a place: one visitor a practice, and every assumption from the parameters."""
    expected = value_on(load_parameter("home_visits_per_1000_weekday"), place) * place.patients / 1000
    hours = load_definition("parameters", "home_visit_requests_by_hour")["hours"]
    return VisitDay(
        requests_by_hour={int(hour): expected * share for hour, share in hours.items()},
        visitors=place.practices.height,
        visit_minutes=value_on(load_parameter("home_visit_minutes"), place),
        rounds=rounds,
        ambulance_share=value_on(load_parameter("home_visits_needing_ambulance_share"), place),
        ambulances=crews,
        ambulance_minutes=value_on(load_parameter("ambulance_job_minutes"), place),
    )


def home_visit_figures(place: Place, days: int, rng: np.random.Generator, *, crews: int = 0) -> list[Figure]:
    """For each arrangement (units `code:arrangement`): requests for an ambulance in the busiest hour of a day with 95%
    of days, the share of the day's that come in the hour that is busiest on average, minutes until the visit, and
    minutes until an ambulance if `crews` are given.

    The same days of requests are drawn for each arrangement.
    """
    return _figures_of(place, days, _simulated(place, days, rng, crews), crews)


def home_visits_of(place: Place, rng: np.random.Generator) -> tuple[list[Figure], pl.DataFrame]:
    """The figures of a blueprint, and requests for an ambulance by hour (arrangement, hour, requests); both empty where
    nobody is registered or a place is too large to simulate in passing.

    As many days as make about `VISITS` visits, at least `FEWEST_DAYS` and at most `MOST_DAYS`.
    """
    nothing = pl.DataFrame(
        schema={"arrangement": pl.String, "title": pl.String, "hour": pl.Int64, "requests": pl.Float64}
    )
    visits = sum(day_of(place, ()).requests_by_hour.values()) if place.practices.height else 0.0
    if not 0 < visits <= VISITS / FEWEST_DAYS:
        return [], nothing
    days = int(np.clip(VISITS / visits, FEWEST_DAYS, MOST_DAYS))
    simulated = _simulated(place, days, rng, 0)
    rows = [
        (way.code, way.title, hour, float(seen.asked_by_hour[hour])) for way, seen in simulated for hour in range(8, 19)
    ]
    return _figures_of(place, days, simulated, 0), pl.DataFrame(rows, schema=nothing.schema, orient="row")


def _simulated(place: Place, days: int, rng: np.random.Generator, crews: int) -> list[tuple[Arrangement, VisitDays]]:
    seed = int(rng.integers(2**32))
    return [
        (way, simulate_days(day_of(place, way.rounds, crews=crews), days, np.random.default_rng(seed)))
        for way in ARRANGEMENTS
    ]


def _figures_of(place: Place, days: int, simulated: list[tuple[Arrangement, VisitDays]], crews: int) -> list[Figure]:
    figures = []
    lists = place.receipts_for("practices", "list_size")
    for way, seen in simulated:
        of = Of(f"{place.code}:{way.code}", f"{place.name}: {way.title}")
        low, high = np.quantile(seen.peak_by_day, (0.025, 0.975))
        notes = (
            f"{seen.visits:,.0f} visits and {seen.ambulance_requests:,.1f} requests for an ambulance a day, over {days} "
            f"simulated days; the busiest hour begins at {seen.peak_hour}:00.",
            "The hours at which requests come, the share that needs an ambulance and the length of its job are assumptions.",
        )
        period = str(place.as_at)
        limits = "95% of simulated days"
        share = seen.peak / seen.ambulance_requests if seen.ambulance_requests else 0.0
        figures += [
            made("home_visits_peak", of, place, period, lists, value=float(seen.peak_by_day.mean()), lower=float(low),
                 upper=float(high), limits=limits, notes=notes),
            made("home_visits_peak_share", of, place, period, lists, value=100 * share, notes=notes),
            made("home_visits_wait", of, place, period, lists, value=seen.mean_visit_wait, notes=notes),
        ]  # fmt: skip
        if crews:
            figures.append(
                made(
                    "home_visits_ambulance_wait", of, place, period, lists, value=seen.mean_ambulance_wait, notes=notes
                )
            )
    return figures
