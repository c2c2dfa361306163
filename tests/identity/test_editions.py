"""Nothing small comes through the public door, and nothing hidden can be worked out by one difference."""

from hypothesis import given
from hypothesis import strategies as st

from chesil.blueprint.editions import SmallNumberRule, make_safe_to_publish
from chesil.core.figure import Figure

RULE = SmallNumberRule()


def _figure(code: str, count: int, standing: str = "derived") -> Figure:
    return Figure(
        "m",
        code,
        "2022/23",
        "2022-07-01",
        "people",
        "count",
        value=float(count),
        numerator=float(count),
        standing=standing,
    )


counts = st.lists(st.integers(0, 30), min_size=2, max_size=8)


def _published(values: list[int]) -> dict[str, Figure]:
    parts = [_figure(f"P{n}", v) for n, v in enumerate(values)]
    whole = _figure("ALL", sum(values))
    return make_safe_to_publish([*parts, whole], "public", parts_of={"ALL": [p.unit_code for p in parts]})


@given(counts)
def test_no_small_count_comes_through(values: list[int]) -> None:
    assert not [f for f in _published(values).values() if RULE.hides(f.numerator)]


@given(counts)
def test_a_hidden_part_cannot_be_got_from_the_whole(values: list[int]) -> None:
    safe = _published(values)
    whole = safe["m/ALL/2022-23/business_as_usual"]
    hidden = [f for f in safe.values() if f.unit_code != "ALL" and not f.is_known]
    assert not (len(hidden) == 1 and whole.is_known and any(RULE.hides(v) for v in values))


@given(counts)
def test_twice_is_once_and_order_does_not_matter(values: list[int]) -> None:
    once = _published(values)
    parts = {"ALL": [f"P{n}" for n in range(len(values))]}
    assert make_safe_to_publish(reversed(once.values()), "public", parts_of=parts) == once


def test_the_board_sees_everything_and_open_counts_stay() -> None:
    figures = [_figure("A", 2), _figure("B", 3, standing="counted")]
    assert all(f.is_known for f in make_safe_to_publish(figures, "board").values())
    public = make_safe_to_publish(figures, "public")
    assert not public["m/A/2022-23/business_as_usual"].is_known
    assert public["m/A/2022-23/business_as_usual"].reason == "fewer than 5, not shown"
    assert public["m/B/2022-23/business_as_usual"].is_known
