"""Disclosure: which counts must be withheld beside small ones, so that sums and differences give none of them back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, hstack

from chesil.core.figure import Figure, figure_id

MOVED = 0.99
"""A count of people that can be one more or one less is not told."""


@dataclass(frozen=True)
class Sum:
    """Parts that add up to a whole, by the ids of figures. A `whole` of "" is a total that a reader may know from elsewhere."""

    whole: str
    parts: tuple[str, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        return (self.whole, *self.parts) if self.whole else self.parts


@dataclass(frozen=True)
class SmallNumberRule:
    """Counts from `low` to `high` are withheld, and others with them where they would give one away."""

    low: int = 1
    high: int = 4

    def hides(self, count: float | None) -> bool:
        """True if a count is too small to print."""
        return count is not None and self.low <= count <= self.high

    @property
    def words(self) -> str:
        """Said of a small count and of one hidden beside it alike: if they were told apart, the small one would be known."""
        return f"fewer than {self.high + 1}, or would give such a number away: not shown"


def sums_among(
    figures: Mapping[str, Figure], groups: Iterable[tuple[str, Sequence[str]]], part_of: Mapping[str, str]
) -> list[Sum]:
    """Every sum that a reader could do with some figures (by id), each once, in order.

    `groups` are wholes and the units that make each up, `part_of` measures and the measure whose figure they make up
    together. Parts of one unit ("U1:age:65 to 74") are taken to add up to something that is known.
    """
    groups = list(groups)
    found = [
        Sum(whole if whole in figures else "", parts)
        for whole, parts in (
            *_by_group(figures, groups),
            *_by_suffix(figures),
            *_by_measure(figures, part_of),
        )
        if parts
    ]
    return sorted(set(found), key=lambda s: (s.whole, s.parts))


def beside(
    counts: Mapping[str, tuple[float, ...]],
    small: set[str],
    sums: Sequence[Sum],
    rule: SmallNumberRule,
    known: frozenset[str] = frozenset(),
) -> set[str]:
    """The ids to withhold beside the small ones, so that no sum, and no combination of sums, gives a hidden one back.

    `counts` are each figure's numerator and denominator, where it has a value. In each sum the hidden parts must be
    several and add up to more than the rule hides; then no small count may follow from all sums together. `known` are ids
    that a reader has from elsewhere, such as an earlier version: hiding them hides nothing. The next smallest count is
    taken each time. As for primary and secondary cells in Willenborg and de Waal, Elements of Statistical Disclosure
    Control (Springer, 2001), chapter 6.
    """
    return {i for part in _connected(small, sums) for i in _beside_in(part, counts, small, rule, known)}


def _beside_in(
    sums: list[Sum],
    counts: Mapping[str, tuple[float, ...]],
    small: set[str],
    rule: SmallNumberRule,
    known: frozenset[str],
) -> set[str]:
    """The same for sums that hang together."""
    left, found = list(sums), set[str]()

    def hide_beside(given_away: Iterable[Sum]) -> bool:
        hidden = small | found
        free = [c for s in given_away for c in _free(s.cells, counts, hidden, known)]
        if free:
            found.add(min(free, key=lambda i: (_new_gaps(i, sums, hidden), _size(counts[i]), i)))
        return bool(free)

    while True:
        wrong = next((s for s in left if _gives_away(s, counts, small | found, rule)), None)
        if wrong is not None:
            if not hide_beside([wrong]):
                left.remove(wrong)  # all that could be hidden is: what is left was known before
            continue
        alone = sorted(_pinned(small | found, small, sums, counts, rule))
        near = [c for c in alone if hide_beside(s for s in sums if c in s.cells)]
        if not near and not (alone and hide_beside(s for s in sums if (small | found).intersection(s.cells))):
            return found


def _by_group(
    figures: Mapping[str, Figure], groups: Sequence[tuple[str, Sequence[str]]]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Units that make up a whole, for every measure and for every part of a unit that both have."""
    kinds: dict[tuple[str, str, str, str], dict[str, str]] = {}
    for i, f in figures.items():
        unit, _, suffix = _unit_and_suffix(f.unit_code)
        kinds.setdefault((f.measure, f.vintage, f.scenario, suffix), {})[unit] = i
    for (measure, vintage, scenario, suffix), ids in kinds.items():
        for whole, units in groups:
            if parts := tuple(ids[u] for u in units if u in ids):
                yield figure_id(measure, f"{whole}{suffix}", vintage, scenario), parts


