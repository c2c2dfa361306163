"""Control charts of single values (XmR): limits, named rule sets, and when a chart should not be drawn."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chesil.core.errors import ChesilError
from chesil.methods.checking import Array, as_floats

FEWEST_POINTS = 13
"""Below this a chart of moving ranges says little: show a run of points without rules."""
LIMIT_PER_RANGE = 2.66
SCREEN_ABOVE = 3.267
COMMON = "Common Cause"


@dataclass(frozen=True)
class RuleSet:
    """A named set of rules; sets differ, so its name belongs on every chart."""

    name: str
    shift: int
    trend: int
    beyond_counts_as_close: bool


RULE_SETS = {
    "nhsr-0.2.2": RuleSet("nhsr-0.2.2", 7, 7, False),
    "mdc-2023": RuleSet("mdc-2023", 7, 7, True),
    "six-point-runs": RuleSet("six-point-runs", 6, 6, False),
}


@dataclass(frozen=True)
class XmrChart:
    """Mean, limits and rules for every point; `special` is the label of each, `kind` what it means for the direction
    wanted. Limits are NaN, and every point common cause, where there is no range at all."""

    mean: Array
    lower: Array
    upper: Array
    special: NDArray[np.str_]
    kind: NDArray[np.str_]
    rule_set: str
    warnings: tuple[str, ...]


def xmr_chart(
    values: ArrayLike,
    *,
    rule_set: str = "nhsr-0.2.2",
    better: int = 0,
    screen: bool = True,
    fix_after: int | None = None,
    groups: ArrayLike | None = None,
) -> XmrChart:
    """An XmR chart of values in order of time.

    `better` is 1 if higher is better, -1 if lower, 0 if neither. `screen` leaves ranges of 3.267 times their mean or
    more out of the limits once. `fix_after` takes mean and limits from the first points. `groups` (one number a
    point) rebases: each group has its own mean, limits and rules. Wheeler (Understanding Variation, 2000); NHS England,
    Making Data Count. Raises `ChesilError` for values that are missing, and for a series whose ranges are all screened
    away though it varies, since its limits would collapse on the mean.
    """
    y = as_floats("values", values)
    if rule_set not in RULE_SETS:
        raise ChesilError(f"the rule set `{rule_set}` is not one of {', '.join(RULE_SETS)}")
    if y.ndim != 1 or y.size < 2 or not np.isfinite(y).all():
        raise ChesilError("a control chart needs two or more finite values in order of time")
    if better not in (-1, 0, 1):
        raise ChesilError(f"`better` is {better}: give 1 if higher is better, -1 if lower, 0 if neither")
    if fix_after is not None and not fix_after >= 2:
        raise ChesilError(f"`fix_after` is {fix_after}: limits need two points or more")
    base = np.zeros(y.size, dtype=np.int64) if groups is None else np.asarray(groups)
    if base.shape != y.shape:
        raise ChesilError("groups need one number for each point")
    rules = RULE_SETS[rule_set]
    mean, lower, upper = (np.full(y.size, np.nan) for _ in range(3))
    special = np.full(y.size, COMMON, dtype=object)
    kind = np.full(y.size, "common_cause", dtype=object)
    for group in dict.fromkeys(base.tolist()):
        at = np.nonzero(base == group)[0]
        middle, half = _limits(y[at], screen, fix_after)
        mean[at], lower[at], upper[at] = middle, middle - half, middle + half
        special[at], rising = _specials(y[at], middle, half, rules)
        kind[at] = _kinds(special[at], rising, better)
    return XmrChart(mean, lower, upper, special.astype(str), kind.astype(str), rule_set, _warnings(y))


def _limits(y: Array, screen: bool, fix_after: int | None) -> tuple[float, float]:
    """The mean and the half-width of the limits; NaN where no range is left because nothing varies."""
    taken = y[:fix_after] if fix_after else y
    ranges = np.abs(np.diff(taken))
    typical = float(ranges.mean()) if ranges.size else 0.0
    if screen:
        kept = ranges[ranges < SCREEN_ABOVE * typical]
        typical = float(kept.mean()) if kept.size else 0.0
    if typical == 0:
        if np.ptp(y) > 0:
            raise ChesilError(
                "the points hardly ever change, so the limits would collapse on the mean and flag every point", [],
                "Show the points without limits, or over longer periods",
            )  # fmt: skip
        return float(taken.mean()), float("nan")
    return float(taken.mean()), LIMIT_PER_RANGE * typical


def _specials(y: Array, mean: float, half: float, rules: RuleSet) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """The label of each point, by the first rule that it meets; and the direction of its trend (0 for none)."""
    side = np.sign(y - mean).astype(np.int64)
    labels = np.full(y.size, COMMON, dtype=object)
    trend = _trends(y, rules.trend)
    if np.isnan(half):
        return labels, np.zeros(y.size, dtype=np.int64)
    outside = np.abs(y - mean) > half
    close = np.abs(y - mean) > half * 2 / 3
    close &= True if rules.beyond_counts_as_close else ~outside
    two = _two_in_three(close, side)
    runs = _runs(side, rules.shift)
    for found, above, below in (
        (runs, f"{rules.shift} Points Above CL", f"{rules.shift} Points Below CL"),
        (two, "2 in 3 Above CL", "2 in 3 Below CL"),
    ):
        labels[found & (side > 0)], labels[found & (side < 0)] = above, below
    labels[trend > 0] = f"{rules.trend} Point Trend (Increasing)"
    labels[trend < 0] = f"{rules.trend} Point Trend (Decreasing)"
    labels[outside & (side > 0)], labels[outside & (side < 0)] = "Above UCL", "Below LCL"
    return labels, np.where(outside, 0, trend)


def _runs(side: NDArray[np.int64], length: int) -> NDArray[np.bool_]:
    """Points of a run of at least `length` on one side of the mean; one on the mean breaks it."""
    found = np.zeros(side.size, dtype=bool)
    for start in range(side.size - length + 1):
        window = side[start : start + length]
        if abs(int(window.sum())) == length:
            found[start : start + length] = True
    return found


def _trends(y: Array, length: int) -> NDArray[np.int64]:
    """1 or -1 for points of a strict rise or fall of `length` points; a later direction overrides an earlier one."""
    step = np.sign(np.diff(y)).astype(np.int64)
    found = np.zeros(y.size, dtype=np.int64)
    for start in range(y.size - length + 1):
        total = int(step[start : start + length - 1].sum())
        if abs(total) == length - 1:
            found[start : start + length] = np.sign(total)
    return found


def _two_in_three(close: NDArray[np.bool_], side: NDArray[np.int64]) -> NDArray[np.bool_]:
    """The close points of three in a row of which two are close and all lie on one side of the mean."""
    found = np.zeros(side.size, dtype=bool)
    for start in range(side.size - 2):
        window = slice(start, start + 3)
        if close[window].sum() >= 2 and abs(int(side[window].sum())) == 3:
            found[window] |= close[window]
    return found


def _kinds(labels: NDArray[np.object_], rising: NDArray[np.int64], better: int) -> NDArray[np.object_]:
    """What each point means: for a trend its direction decides, for the others their side of the mean."""
    up = np.array(["Above" in str(label) for label in labels]) | (rising > 0)
    kinds = np.full(labels.size, "common_cause", dtype=object)
    special = labels != COMMON
    if better == 0:
        kinds[special & up], kinds[special & ~up] = "special_cause_neutral_high", "special_cause_neutral_low"
    else:
        good = up if better > 0 else ~up
        kinds[special & good], kinds[special & ~good] = "special_cause_improvement", "special_cause_concern"
    return kinds


def _warnings(y: Array) -> tuple[str, ...]:
    found = []
    if y.size < FEWEST_POINTS:
        found.append(f"fewer than {FEWEST_POINTS} points: read the points, not the rules")
    for lag, words in ((1, "each point follows the one before"), (12, "the same months come back alike (season)")):
        if y.size >= 3 * lag + 10 and _autocorrelation(y, lag) > 2 / np.sqrt(y.size):
            found.append(f"{words}: rules flag more than they should")
    return tuple(found)


def _autocorrelation(y: Array, lag: int) -> float:
    centred = y - y.mean()
    total = float((centred**2).sum())
    return float((centred[lag:] * centred[:-lag]).sum() / total) if total else 0.0
