"""Scales are fixed before options are known: from England's range, by the size of the place, and never from the options."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from chesil.appraisal.criteria import load_criteria
from chesil.appraisal.scales import england_scale, level_of
from chesil.core.errors import InputRefused, NotFound
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


# a feed of a study's own criterion | what is said
BAD_FEEDS = """
 | has no figure that feeds it
 measure = "acess_drive_own", scale = "england", share = 1 | Did you mean access_drive_own
 measure = "access_drive_own", share = 1 | lacks `worst`
 measure = "access_drive_own", scale = "england", worst = 9, share = 1 | has `worst` too
 measure = "option_npc_per_patient", scale = "england", share = 1 | is not measured
 measure = "access_drive_own", scale = "england", share = 0.4 | sum to 0.4, not to 1
"""


@pytest.mark.parametrize("line", BAD_FEEDS.strip("\n").splitlines())
def test_bad_criteria_of_a_study_are_named(line: str, tmp_path: Path) -> None:
    feed, said = (p.strip() for p in line.rsplit("|", 1))
    feeds = f"feed = [{{{feed}}}]" if feed else ""
    (tmp_path / "six_of_2016.toml").write_text(f"[[criterion]]\nname = 'a'\ntitle = 'A'\nasks = '?'\n{feeds}\n")
    with pytest.raises(InputRefused) as error:
        load_criteria(own=tmp_path)
    assert said in str(error.value)


def test_a_studys_own_criteria_stand_in_place_of_the_definition(tmp_path: Path) -> None:
    assert len(load_criteria(own=tmp_path)) == 6
    feed = "[[criterion.feed]]\nmeasure = 'option_npc_per_patient'\nworst = 9.0\nbest = -9.0\nshare = 1.0\nscale_from = 'ours'"
    (tmp_path / "six_of_2016.toml").write_text(f"[[criterion]]\nname = 'cost'\ntitle = 'Cost'\nasks = '?'\n{feed}\n")
    assert [(c.name, c.feeds[0].worst) for c in load_criteria(own=tmp_path)] == [("cost", 9.0)]