def _by_suffix(figures: Mapping[str, Figure]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Parts of one unit: those whose codes differ after the last colon alone."""
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for i, f in figures.items():
        unit, _, suffix = _unit_and_suffix(f.unit_code)
        if suffix:
            stem = f"{unit}{suffix.rpartition(':')[0]}"
            found.setdefault((f.measure, stem, f.vintage, f.scenario), []).append(i)
    yield from (("", tuple(sorted(ids))) for ids in found.values() if len(ids) > 1)


def _by_measure(figures: Mapping[str, Figure], part_of: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Measures of one unit that make up another measure."""
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for i, f in figures.items():
        if f.measure in part_of:
            found.setdefault((part_of[f.measure], f.unit_code, f.vintage, f.scenario), []).append(i)
    yield from ((figure_id(*whole), tuple(sorted(ids))) for whole, ids in found.items())


def _unit_and_suffix(unit_code: str) -> tuple[str, str, str]:
    """A code as the unit itself and what part of it is meant; a group that a study draws has two colons of its own."""
    if unit_code.startswith("study:"):
        kind, _, rest = unit_code.removeprefix("study:").partition(":")
        name, colon, part = rest.partition(":")
        return f"study:{kind}:{name}", colon, f"{colon}{part}"
    unit, colon, part = unit_code.partition(":")
    return unit, colon, f"{colon}{part}"


def _connected(small: set[str], sums: Sequence[Sum]) -> list[list[Sum]]:
    """The sums that reach a small count in any number of steps, in lots that share no cell."""
    of_cell: dict[str, list[int]] = {}
    for k, s in enumerate(sums):
        for cell in s.cells:
            of_cell.setdefault(cell, []).append(k)
    done: set[int] = set()
    lots = []
    for start in sorted(small):
        lot, waiting = set[int](), [k for k in of_cell.get(start, []) if k not in done]
        while waiting:
            k = waiting.pop()
            if k not in lot:
                lot.add(k)
                waiting += [other for cell in sums[k].cells for other in of_cell[cell] if other not in lot]
        done |= lot
        lots += [[sums[k] for k in sorted(lot)]] if lot else []
    return lots


def _gives_away(a_sum: Sum, counts: Mapping[str, tuple[float, ...]], hidden: set[str], rule: SmallNumberRule) -> bool:
    """Whether a sum whose whole is shown leaves hidden parts that are one alone, or that together are a small number."""
    gone = [p for p in a_sum.parts if p in hidden]
    if not gone or a_sum.whole in hidden:
        return False
    if len(gone) == 1:
        return True
    places = range(min((len(counts[p]) for p in gone if p in counts), default=0))
    return any(
        any(rule.hides(counts[p][k]) for p in gone if p in counts)
        and all(p in counts for p in gone)
        and sum(counts[p][k] for p in gone) <= rule.high
        for k in places
    )


def _free(
    cells: Iterable[str], counts: Mapping[str, tuple[float, ...]], hidden: set[str], known: frozenset[str]
) -> list[str]:
    return [c for c in cells if c in counts and c not in hidden and c not in known and _size(counts[c]) > 0]


def _new_gaps(cell: str, sums: Sequence[Sum], hidden: set[str]) -> int:
    """How many sums would have a hidden cell only because of this one: each of those needs another hidden."""
    return sum(cell in s.cells and not hidden.intersection(s.cells) for s in sums)


def _size(parts: tuple[float, ...]) -> float:
    return parts[0] if parts else 0.0


def _pinned(
    hidden: set[str],
    small: set[str],
    sums: Sequence[Sum],
    counts: Mapping[str, tuple[float, ...]],
    rule: SmallNumberRule,
) -> set[str]:
    """Small hidden ids whose count a reader can tell: no other counts that are one more or one less fit all sums.

    A reader knows that what is hidden is at least the least that the rule hides. Each linear programme looks for other
    counts that fit and move as many of the small ones as can be; what none of them moves is pinned.
    """
    names = sorted({c for s in sums for c in s.cells if c in hidden})
    at = {n: k for k, n in enumerate(names)}
    found: set[str] = set()
    for place in (0, 1):
        true = {n: counts[n][place] if n in counts and len(counts[n]) > place else np.nan for n in names}
        left = [n for n in names if n in small and not true[n] < rule.low and not true[n] > rule.high]
        rows = [r for s in sums if (r := _row(s, at, true, counts, place)) is not None]
        found |= _not_moved(left, names, true, rows, rule) if left and rows else set()
    return found


def _row(
    a_sum: Sum, at: Mapping[str, int], true: Mapping[str, float], counts: Mapping[str, tuple[float, ...]], place: int
) -> tuple[dict[int, float], float] | None:
    """What a sum says of hidden cells: their signs by column, and what they come to; None where a reader cannot know it."""
    signs = {at[p]: 1.0 for p in a_sum.parts if p in at}
    if a_sum.whole in at:
        signs[at[a_sum.whole]] = -1.0
    if not signs:
        return None
    comes_to = sum(true[c] * (-1.0 if c == a_sum.whole else 1.0) for c in a_sum.cells if c in at)
    if np.isnan(comes_to):  # an earlier version hid one of them: the sum is known from what it showed
        shown = [counts[c][place] for c in a_sum.cells if c not in at and c in counts and len(counts[c]) > place]
        if len(shown) < sum(c not in at for c in a_sum.cells) or not a_sum.whole:
            return None
        whole = 0.0 if a_sum.whole in at else shown[0]
        comes_to = whole - sum(shown[1:] if a_sum.whole not in at else shown)
    return signs, comes_to


def _not_moved(
    left: list[str],
    names: list[str],
    true: Mapping[str, float],
    rows: list[tuple[dict[int, float], float]],
    rule: SmallNumberRule,
) -> set[str]:
    """Of some hidden ids, those that keep their count in every solution that the programmes find."""
    matrix = csr_array(
        (
            [v for signs, _ in rows for v in signs.values()],
            (
                [k for k, (signs, _) in enumerate(rows) for _ in signs],
                [column for signs, _ in rows for column in signs],
            ),
        ),
        shape=(len(rows), len(names)),
    )
    totals = np.array([comes_to for _, comes_to in rows])
    least = np.array([rule.low if np.isnan(true[n]) else min(float(rule.low), true[n]) for n in names])
    at = {n: k for k, n in enumerate(names)}
    waiting = list(left)
    for sign in (1.0, -1.0, 1.0, -1.0):
        if not waiting:
            break
        moves = len(waiting)
        where = csr_array(
            (np.full(moves, -sign), (np.arange(moves), [at[n] for n in waiting])), shape=(moves, len(names))
        )
        known = np.array([0.0 if np.isnan(true[n]) else true[n] for n in waiting])
        result = linprog(
            np.concatenate([np.zeros(len(names)), -np.ones(moves)]),
            A_ub=hstack([where, eye_array(moves)]),
            b_ub=-sign * known,
            A_eq=hstack([matrix, csr_array((len(rows), moves))]),
            b_eq=totals,
            bounds=[*((low, None) for low in least), *((0.0, 1.0) for _ in waiting)],
            method="highs",
        )
        if not result.success:
            break
        waiting = [n for n, moved in zip(waiting, result.x[len(names) :], strict=True) if moved < MOVED]
    return set(waiting)
