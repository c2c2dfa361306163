"""Scales are fixed before options are known: from England's range, by the size of the place, and never from the options."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from chesil.appraisal.criteria import load_criteria
from chesil.appraisal.scales import england_scale, level_of
from chesil.core.errors import NotFound
from chesil.definitions import load_definition
from chesil.place.assembling import assemble_place
from chesil.place.travel import area_origins, site_destinations, travel_times
from chesil.setting_up.scales import JOURNEYS, england_values

DAY = date(2026, 11, 24)

# patients | which of England's units a place of that size is most like (nearest median by ratio)
SIZES = """
 820000  | icb
 300000  | icb
 200000  | pcn
 45000   | pcn
 19000   | practice
 9000    | practice
 1       | practice
"""


@pytest.mark.parametrize("line", SIZES.strip("\n").splitlines())
def test_the_size_of_the_place_says_which_units_its_scales_are_of(line: str) -> None:
    patients, level = (c.strip() for c in line.split("|"))
    assert level_of(float(patients)) == level


def test_the_worse_end_is_the_longer_journey_and_the_fewer_gps() -> None:
    for level in ("icb", "pcn", "practice"):
        far, few = england_scale("access_drive_own", level), england_scale("option_gp_per_10000", level)
        assert far.worst > far.best and few.worst < few.best
        assert far.words.startswith("measured: from the") and "England" in far.words
    assert england_scale("access_drive_own", "practice").worst > england_scale("access_drive_own", "icb").worst


def test_a_figure_without_a_range_in_england_says_that_it_is_an_assumption() -> None:
    with pytest.raises(NotFound, match="is not measured"):
        england_scale("option_npc_per_patient", "icb")
    for criterion in load_criteria("six_of_2016", "pcn"):
        for feed in criterion.feeds:
            assert feed.scale_from.startswith(("measured: ", "an assumption: ", "a stated threshold: "))


def test_the_definition_is_what_the_pack_gives_and_one_practice_is_so_the_slow_way() -> None:
    """The file was measured from this pack; and a practice's minutes by car are those of the full model, water and all."""
    held = {(r["measure"], r["level"]): r for r in load_definition(".", "criteria_scales")["range"]}
    values = {}
    for measure, level, vintage, _, found, receipts in england_values(DAY):
        values[measure, level] = found
        row = held[measure, level]
        assert (row["vintage"], row["units"], tuple(row["receipts"])) == (
            vintage,
            len(found),
            tuple(dict.fromkeys(receipts)),
        )
        assert row["middle"] == pytest.approx(np.median(list(found.values())), abs=2e-3)
        assert row["greatest"] == pytest.approx(max(found.values()), abs=2e-3)
    practice = "J81010"
    place = assemble_place([practice], vintage=JOURNEYS, as_at=DAY)
    times = travel_times(area_origins(place, beyond=True), site_destinations(place), "drive")
    nearest = dict(zip(times.origins, times.minutes.min(axis=1), strict=True))
    flows = place.registrations.filter(pl.col("practice_code") == practice).select("lsoa11", "patients").iter_rows()
    near = [(n, nearest[a]) for a, n in flows if a in nearest and nearest[a] <= 60]
    mean = sum(n * m for n, m in near) / sum(n for n, _ in near)
    assert values["access_drive_own", "practice"][practice] == pytest.approx(mean, rel=0.05)
