"""Standardised rates meet METHODS sections 2 and 3; bands are held to the standard, impossible numbers get a reason."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from chesil.core.errors import ChesilError
from chesil.methods.intervals import Estimates
from chesil.methods.standardise import (
    EUROPEAN_2013,
    EUROPEAN_STANDARD_2013,
    directly_standardised_rate,
    directly_standardised_rate_of_repeats,
    indirectly_standardised_rate,
    indirectly_standardised_ratio,
    ratio_of_expected,
)

PHE = Path(__file__).parents[2] / "published" / "phe"
LIMITS = ("value", "lower95_0cl", "upper95_0cl", "lower99_8cl", "upper99_8cl")
FIELDS = ("value", "lower", "upper", "lower998", "upper998")


def read(name: str) -> pl.DataFrame:
    return pl.read_csv(PHE / name, infer_schema_length=None)


def wide(table: pl.DataFrame, column: str) -> np.ndarray:
    """(areas, bands) in the order of the areas' names."""
    groups = sorted(table.group_by("area", maintain_order=True))
    return np.vstack([rows[column].to_numpy() for _, rows in groups]).astype(float)


def assert_rates(rates: Estimates, gold: pl.DataFrame) -> None:
    gold = gold.sort("area")
    for field, name in zip(FIELDS, LIMITS, strict=True):
        expected = gold[name].cast(pl.Float64, strict=False).to_numpy()
        np.testing.assert_allclose(getattr(rates, field), expected, rtol=1e-10, err_msg=name)


def test_section_2_directly_standardised_rates() -> None:
    given, gold = read("dsr_in.csv"), read("dsr_out.csv").sort("area")
    bands = given.filter(pl.col("area") == "harbour")["ageband"].to_list()
    assert [b.replace("90plus", "90+") for b in bands] == list(EUROPEAN_STANDARD_2013.bands)
    rates = directly_standardised_rate(wide(given, "count"), wide(given, "pop"))
    assert_rates(rates, gold)
    withheld = dict(zip(gold["area"], rates.reason, strict=True))
    assert {k for k, v in withheld.items() if v == "fewer than 10 events"} == {"islet", "skerry"}
    np.testing.assert_allclose(rates.numerator, gold["total_count"].to_numpy())


def test_section_2_the_european_standard_population() -> None:
    np.testing.assert_array_equal(read("esp2013.csv")["esp2013"].to_numpy(), EUROPEAN_2013)
    assert EUROPEAN_2013.sum() == 100_000
    assert len(EUROPEAN_STANDARD_2013.bands) == 19
    with pytest.raises(ValueError, match="read-only"):
        EUROPEAN_2013[0] = 1


def repeats() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    given = read("dsr_nonindependent_in.csv")
    areas, times = sorted(given["area"].unique()), sorted(given["freq"].unique())
    bands = given.filter(pl.col("area") == areas[0])["ageband"].unique(maintain_order=True).to_list()
    keyed = {(r["area"], r["ageband"], r["freq"]): r for r in given.iter_rows(named=True)}
    persons = np.array([[[keyed[a, b, f]["persons"] for f in times] for b in bands] for a in areas], dtype=float)
    people = np.array([[keyed[a, b, times[0]]["pop"] for b in bands] for a in areas], dtype=float)
    return persons, np.array(times, dtype=float), people


def test_section_2_events_that_are_not_independent() -> None:
    persons, times, people = repeats()
    rates = directly_standardised_rate_of_repeats(persons, times, people)
    assert_rates(rates, read("dsr_nonindependent_out.csv"))
    assert set(rates.method) == set(read("dsr_nonindependent_out.csv")["method"])
    plain = directly_standardised_rate(np.minimum((persons * times).sum(axis=2), people), people)
    assert ((rates.upper - rates.lower) > (plain.upper - plain.lower)).all()


def test_section_2_a_crude_rate_of_repeats_is_one_band() -> None:
    rates = directly_standardised_rate_of_repeats([[[30, 10, 5]]], [1, 2, 3], [[1000]], [1.0], multiplier=1000)
    assert rates.value[0] == pytest.approx(65)
    assert rates.numerator[0] == 65


