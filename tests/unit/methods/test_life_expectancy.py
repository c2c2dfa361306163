"""Life expectancy meets METHODS section 6 with any bands; years of life lost; areas withheld say why."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from chesil.core.errors import ChesilError
from chesil.methods.life_expectancy import STANDARD_STARTS, life_expectancy, years_of_life_lost, years_to_age

PHE = Path(__file__).parents[2] / "published" / "phe"
FIELDS = {
    "value": "value",
    "lower": "lower95_0cl",
    "upper": "upper95_0cl",
    "lower998": "lower99_8cl",
    "upper998": "upper99_8cl",
}


def read(name: str) -> pl.DataFrame:
    return pl.read_csv(PHE / name, infer_schema_length=None)


def area(name: str) -> tuple[np.ndarray, np.ndarray]:
    part = read("life_expectancy_in.csv").filter(pl.col("area") == name).sort("startage")
    return part["deaths"].to_numpy().astype(float), part["pops"].to_numpy().astype(float)


def test_section_6_life_expectancy() -> None:
    gold = read("life_expectancy_out.csv")
    names = gold["area"].unique(maintain_order=True).to_list()
    deaths, people = (np.stack(a) for a in zip(*(area(n) for n in names), strict=True))
    found = life_expectancy(deaths, people)
    for k, name in enumerate(names):
        expected = gold.filter(pl.col("area") == name).sort("startage")
        for field, column in FIELDS.items():
            target = expected[column].cast(pl.Float64, strict=False).to_numpy()
            np.testing.assert_allclose(getattr(found, field)[k], target, rtol=1e-9, err_msg=column)
    assert set(found.reason[names.index("islet")]) == {"5,000 people or fewer"}
    assert set(found.reason[names.index("harbour")]) == {""}
    np.testing.assert_allclose(life_expectancy(*area("harbour")).value, found.value[names.index("harbour")], rtol=1e-14)


def test_section_6_a_life_table_by_hand() -> None:
    """Two bands: 20 years at a rate of 0.001, then 0.02 for ever; worked with a pencil."""
    found = life_expectancy([10, 400], [10_000, 20_000], (0, 20))
    chance = 20 * 0.001 / (1 + 20 * 0.001 * 0.5)
    assert found.value[1] == pytest.approx(50)
    assert found.value[0] == pytest.approx(20 * (1 - chance / 2) + (1 - chance) * 50)
    variance = chance**2 * (1 - chance) / 10 * (10 + 50) ** 2 + ((1 - chance) / 2) ** 2 * 4 / (400 * 0.02**2)
    assert found.upper[0] - found.value[0] == pytest.approx(1.959963984540054 * np.sqrt(variance))


def test_other_bands_and_other_shares_lived() -> None:
    found = life_expectancy([20, 60, 900], [9000, 20000, 5000], (0, 20, 65))
    assert 60 < found.value[0] < 95
    assert found.starts == (0, 20, 65)
    assert (found.lower998 < found.lower).all()
    late = life_expectancy([20, 60, 900], [9000, 20000, 5000], (0, 20, 65), lived=[0.9, 0.9])
    assert late.value[0] > found.value[0]
    from_65 = life_expectancy([60, 900], [4000, 5000], (65, 75))
    assert from_65.value[0] < 30


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"d": (3, np.nan)}, "a band is missing"),
        ({"n": (3, 0)}, "a band has no people"),
        ({"d": (3, -1)}, "the deaths of a band are below zero"),
        ({"d": (3, 1e6)}, "there are more deaths than people in a band"),
        ({"d": (19, 0)}, "no deaths in the oldest band"),
        ({"n": (12, 9), "d": (12, 8)}, "deaths in a band are so many that none would live through it"),
        ({"scale": 0.001}, "5,000 people or fewer"),
    ],
)
def test_an_area_that_cannot_be_worked_out_says_why(change: dict, words: str) -> None:
    deaths, people = area("harbour")
    for key, to in change.items():
        if key == "d":
            deaths[to[0]] = to[1]
        elif key == "n":
            people[to[0]] = to[1]
        else:
            deaths, people = deaths * to, people * to
    both = life_expectancy(np.stack([deaths, area("harbour")[0]]), np.stack([people, area("harbour")[1]]))
    assert set(both.reason[0]) == {words}
    assert np.isnan(both.value[0]).all()
    assert np.isfinite(both.value[1]).all()


def test_limits_that_are_too_wide_are_withheld_by_age_or_for_the_whole() -> None:
    deaths, people = np.full(20, 3.0), np.full(20, 9000.0)
    deaths[14:19], deaths[19], people[19] = 2000, 1, 30
    found = life_expectancy(deaths, people)
    assert found.reason[19] == "the 95% limits are more than 20 years apart"
    assert np.isnan(found.upper[19])
    ok = np.isfinite(found.value)
    assert ok[:14].all()
    assert (found.lower998[ok] >= 0).all()
    deaths[:], deaths[19] = 0, 1
    assert set(life_expectancy(deaths, people).reason) == {
        "the 95% limits are more than 20 years apart at the first age"
    }


def test_years_of_life_lost_before_75() -> None:
    years = years_to_age(STANDARD_STARTS, 75)
    assert years[0] == pytest.approx(74.9)
    assert years[1] == pytest.approx(72)
    assert years[15] == pytest.approx(2.5)
    assert (years[16:] == 0).all()
    deaths, people = area("harbour")
    found = years_of_life_lost(deaths, people, years, multiplier=10_000)
    assert found.numerator == pytest.approx(deaths @ years)
    assert found.value == pytest.approx(deaths @ years / people.sum() * 10_000)
    assert 0 < found.lower998 < found.lower < found.value < found.upper < found.upper998


def test_years_of_life_lost_where_nobody_died_young_or_nobody_lives() -> None:
    found = years_of_life_lost([[0, 5], [0, 0], [1, 1], [9, 0]], [100, 0, np.nan, 5], [30.0, 0.0], multiplier=100)
    assert (found.value[0], found.lower[0]) == (0, 0)
    assert found.upper[0] == pytest.approx(3.688879454 * 30)
    assert found.reason.tolist()[1:] == [
        "there are no people",
        "a population is missing or below zero",
        "there are more deaths than people",
    ]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (lambda: life_expectancy([1, 2], [3, 4]), "one value for each of the 20 bands"),
        (lambda: life_expectancy([1, 2], [3, 4], (20, 0)), "rising ages"),
        (lambda: life_expectancy([1, 2], [3, 4], (0, 20), lived=[2.0]), "shares between 0 and 1"),
        (lambda: years_to_age((0, 20, 70, 80), 75), "not the start of a band"),
        (lambda: years_of_life_lost([1, 2], [3, 4], [1]), "do not belong together"),
        (lambda: years_of_life_lost([1, 2], [3, 4], [1, -1]), "below zero"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(bad, words: str) -> None:
    with pytest.raises(ChesilError, match=words):
        bad()
