"""Judging options on several criteria: fixed scales, weighted sums, dominance, switching weights and acceptability."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog

from chesil.core.errors import ChesilError
from chesil.methods.checking import as_floats, below_zero, not_finite, refuse

Array = NDArray[np.float64]
TIE = 1e-9
"""Totals that differ by less than this share of a full scale are a tie."""
TOP = 100.0
MOST_TRIES = 200


@dataclass(frozen=True)
class Scored:
    """Scores of 0 to 100, and which values lay beyond the ends of their scale (scored as the end)."""

    scores: Array
    below: NDArray[np.bool_]
    above: NDArray[np.bool_]


@dataclass(frozen=True)
class Switch:
    """The smallest change of one weight at which another option comes first, the others keeping their proportions.

    `weight` is the weight at which the two tie, `change` its difference from the one given; None where no weight from
    0 to 1 does it.
    """

    criterion: int
    weight: float | None
    change: float | None
    option: int | None


@dataclass(frozen=True)
class Acceptability:
    """How often each option takes each rank over draws of weights and scores.

    `ranks` (options, options): share of draws in which option i has rank j (0 is first); a tie is shared evenly, so each
    row and each column sums to one. `central_weights` (options, criteria): the mean weights of the draws in which it
    comes first, NaN if it never does. An acceptability is a share of weightings, not the chance of being right.
    """

    ranks: Array
    central_weights: Array
    draws: int


def on_fixed_scale(values: ArrayLike, worst: ArrayLike, best: ArrayLike) -> Scored:
    """Score values (options, criteria) from 0 at `worst` to 100 at `best` (criteria,), linear in between.

    The ends are fixed before options are known, so adding an option never moves the scores of the others (the fault of
    scales taken from the options themselves: Belton and Gear, 1983, Omega 11:228). A missing value stays NaN.
    """
    v, w, b = as_floats("values", values), as_floats("worst", worst), as_floats("best", best)
    if v.ndim != 2 or w.shape != (v.shape[1],) or b.shape != w.shape:
        raise ChesilError(f"values {v.shape}, worst {w.shape} and best {b.shape} do not belong together")
    refuse("The scales cannot be used", [not_finite("worst", w), not_finite("best", b)])
    if (w == b).any():
        raise ChesilError("A scale's worst and best are the same", [], "Give it two ends that differ")
    share = (v - w) / (b - w)
    return Scored(TOP * np.clip(share, 0.0, 1.0), share < 0, share > 1)


def check_weights(weights: ArrayLike, criteria: int) -> Array:
    """The weights as shares of one; `InputRefused` if they are negative, not finite, too few or do not sum to 1 or 100."""
    w = as_floats("weights", weights)
    if w.shape != (criteria,):
        raise ChesilError(f"There are {w.size} weights for {criteria} criteria", [], "Give each criterion one weight")
    total = float(w.sum())
    fits = any(abs(total - whole) <= 1e-6 * whole for whole in (1.0, TOP))
    refuse(
        "The weights cannot be used",
        [not_finite("weights", w), below_zero("weights", w), "" if fits else f"they sum to {total:g}, not to 1 or 100"],
    )
    return w / total


def weights_from_swings(swings: ArrayLike) -> Array:
    """Weights from swings: how much each criterion's swing from worst to best is worth, the greatest 100.

    Von Winterfeldt and Edwards (1986, Decision Analysis and Behavioral Research).
    """
    s = as_floats("swings", swings)
    refuse("The swings cannot be used", [not_finite("swings", s), below_zero("swings", s)])
    if s.sum() <= 0:
        raise ChesilError("Every swing is nought: nothing matters", [], "Give the one that matters most a swing of 100")
    return s / s.sum()


def weighted_sum(scores: ArrayLike, weights: ArrayLike) -> Array:
    """The total of each option: scores (..., options, criteria) times weights (criteria,)."""
    return np.asarray(as_floats("scores", scores) @ as_floats("weights", weights))


def dominates(scores: ArrayLike) -> NDArray[np.bool_]:
    """(options, options): True where the option of the row is at least as good on every criterion and better on one."""
    s = as_floats("scores", scores)
    at_least = (s[:, None, :] >= s[None, :, :]).all(axis=2)
    return np.asarray(at_least & (s[:, None, :] > s[None, :, :]).any(axis=2))


def can_be_first(scores: ArrayLike) -> NDArray[np.bool_]:
    """(options,): True where some weights put the option first or in a tie for first (a linear programme each)."""
    s = as_floats("scores", scores)
    options, criteria = s.shape
    found = np.zeros(options, dtype=bool)
    for o in range(options):
        gap = np.delete(s, o, axis=0) - s[o]
        done = linprog(
            np.r_[np.zeros(criteria), 1.0], A_ub=np.c_[gap, -np.ones(len(gap))] if len(gap) else None,
            b_ub=np.zeros(len(gap)) if len(gap) else None, A_eq=np.r_[np.ones(criteria), 0.0][None],
            b_eq=[1.0], bounds=[(0, 1)] * criteria + [(0, None)],
        )  # fmt: skip
        found[o] = bool(done.success and done.x[-1] <= TIE * TOP)
    return found


def switching_weights(scores: ArrayLike, weights: ArrayLike) -> list[Switch]:
    """For each criterion the nearest weight at which the option that comes first no longer does so alone.

    The other weights keep their proportions (all equal if they are nought). HM Treasury (2022, The Green Book) calls
    such points switching values.
    """
    s = as_floats("scores", scores)
    w = check_weights(weights, s.shape[1])
    first = int(np.argmax(weighted_sum(s, w)))
    found = []
    for c in range(s.shape[1]):
        rest = np.delete(w, c)
        share = rest / rest.sum() if rest.sum() > 0 else np.full(rest.size, 1.0 / max(rest.size, 1))
        others = np.delete(s, c, axis=1) @ share
        # Total at weight t of this criterion is t * s + (1 - t) * others: a line in t for each option.
        slope, start = s[:, c] - others, others
        best: tuple[float, float, int] | None = None
        for o in range(len(s)):
            down = slope[o] - slope[first]
            if o == first or abs(down) < TIE:
                continue
            t = (start[first] - start[o]) / down
            if -TIE <= t <= 1 + TIE and (best is None or abs(t - w[c]) < abs(best[1])):
                best = (float(np.clip(t, 0, 1)), float(np.clip(t, 0, 1) - w[c]), o)
        found.append(Switch(c, *best) if best else Switch(c, None, None, None))
    return found


def nearest_weights_that_switch(scores: ArrayLike, weights: ArrayLike) -> tuple[Array, float, int] | None:
    """The weights nearest to those given (least sum of absolute changes) at which another option ties for first.

    Returns the weights, half the sum of absolute changes (the weight that has to move) and the option; None if no
    weights do it.
    """
    s = as_floats("scores", scores)
    w = check_weights(weights, s.shape[1])
    options, criteria = s.shape
    first = int(np.argmax(weighted_sum(s, w)))
    best: tuple[Array, float, int] | None = None
    eye = np.eye(criteria)
    for o in (o for o in range(options) if o != first):
        # Variables: new weights, then their absolute changes.
        upper = np.r_[np.c_[eye, -eye], np.c_[-eye, -eye], np.r_[s[first] - s[o], np.zeros(criteria)][None]]
        done = linprog(
            np.r_[np.zeros(criteria), np.ones(criteria)], A_ub=upper, b_ub=np.r_[w, -w, 0.0],
            A_eq=np.r_[np.ones(criteria), np.zeros(criteria)][None], b_eq=[1.0],
            bounds=[(0, 1)] * criteria + [(0, None)] * criteria,
        )  # fmt: skip
        if done.success and (best is None or done.fun / 2 < best[1] - TIE):
            best = (np.asarray(done.x[:criteria]), float(done.fun / 2), o)
    return best


def draw_weights(
    rng: np.random.Generator, draws: int, criteria: int, *, low: ArrayLike | None = None, high: ArrayLike | None = None
) -> Array:
    """Weights (draws, criteria) drawn evenly over all that sum to one, within `low` and `high` (criteria,) if given.

    Without bounds: exponential spacings, which are even over the simplex (Rubinstein, 1982). With bounds: those of such
    draws that fit; where few do, a walk through the polytope (hit and run: Smith, 1984, Operations Research 32:1296).
    `ChesilError` if no weights fit the bounds.
    """
    if low is None and high is None:
        return _even(rng, draws, criteria)
    lowest = np.zeros(criteria) if low is None else as_floats("low", low)
    highest = np.ones(criteria) if high is None else as_floats("high", high)
    if (lowest > highest).any() or lowest.sum() > 1 + TIE or highest.sum() < 1 - TIE:
        raise ChesilError(
            "No weights fit the ranges", [], "Widen them: the least must sum to at most 1, the most to at least 1"
        )
    kept: list[Array] = []
    for _ in range(MOST_TRIES):
        tried = lowest + (1 - lowest.sum()) * _even(rng, draws, criteria)
        kept.append(tried[(tried <= highest + TIE).all(axis=1)])
        if sum(map(len, kept)) >= draws:
            return np.concatenate(kept)[:draws]
        if len(kept) == 5 and sum(map(len, kept)) < draws / 20:
            break
    return _walk(rng, draws, lowest, highest)


def acceptability(scores: ArrayLike, weights: ArrayLike) -> Acceptability:
    """Ranks of options over draws: scores (draws, options, criteria) or (options, criteria), weights (draws, criteria).

    Stochastic multicriteria acceptability analysis: Lahdelma, Hokkanen and Salminen (1998, EJOR 106:137); Lahdelma and
    Salminen (2001, Operations Research 49:444). A tie is shared evenly between the ranks it covers.
    """
    s, w = as_floats("scores", scores), as_floats("weights", weights)
    if w.ndim != 2 or s.shape[-1] != w.shape[1] or (s.ndim == 3 and len(s) != len(w)):
        raise ChesilError(f"scores {s.shape} and weights {w.shape} do not belong together")
    totals = np.einsum("doc,dc->do", s, w) if s.ndim == 3 else w @ s.T
    if not np.isfinite(totals).all():
        raise ChesilError("Some scores are missing: an option without a score on a criterion cannot be ranked")
    options = totals.shape[1]
    above = (totals[:, None, :] > totals[:, :, None] + TIE * TOP).sum(axis=2)
    level = (np.abs(totals[:, None, :] - totals[:, :, None]) <= TIE * TOP).sum(axis=2)
    ranks = np.zeros((options, options))
    for rank in range(options):
        ranks[:, rank] = np.where((above <= rank) & (rank < above + level), 1.0 / level, 0.0).mean(axis=0)
    first = np.where(above == 0, 1.0 / level, 0.0)
    with np.errstate(invalid="ignore"):
        central = (first.T @ w) / first.sum(axis=0)[:, None]
    return Acceptability(ranks=ranks, central_weights=central, draws=len(w))


def double_count(scores: ArrayLike) -> Array:
    """(criteria, criteria): how alike two criteria rank the options (Spearman's rank correlation; NaN where all tie).

    Near one, the two may count one thing twice: showing the answer with either left out says how much that matters.
    """
    s = as_floats("scores", scores)
    ranks = np.apply_along_axis(_mid_ranks, 0, s)
    spread = ranks.std(axis=0)
    centred = ranks - ranks.mean(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (centred.T @ centred) / len(s) / np.outer(spread, spread)
    return np.where(np.outer(spread > 0, spread > 0), found, np.nan)


def _mid_ranks(values: Array) -> Array:
    below = (values[None, :] < values[:, None]).sum(axis=1)
    level = (values[None, :] == values[:, None]).sum(axis=1)
    return np.asarray(below + (level + 1) / 2, dtype=np.float64)


def _even(rng: np.random.Generator, draws: int, criteria: int) -> Array:
    spacings = rng.standard_exponential((draws, criteria))
    return np.asarray(spacings / spacings.sum(axis=1, keepdims=True))


def _walk(rng: np.random.Generator, draws: int, low: Array, high: Array, steps: int = 30) -> Array:
    """Hit and run among weights within their ranges, many walkers at once, from points spread inside the polytope."""
    room = high - low
    start = low + room * (1 - low.sum()) / room.sum() if room.sum() > 0 else low
    at = np.tile(start, (draws, 1))
    for _ in range(steps * low.size):
        way = rng.standard_normal(at.shape)
        way[:, room <= 0] = 0.0
        free = room > 0
        way[:, free] -= way[:, free].mean(axis=1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            to_high, to_low = (high - at) / way, (low - at) / way
        forward = np.where(way > 0, to_high, np.where(way < 0, to_low, np.inf)).min(axis=1)
        back = np.where(way > 0, to_low, np.where(way < 0, to_high, -np.inf)).max(axis=1)
        step = back + rng.random(draws) * (forward - back)
        at = at + np.where(np.isfinite(step), step, 0.0)[:, None] * way
    return np.clip(at, low, high)