def test_section_3_indirectly_standardised() -> None:
    given = read("isr_in.csv")
    parts = [wide(given, c) for c in ("count", "pop", "refcount", "refpop")]
    ratio = indirectly_standardised_ratio(*parts)
    assert_rates(ratio, read("isratio_out.csv"))
    assert list(ratio.method) == read("isratio_out.csv").sort("area")["method"].to_list()
    np.testing.assert_allclose(ratio.denominator, read("isratio_out.csv").sort("area")["expected"].to_numpy())
    assert_rates(indirectly_standardised_rate(*parts), read("israte_out.csv"))
    by_total = indirectly_standardised_ratio(parts[0].sum(axis=1), *parts[1:])
    np.testing.assert_array_equal(by_total.upper998, ratio.upper998)
    np.testing.assert_allclose(indirectly_standardised_ratio(*parts, multiplier=100).value, ratio.value * 100)


def test_two_sexes_and_other_standards_in_one_call() -> None:
    rng = np.random.default_rng(5)
    people = rng.integers(100, 900, (7, 2, 4)).astype(float)
    events = rng.poisson(people * 0.05).astype(float)
    both = directly_standardised_rate(events, people, [3, 1, 4, 1], multiplier=1000)
    assert both.value.shape == (7, 2)
    for sex in (0, 1):
        one = directly_standardised_rate(events[:, sex], people[:, sex], [3, 1, 4, 1], multiplier=1000)
        np.testing.assert_array_equal(both.lower998[:, sex], one.lower998)


def test_units_that_cannot_be_standardised_have_a_reason_and_leave_the_others_alone() -> None:
    events = np.full((7, 19), 5.0)
    people = np.full((7, 19), 100.0)
    people[1, 3], people[2, 3], events[3, 0], events[4, 0], events[5, 0], people[6, 0] = 0, np.nan, np.nan, -1, 101, -5
    rates = directly_standardised_rate(events, people)
    assert rates.reason.tolist() == [
        "",
        "a band has no people",
        "the population of a band is missing",
        "a number of events is missing or below zero",
        "a number of events is missing or below zero",
        "there are more events than people in a band",
        "the population of a band is below zero",
    ]
    assert rates.value[0] == pytest.approx(5000)
    for field in FIELDS:
        assert (np.isnan(getattr(rates, field)) == (rates.reason != "")).all()


def test_limits_stay_at_or_above_zero_where_one_thin_band_holds_the_events() -> None:
    events = np.zeros((1, 19))
    events[0, 0], events[0, 18] = 9, 1
    people = np.full((1, 19), 5000.0)
    people[0, 18] = 2
    rates = directly_standardised_rate(events, people)
    assert rates.lower998[0] >= 0
    assert rates.lower[0] <= rates.value[0] <= rates.upper[0]


def test_ratios_without_an_expected_count_have_a_reason() -> None:
    found = ratio_of_expected([3, 3, np.nan, 0], [0, np.nan, 2, 2])
    assert found.reason.tolist() == [
        "nothing is expected",
        "the expected count is missing",
        "the observed count is missing or below zero",
        "",
    ]
    assert (found.value[3], found.lower[3]) == (0, 0)
    zero_reference = indirectly_standardised_ratio([[1, 1]], [[5, 5]], [0, 0], [10, 10])
    assert zero_reference.reason[0] == "nothing is expected"
    assert indirectly_standardised_ratio([[1, 1]], [[5, 5]], [1, 1], [0, 10]).reason[0].startswith("a reference rate")


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (lambda: directly_standardised_rate([[1.0] * 18], [[10.0] * 18]), "do not have the same bands"),
        (lambda: directly_standardised_rate([[1, 2]], [[9, 9]], [0, 0]), "all zero"),
        (lambda: directly_standardised_rate([[1, 2]], [[9, 9]], [1, -1]), "below zero"),
        (lambda: directly_standardised_rate([[1] * 19], [[9] * 19], bands=["0-4"]), "lacking: 5-9, 10-14"),
        (
            lambda: directly_standardised_rate([[1] * 19], [[9] * 19], bands=EUROPEAN_STANDARD_2013.bands[::-1]),
            "not in the standard's order",
        ),
        (lambda: directly_standardised_rate([[1, 2]], [[9, 9]], [1, 1], bands=["a", "b"]), "names its own"),
        (lambda: directly_standardised_rate_of_repeats([[[1, 2]]], [1], [[9]], [1]), "one layer for each"),
        (lambda: directly_standardised_rate_of_repeats([[[1, 2]]], [0, 1], [[9]], [1]), "zero or less"),
        (lambda: indirectly_standardised_ratio([[1, 2]], [[9, 9]], [1, 1, 1], [9, 9, 9]), "do not have the bands"),
        (lambda: indirectly_standardised_ratio([1, 2, 3], [[9, 9]], [1, 1], [9, 9]), "do not belong together"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(bad, words: str) -> None:
    with pytest.raises(ChesilError, match=words):
        bad()
