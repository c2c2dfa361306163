"""What an option buys: minutes saved and lost against business as usual, and per pound where a cost is given."""

import math
from dataclasses import dataclass

import numpy as np

from chesil.analyses.access.making import Of, made
from chesil.analyses.access.reaching import Times, reach_sites
from chesil.core.figure import Figure
from chesil.place.place import Place


@dataclass(frozen=True)
class Gain:
    """What a change of sites does to the nearest surgery: people and person-minutes saved and lost, one journey each."""

    people_nearer: float
    people_further: float
    minutes_saved: float
    minutes_lost: float


def compare_places(before: Place, after: Place, england: Place, times_of: Times, mode: str = "drive") -> Gain:
    """The minutes to the nearest surgery before and after an edit (an outreach session, a closing), by residents.

    A mobile or outreach session is an open site of kind "outreach" in `after`. Nobody is dropped: an area that gains or
    loses its only way counts its people as nearer or further, but adds no minutes.
    """
    old, new = (reach_sites(place, england, times_of) for place in (before, after))
    residents = dict(before.areas.select("lsoa11", "residents_2020").iter_rows())
    index, later = old.index, new.index
    codes = sorted(residents)
    people = np.array([float(residents[c] or 0) for c in codes])
    was = np.array([old.nearest[mode][index[c]] for c in codes]) / 60
    now = np.array([new.nearest[mode][later[c]] for c in codes]) / 60
    with np.errstate(invalid="ignore"):
        change = np.where(np.isfinite(was) & np.isfinite(now), was - now, 0.0)
    nearer = (change > 1e-9) | (~np.isfinite(was) & np.isfinite(now))
    further = (change < -1e-9) | (np.isfinite(was) & ~np.isfinite(now))
    return Gain(
        people_nearer=math.fsum(people[nearer]),
        people_further=math.fsum(people[further]),
        minutes_saved=math.fsum(people * np.maximum(change, 0.0)),
        minutes_lost=math.fsum(people * np.maximum(-change, 0.0)),
    )


def gain_figures(before: Place, after: Place, gain: Gain, gbp_a_year: float = 0.0) -> list[Figure]:
    """The gain as figures of the scenario: who is nearer and further, minutes each, and person-minutes a pound.

    A pound buys so many minutes if everybody who is nearer makes one journey a year; without a cost no price is given.
    """
    of = Of(before.code, before.name)
    figures = [
        made("access_people_nearer", of, after, value=gain.people_nearer, numerator=gain.people_nearer),
        made("access_people_further", of, after, value=gain.people_further, numerator=gain.people_further),
    ]
    if gain.people_nearer:
        figures.append(
            made("access_minutes_saved", of, after, value=gain.minutes_saved / gain.people_nearer,
                 numerator=gain.minutes_saved, denominator=gain.people_nearer)
        )  # fmt: skip
    if gbp_a_year > 0:
        figures.append(
            made("access_minutes_per_gbp", of, after, value=gain.minutes_saved / gbp_a_year,
                 numerator=gain.minutes_saved, denominator=gbp_a_year)
        )  # fmt: skip
    else:
        figures.append(
            made("access_minutes_per_gbp", of, after, reason="not known: the study gives no cost of a session")
        )
    return figures
