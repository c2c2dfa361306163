"""What would change a ranking: other figures, a criterion left out, halved or counted twice, two that overlap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from chesil.appraisal.criteria import Criterion
from chesil.appraisal.scoring import OptionFigures
from chesil.methods.decision import double_count, weighted_sum

Array = NDArray[np.float64]
HARDLY = 1.0
"""Points within which options are hardly told apart on a criterion."""
ALIKE = 0.8
"""Rank correlation of two criteria over the options from which they may count one thing twice."""


@dataclass(frozen=True)
class WhatIf:
    """A test of the ranking: figures of every option multiplied by `times` (by measure), or given `instead` by option."""

    title: str
    times: Mapping[str, float] = field(default_factory=dict)
    instead: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Alike:
    """Two criteria that put the options in nearly the same order, and in whose scores: they may count one thing twice."""

    first: str
    second: str
    whose: tuple[str, ...]


def under(option: OptionFigures, test: WhatIf) -> OptionFigures:
    """The option with its figures under a test; figures that the test leaves alone stay as they are."""
    instead = test.instead.get(option.name, {})

    def changed(measure: str, value: float) -> float:
        return instead.get(measure, value) * test.times.get(measure, 1.0)

    figures = {
        m: replace(f, value=changed(m, f.value), lower=None, upper=None, lower998=None, upper998=None)
        if f.value is not None and (m in test.times or m in instead)
        else f
        for m, f in option.figures.items()
    }
    return replace(option, figures=figures)


def first_if(scores: Array, weights: Array, names: Sequence[str]) -> tuple[str, float]:
    """Which option comes first, and its lead in points over the next (nought where alone)."""
    totals = weighted_sum(scores, weights)
    first = int(np.argmax(totals))
    others = np.delete(totals, first)
    return names[first], float(totals[first] - others.max()) if others.size else 0.0


def first_under(scores: Array, weights: Array, names: Sequence[str], times: Mapping[int, float]) -> str:
    """Which option comes first if criteria's weights are multiplied: 0 leaves one out, 2 counts it twice; "" if none is left."""
    changed = weights * np.array([times.get(k, 1.0) for k in range(len(weights))])
    return first_if(scores, changed / changed.sum(), names)[0] if changed.sum() > 0 else ""


def alike_pairs(scores: Array, criteria: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of criteria that put the options in nearly the same order."""
    found, n = double_count(scores), len(criteria)
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    return [(criteria[i], criteria[j]) for i, j in pairs if np.isfinite(found[i, j]) and found[i, j] > ALIKE]


def counted_once(
    scores: Array, weights: Array, names: Sequence[str], criteria: Sequence[str], pairs: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """Which option comes first if each pair together carried no more than the greater of its two weights."""
    found = {}
    for pair in pairs:
        a, b = (criteria.index(c) for c in pair)
        both = weights[a] + weights[b]
        times = max(weights[a], weights[b]) / both if both > 0 else 1.0
        found[pair] = first_under(scores, weights, names, {a: times, b: times})
    return found


def hardly_told_apart(criteria: Sequence[Criterion], scores: Array) -> tuple[str, ...]:
    """Criteria on which every option scores nearly the same: a mean over everybody hides what happens to a few."""
    if len(scores) < 2:
        return ()
    near = [
        c.title.lower() for c, s in zip(criteria, scores.T, strict=True)
        if not c.is_judged and np.isfinite(s).all() and s.max() - s.min() < HARDLY
    ]  # fmt: skip
    if not near:
        return ()
    return (
        f"All options lie within a point of each other on {' and '.join(near)}: these figures are means over everybody, "
        "and an option that changes much for few people hardly moves them. The page on equality says who those people are.",
    )
