"""Travel time from distance: a rising curve for each kind of land, its fit to published times, and shares with error."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls
from scipy.special import ndtr

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

KNOTS_KM = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0)
"""Distances at which the pace may change; beyond the last it stays."""


@dataclass(frozen=True, eq=False)
class TravelModel:
    """Seconds from metres by one mode.

    `start_s` (classes,) seconds at either end whatever the distance; `pace` (classes, bands) seconds a metre in each
    band of `knots_m`; a journey between two kinds of land has the mean of both. `log_error` (classes, bands) is the
    standard deviation of log(published / modelled), out of sample, by the kind of land where the journey begins.
    """

    mode: str
    knots_m: Array
    start_s: Array
    pace: Array
    log_error: Array

    def seconds(self, metres: Array, from_class: Ints, to_class: Ints) -> Array:
        """Seconds for a matrix of metres (n, m) between points of given classes (n,), (m,); the same both ways.

        Infinite metres give infinite seconds.
        """
        shape = metres.shape
        reached = np.where(np.isfinite(metres), metres, 0.0).ravel()
        ends = np.repeat(from_class, shape[1]), np.tile(to_class, shape[0])
        seconds: Array = np.where(np.isfinite(metres), self.seconds_of_pairs(reached, *ends).reshape(shape), np.inf)
        return seconds

    def errors(self, metres: Array, from_class: Ints) -> Array:
        """The log error of each pair of a matrix of metres (n, m) from points of given classes (n,)."""
        found: Array = self.log_error[from_class[:, None], self._band(metres)]
        return found

    def _band(self, metres: Array) -> Ints:
        bands: Ints = np.zeros(metres.shape, dtype=np.int64)
        for knot in self.knots_m[1:]:
            bands += metres >= knot
        return bands

    def seconds_of_pairs(self, metres: Array, from_class: Ints, to_class: Ints) -> Array:
        """Seconds for pairs: metres, classes of both ends, all (n,)."""
        at = self._times_at_knots()
        k, count = self._band(metres), len(self.knots_m)
        n = len(self.pace)
        both = (at[:, None, :] + at[None, :, :]) / 2 + (self.start_s[:, None, None] + self.start_s[None, :, None]) / 2
        pace = (self.pace[:, None, :] + self.pace[None, :, :]) / 2
        cell = (from_class * n + to_class) * count + k
        base = (both - pace * self.knots_m).ravel()  # the line of each band, continued to nought
        seconds: Array = base[cell] + metres * pace.ravel()[cell]
        return seconds

    def _times_at_knots(self) -> Array:
        widths = np.diff(self.knots_m)
        at: Array = np.concatenate(
            [np.zeros((len(self.pace), 1)), np.cumsum(self.pace[:, :-1] * widths, axis=1)], axis=1
        )
        return at


@dataclass(frozen=True, eq=False)
class Observed:
    """Published times to fit: seconds, metres, classes of both ends and weight, all (n,)."""

    seconds: Array
    metres: Array
    from_class: Ints
    to_class: Ints
    weight: Array


def fit_travel_model(
    observed: Observed, mode: str, classes: int, knots_km: Sequence[float] = KNOTS_KM, passes: int = 3
) -> TravelModel:
    """Fit start and pace by non-negative least squares of relative error, which is kept by weights from the last pass.

    Paces cannot be negative, so time never falls with distance. A row's weight is one over its fitted time and two
    minutes more (by the published time in the first pass: weights from the answer itself would pull it down).
    """
    knots = np.array(knots_km) * 1000
    design = _design(observed, classes, knots)
    # a pull of each pace towards its neighbour in distance keeps bands that hold little data from running off
    smooth = _smoothing(classes, len(knots), design.shape[1], np.sqrt(len(design)) * 0.1)
    about = observed.seconds
    for _ in range(passes):
        weight = observed.weight / (about + 120.0)
        scaled = design * weight[:, None]
        # the same problem by its normal equations: the design has many rows and a few dozen columns
        gram = scaled.T @ scaled + smooth.T @ smooth + 1e-9 * np.eye(design.shape[1])
        root = np.linalg.cholesky(gram).T
        solved, _ = nnls(root, np.linalg.solve(root.T, scaled.T @ (observed.seconds * weight)))
        about = design @ solved
    pace = solved[classes:].reshape(classes, len(knots))
    return TravelModel(mode, knots, solved[:classes], pace, np.zeros((classes, len(knots))))


def _design(observed: Observed, classes: int, knots: Array) -> Array:
    n, bands = len(observed.seconds), len(knots)
    tops = np.append(knots[1:], np.inf)
    within = np.clip(observed.metres[:, None] - knots[None, :], 0, tops - knots)
    design = np.zeros((n, classes * (1 + bands)))
    rows = np.arange(n)
    for ends in (observed.from_class, observed.to_class):
        design[rows, ends] += 0.5
        for b in range(bands):
            design[rows, classes + ends * bands + b] += 0.5 * within[:, b]
    return design


def _smoothing(classes: int, bands: int, columns: int, strength: float) -> Array:
    rows = np.zeros((classes * (bands - 1), columns))
    for c in range(classes):
        for b in range(bands - 1):
            at = c * (bands - 1) + b
            rows[at, classes + c * bands + b] = strength
            rows[at, classes + c * bands + b + 1] = -strength
    return rows


def constant_speed(mode: str, km_per_hour: float, detour: float, classes: int, log_error: float) -> TravelModel:
    """A model that assumes a speed and a detour factor on every kind of land."""
    pace = np.full((classes, 1), detour * 3.6 / km_per_hour)
    return TravelModel(mode, np.zeros(1), np.zeros(classes), pace, np.full((classes, 1), log_error))


def log_error(published: Array, modelled: Array, floor_s: float = 60.0) -> float:
    """Standard deviation of log(published / modelled), both with a floor of a minute: robust, by the quartiles.

    1.4826 times half the distance between the quartiles of a normal distribution is its standard deviation over 1.349;
    outliers (a site that opened or shut between the two dates) do not blow it up.
    """
    ratio = np.log(np.maximum(published, floor_s) / np.maximum(modelled, floor_s))
    low, high = np.quantile(ratio, [0.25, 0.75])
    return float(np.sqrt(((high - low) / 1.349) ** 2 + np.median(ratio) ** 2))


def chance_within(seconds: Array, limit_s: float, log_sd: Array | float) -> Array:
    """The chance that the true time is at most the limit, given a modelled time and its error; 0 where there is no way.

    So nobody falls off at 15 minutes and one second: a time near the limit counts for a half.
    """
    with np.errstate(divide="ignore"):
        distance = np.log(limit_s) - np.log(np.maximum(seconds, 1e-9))
    sd = np.broadcast_to(np.asarray(log_sd, dtype=np.float64), seconds.shape)
    exact = np.where(seconds <= limit_s, 1.0, 0.0)
    chance: Array = np.where(sd > 0, ndtr(distance / np.where(sd > 0, sd, 1.0)), exact)
    return np.where(np.isfinite(seconds), chance, 0.0)
