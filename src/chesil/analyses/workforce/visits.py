"""Home visits of a place: what each way of arranging the day does to waiting and to the peak of ambulance requests."""

from dataclasses import dataclass

import numpy as np

from chesil.analyses.workforce.making import Of, made
from chesil.analyses.workforce.returns import value_on
from chesil.core.figure import Figure
from chesil.definitions import load_definition, load_parameter
from chesil.methods.home_visits import MINUTES, VisitDay, simulate_days
from chesil.place.place import Place


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
    seed = int(rng.integers(2**32))
    figures = []
    for way in ARRANGEMENTS:
        seen = simulate_days(day_of(place, way.rounds, crews=crews), days, np.random.default_rng(seed))
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
            made("home_visits_peak", of, place, period, (), value=float(seen.peak_by_day.mean()), lower=float(low),
                 upper=float(high), limits=limits, notes=notes),
            made("home_visits_peak_share", of, place, period, (), value=100 * share, notes=notes),
            made("home_visits_wait", of, place, period, (), value=seen.mean_visit_wait, notes=notes),
        ]  # fmt: skip
        if crews:
            figures.append(
                made("home_visits_ambulance_wait", of, place, period, (), value=seen.mean_ambulance_wait, notes=notes)
            )
    return figures
