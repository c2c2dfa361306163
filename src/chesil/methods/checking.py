"""Checks of what a method is given: everything wrong is found first, and told at once."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chesil.core.errors import InputRefused, Problem, some_of

Array = NDArray[np.float64]
Words = NDArray[np.str_]


def as_floats(name: str, values: ArrayLike) -> Array:
    """`values` as an array of floats (None becomes NaN); `InputRefused` if they are not numbers or ragged."""
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputRefused(f"`{name}` must be numbers", [Problem(str(error))]) from error


def refuse(title: str, problems: Iterable[str]) -> None:
    """Raise `InputRefused` with every problem, or do nothing if there is none; empty sentences are left out."""
    found = [Problem(sentence) for sentence in problems if sentence]
    if found:
        raise InputRefused(title, found)


def wrong_at(name: str, what: str, wrong: NDArray[np.bool_]) -> str:
    """A sentence naming the positions (from 0) where an array is wrong, or an empty one if it is not."""
    if not wrong.any():
        return ""
    places = [str(tuple(p.tolist()) if p.size != 1 else int(p[0])) for p in np.argwhere(np.atleast_1d(wrong))]
    return f"`{name}` {what} at position {some_of(places)}"


def not_finite(name: str, values: Array) -> str:
    """A sentence about missing or infinite values, or an empty one."""
    return wrong_at(name, "is missing or not finite", ~np.isfinite(values))


def below_zero(name: str, values: Array) -> str:
    """A sentence about values below zero, or an empty one (a missing value is not below zero)."""
    return wrong_at(name, "is below zero", values < 0)


def not_above_zero(name: str, values: Array) -> str:
    """A sentence about values of zero or less, or an empty one."""
    return wrong_at(name, "is zero or less", values <= 0)


def first_reason(shape: tuple[int, ...], *cases: tuple[NDArray[np.bool_] | np.bool_ | bool, str]) -> Words:
    """For each element the words of the first case that holds there, or an empty string; cases broadcast to `shape`."""
    conditions: Sequence[NDArray[np.bool_]] = [np.broadcast_to(np.asarray(c), shape) for c, _ in cases]
    return np.select(conditions, [words for _, words in cases], default="")
