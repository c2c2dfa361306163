"""How many people have one or several conditions, from a study's shares by age and from registers without overlap."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from chesil.core.errors import ChesilError
from chesil.methods.checking import Array, as_floats, below_zero, not_finite, refuse, wrong_at

MAXIMUM_ENTROPY_POWER = 0.5
"""The number of conditions that has the greatest entropy for its mean is geometric: P(1 or more) = P(2 or more)^(1/2)."""


@dataclass(frozen=True)
class AgeAnchor:
    """A published share of the people aged `age_from` to `age_to` (None: and over), as a fraction."""

    age_from: int
    age_to: int | None
    share: float


def logit(share: ArrayLike) -> Array:
    """Log-odds of shares strictly between 0 and 1."""
    p = np.asarray(share, dtype=np.float64)
    return np.asarray(np.log(p / (1 - p)), dtype=np.float64)


def expit(log_odds: ArrayLike) -> Array:
    """The share of given log-odds."""
    x = np.asarray(log_odds, dtype=np.float64)
    return np.asarray(1 / (1 + np.exp(-x)), dtype=np.float64)


def logistic_through(young: AgeAnchor, old: AgeAnchor, ages: ArrayLike, people: ArrayLike) -> tuple[float, float]:
    """Intercept and slope (a year) of the log-odds by age that meet two published shares.

    `ages` (n,) are the middles of single years of age, `people` (n,) an age structure by which the shares of the two
    bands are averaged. Newton's method on two equations. Raises `InputRefused` for shares outside 0 to 1, empty or
    overlapping bands.
    """
    age, n = as_floats("ages", ages), as_floats("people", people)
    bands = [_band(a, age) for a in (young, old)]
    refuse(
        "the two published shares cannot be met by a curve",
        [
            *(f"the share of {a.age_from} and over is {a.share}, not between 0 and 1"
              for a in (young, old) if not 0 < a.share < 1),
            *(f"no people are aged {a.age_from} to {a.age_to}" for a, b in zip((young, old), bands, strict=True)
              if not n[b].sum() > 0),
            "the bands overlap" if (bands[0] & bands[1]).any() else "",
            below_zero("people", n),
        ],
    )  # fmt: skip
    weights = np.stack([np.where(b, n, 0.0) / n[b].sum() for b in bands])
    middles = weights @ age
    goal = np.array([young.share, old.share])
    slope = float((logit(goal)[1] - logit(goal)[0]) / (middles[1] - middles[0]))
    both = np.array([float(logit(goal)[0]) - slope * middles[0], slope])
    for _ in range(60):
        p = expit(both[0] + both[1] * age)
        change = p * (1 - p)
        step = np.linalg.solve(np.stack([weights @ change, weights @ (change * age)], axis=1), weights @ p - goal)
        both = both - step
        if np.abs(step).max() < 1e-12:
            break
    return float(both[0]), float(both[1])


def one_or_more(two_or_more: ArrayLike, power: float | Array = MAXIMUM_ENTROPY_POWER) -> Array:
    """Share with at least one condition from the share with at least two: its power (a half: maximum entropy).

    With a power of 0.5 the number of conditions is geometric. Less than 0.5 supposes fewer, nearer to one each.
    """
    return np.asarray(np.asarray(two_or_more, dtype=np.float64) ** power, dtype=np.float64)


def scaled(share_one: ArrayLike, share_two: ArrayLike, factor: ArrayLike) -> tuple[Array, Array]:
    """Shares with one or more, and with two or more, after the mean number of conditions is multiplied by `factor`.

    For a geometric number the odds of having any are its mean, so its odds are multiplied; the share that has two or
    more keeps its published power of the first. Shapes broadcast. A factor of one changes nothing.
    """
    one, two = np.asarray(share_one, dtype=np.float64), np.asarray(share_two, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.where(one < 1, np.log(two) / np.log(one), 1.0)
    odds = np.asarray(factor, dtype=np.float64) * one / (1 - one)
    new = odds / (1 + odds)
    return new, np.asarray(new**power, dtype=np.float64)


def mean_conditions(share_one: ArrayLike) -> Array:
    """Mean number of conditions a head, if it is geometric, from the share with one or more: its odds."""
    one = np.asarray(share_one, dtype=np.float64)
    return np.asarray(one / (1 - one), dtype=np.float64)


def at_least_bounds(shares: ArrayLike, k: int) -> tuple[float, float]:
    """The least and the greatest share of people on at least `k` of several registers, whatever their overlap.

    `shares` (n,) of people on each register. The best possible bounds (Rüger, 1978, Metrika 25:171; for k of one they
    are those of Boole and Fréchet): the lower is the greatest of (sum of the largest r - k + 1) / (r - k + 1), the upper
    the least of (sum of the smallest n - r) / (k - r).
    """
    p = np.sort(as_floats("shares", shares))
    refuse(
        "registers need shares between 0 and 1",
        [not_finite("shares", p), wrong_at("shares", "lies outside 0 to 1", (p < 0) | (p > 1)),
         "there is no register" if p.size == 0 else ""],
    )  # fmt: skip
    if not 1 <= k <= p.size:
        raise ChesilError(f"at least {k} of {p.size} registers cannot be asked for; ask for 1 to {p.size}")
    from_small = np.concatenate([[0.0], np.cumsum(p)])
    from_large = np.cumsum(p[::-1])
    sizes = np.arange(k, p.size + 1)
    lower = ((from_large[sizes - 1] - (k - 1)) / (sizes - k + 1)).max()
    left_out = np.arange(k)
    upper = (from_small[p.size - left_out] / (k - left_out)).min()
    return float(max(lower, 0.0)), float(min(upper, 1.0))


def nested_levels(one: ArrayLike, two: ArrayLike, frail: ArrayLike, ending: ArrayLike, overlap: ArrayLike) -> Array:
    """Shares in five levels that add up to one: none, one, several, frailty, last year; the highest that applies counts.

    `one`, `two`, `frail`, `ending` are the shares with one or more conditions, two or more, frailty, and those nearing
    the end of life; shapes broadcast. `overlap` runs from 0 (each is independent of the next within an age) to 1 (each
    lies within the other as far as it can). Returns (..., 5).
    """
    p1, p2, f, e, u = np.broadcast_arrays(*(as_floats("share", s) for s in (one, two, frail, ending, overlap)))
    refuse(
        "levels need shares and an overlap between 0 and 1, and no more people with two conditions than with one",
        [wrong_at(name, "lies outside 0 to 1", ~((v >= 0) & (v <= 1)))
         for name, v in (("one", p1), ("two", p2), ("frail", f), ("ending", e), ("overlap", u))]
        + [wrong_at("two", "is more than `one`", p2 > p1 + 1e-12)],
    )  # fmt: skip
    frail_only = f - _both(f, e, u)
    worse = e + frail_only
    several = p2 - _both(p2, worse, u)
    any_left = p1 - _both(p1, worse, u)
    single = np.maximum(any_left - several, 0.0)
    none = 1 - worse - several - single
    return np.stack([np.maximum(none, 0.0), single, several, frail_only, e], axis=-1)


def _both(first: Array, second: Array, overlap: Array) -> Array:
    """Share that has both: between independence and the smaller of the two."""
    apart = first * second
    return np.asarray(apart + overlap * (np.minimum(first, second) - apart), dtype=np.float64)


def _band(anchor: AgeAnchor, ages: Array) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    until = np.inf if anchor.age_to is None else anchor.age_to + 1
    return np.asarray((ages >= anchor.age_from) & (ages < until))


def spread_within_bands(counts: ArrayLike, starts: Sequence[int], shape: ArrayLike) -> Array:
    """Counts of age bands (..., bands) as single years (..., n), spread within each band like `shape` (n,).

    `starts` are the youngest ages of the bands, the last of which is open. Sums are kept. Raises `InputRefused` where
    a band has people but its shape has none.
    """
    c, s = as_floats("counts", counts), as_floats("shape", shape)
    edges = [*starts, s.size]
    if c.shape[-1:] != (len(starts),) or any(b <= a for a, b in pairwise(edges)) or edges[0] != 0:
        raise ChesilError(f"{c.shape[-1:]} counts do not fit bands that start at {list(starts)} of {s.size} ages")
    totals = np.array([s[a:b].sum() for a, b in pairwise(edges)])
    refuse(
        "ages cannot be spread",
        [not_finite("counts", c), below_zero("counts", c), below_zero("shape", s),
         wrong_at("shape", "has no people in a band", totals <= 0)],
    )  # fmt: skip
    which = np.repeat(np.arange(len(starts)), np.diff(edges))
    return np.asarray(c[..., which] * (s / totals[which]), dtype=np.float64)
