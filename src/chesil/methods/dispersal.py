"""Dispersal of a closing list: where its patients go, under room, in whole people, with a range."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chesil.methods.apportion import round_within

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class ChoiceModel:
    """How people choose among practices.

    A person of an area chooses practice j with probability
    `observed_weight` x (share of j among the area's people who are registered with the practices to choose from)
    + (1 - `observed_weight`) x (Huff's share: size^`size_power` x max(distance, `least`)^-`distance_power`).
    `spread` is the standard deviation of the natural logarithm of a practice's pull about that, from the back-test.
    """

    observed_weight: float = 1.0
    size_power: float = 1.0
    distance_power: float = 2.0
    least: float = 0.5
    spread: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.observed_weight <= 1:
            raise ValueError(f"observed_weight is {self.observed_weight}, not between 0 and 1")
        if self.least <= 0 or self.spread < 0:
            raise ValueError("least must be above 0, and spread not below it")


def huff_weights(size: Array, distance: Array, model: ChoiceModel) -> Array:
    """Huff's attraction of each practice for each area, (areas, practices); a blank distance attracts nobody.

    Huff (1964), Defining and Estimating a Trading Area, Journal of Marketing 28(3).
    """
    near = np.maximum(distance, model.least)
    return np.nan_to_num(size[None, :] ** model.size_power * near**-model.distance_power, nan=0.0, posinf=0.0)


def choice_shares(
    observed: Array, size: Array, distance: Array, model: ChoiceModel, can: NDArray[np.bool_] | None = None
) -> Array:
    """Each practice's share of the people of each area, (areas, practices); a row adds up to 1, or to 0 if nobody can.

    `observed` (areas, practices) are people registered now; `size` (practices,) lists; `distance` (areas, practices) in
    the unit of `model.least`. `can` (practices,) is false where nobody is taken. Where an area's people use none of the
    practices its shares are Huff's alone, and the other way about where no distance is known.
    """
    take = np.ones(size.size) if can is None else can.astype(np.float64)
    seen = _rows_to_one(observed if can is None or can.all() else observed * take)
    if model.observed_weight == 1.0:
        unseen = np.flatnonzero(seen.sum(axis=1) <= 0)
        if unseen.size:
            seen[unseen] = _rows_to_one(huff_weights(size, distance[unseen], model) * take)
        return seen
    huff = _rows_to_one(huff_weights(size, distance, model) * take)
    mixed = model.observed_weight * seen + (1 - model.observed_weight) * huff
    return _rows_to_one(np.where(mixed.sum(axis=1, keepdims=True) > 0, mixed, seen + huff))


def leaving_shares(
    people: Whole,
    observed: Array,
    size: Array,
    distance: Array,
    model: ChoiceModel,
    can: NDArray[np.bool_] | None = None,
) -> Array:
    """Shares of a closing practice's people by area, (areas, practices), none without: an area in which nobody can be
    chosen (no known area, or no neighbours) goes as the others do on the whole. All nought if nobody can be chosen."""
    shares = choice_shares(observed, size, distance, model, can)
    overall = people @ shares
    if overall.sum() > 0:
        shares[shares.sum(axis=1) <= 0] = overall / overall.sum()
    return shares


def pull_to_successor(shares: Array, successor: int, pull: float) -> Array:
    """Shares when a named successor holds on to `pull` (0 to 1) of the people, and the others choose as before."""
    if not 0 <= pull <= 1:
        raise ValueError(f"pull is {pull}, not between 0 and 1")
    pulled = shares * (1 - pull)
    pulled[:, successor] += pull
    return pulled


def place_within_room(people: Array, weights: Array, room: Array) -> tuple[Array, Array]:
    """People placed, (areas, practices), and left unplaced, (areas,), when practices have room for so many and no more.

    Each area offers its people in proportion to `weights` among practices that still have room; if the offers to a
    practice exceed its room, all offers to it are scaled to fit; the rest is offered again, until none is left or no
    room remains. With one area this is x = min(room, lambda x weight).
    """
    left, free = people.astype(np.float64), room.astype(np.float64)
    placed = np.zeros(weights.shape)
    for _ in range(4 * room.size + 40):
        open_ = weights * (free > 1e-9)
        total = open_.sum(axis=1)
        offers = open_ * np.divide(left, total, out=np.zeros_like(left), where=total > 0)[:, None]
        asked = offers.sum(axis=0)
        if asked.sum() <= 1e-9:
            break
        fit = np.minimum(1.0, np.divide(free, asked, out=np.ones_like(asked), where=asked > 0))
        taken = offers * fit
        placed += taken
        free = np.maximum(free - taken.sum(axis=0), 0.0)
        free[fit < 1] = 0.0
        left = np.maximum(left - taken.sum(axis=1), 0.0)
    return placed, left


def whole_people(people: Whole, placed: Array, room: Array | None = None) -> Whole:
    """Whole people by area and practice, (areas, practices + 1): the last column is unplaced; rows keep `people`.

    Rounded by largest remainders within each area; where that overfills a practice by a person or two, they move to the
    practice with the largest remaining room that their area uses, or are unplaced.
    """
    n, m = placed.shape
    rest = np.maximum(people - placed.sum(axis=1), 0.0)
    exact = np.column_stack([placed, rest])
    exact *= np.divide(people, exact.sum(axis=1), out=np.zeros(n), where=exact.sum(axis=1) > 0)[:, None]
    whole = _rounded_rows(exact, people)
    if room is None:
        return whole
    limits = np.floor(np.append(np.minimum(room, 1e12), 1e12)).astype(np.int64)
    for j in np.flatnonzero(whole.sum(axis=0) > limits):
        for _ in range(int(whole[:, j].sum() - limits[j])):
            i = int(np.argmax(whole[:, j] - exact[:, j] + (whole[:, j] > 0) * 10.0))
            spare = (limits - whole.sum(axis=0)) * (exact[i] > 0)
            spare[-1] = 0
            k = int(np.argmax(spare)) if spare.max() > 0 else m
            whole[i, j] -= 1
            whole[i, k] += 1
    return whole


def disperse(people: Whole, shares: Array, room: Array | None = None, further: Array | None = None) -> Whole:
    """The expected dispersal in whole people, (areas, practices + 1), the last column unplaced; nobody is lost.

    Those who find no room by `shares` look on by `further` weights, (areas, practices), if these are given.
    """
    if room is None:
        return _whole_cells(people, shares)
    placed, left = place_within_room(people.astype(np.float64), shares, room)
    if further is not None and left.sum() > 0:
        placed += place_within_room(left, further, room - placed.sum(axis=0))[0]
    return whole_people(people, placed, room)


def totals_by_pairs(
    people: Whole,
    pairs: tuple[Whole, Whole, Array],
    size: Array,
    model: ChoiceModel,
    can: NDArray[np.bool_],
    lonely: tuple[Whole, Array],
) -> Whole:
    """Whole people whom each practice receives, (practices,), by `leaving_shares` and `disperse` without room, from the
    pairs that anybody uses alone: in a city, areas and practices make far more cells than pairs.

    `people` (areas,); `pairs` their rows, columns and patients; `size` and `can` (practices,); `lonely` the rows of areas
    in which nobody uses another practice and their distances (rows, practices). For a model by neighbours' shares alone
    (`observed_weight` 1). All nought if nobody can be chosen.
    """
    open_ = can[pairs[1]]
    row, column, patients = pairs[0][open_], pairs[1][open_], pairs[2][open_]
    total = np.bincount(row, weights=patients, minlength=people.size).astype(np.float64)
    share = patients * np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)[row]
    unseen = np.flatnonzero(total <= 0)
    rest = np.zeros((unseen.size, size.size))
    at = np.searchsorted(unseen, lonely[0])
    rest[at] = _rows_to_one(huff_weights(size, lonely[1], model) * can)
    overall = np.bincount(column, weights=people[row] * share, minlength=size.size) + people[unseen] @ rest
    if overall.sum() > 0:
        rest[rest.sum(axis=1) <= 0] = overall / overall.sum()
    more, to = np.nonzero(rest)
    rows, columns = np.concatenate([row, unseen[more]]), np.concatenate([column, to])
    shares = np.concatenate([share, rest[more, to]])
    order = np.lexsort((columns, rows))
    rows, columns = rows[order], columns[order]
    whole = round_within(people[rows] * shares[order], rows)
    return np.bincount(columns, weights=whole, minlength=size.size).astype(np.int64)


def totals_by_share(people: Whole, area: Whole, practice: Whole, patients: Whole) -> tuple[Whole, Whole, int]:
    """The practices that receive people by neighbours' shares alone, how many whole people each, and how many find none.

    `people` (areas,); then one entry a pair: `area` (its position, in order), `practice` (its number), `patients` of it
    there. Areas without a pair go as the others do on the whole. Quick enough to close every practice of England in turn.
    """
    total = np.bincount(area, weights=patients, minlength=people.size)
    whole = round_within(people[area] * patients / total[area], area)
    codes, column = np.unique(practice, return_inverse=True)
    received = np.bincount(column, weights=whole, minlength=codes.size).astype(np.int64)
    rest = int(people[total <= 0].sum())
    if not received.sum():
        return codes, received, rest
    return codes, received + round_within(received * (rest / received.sum()), np.zeros(codes.size, np.int64)), 0


def simulate_dispersals(
    people: Whole,
    shares: Array,
    rng: np.random.Generator,
    *,
    runs: int = 1000,
    spread: float = 0.0,
    room: Array | None = None,
    blocks: Sequence[tuple[int, int]] = (),
) -> Whole:
    """People whom each practice receives in each run, (runs, practices + 1), the last column unplaced.

    In a run each practice's pull is multiplied by exp(`spread` x a standard normal), one for all areas, since what
    draws people (a welcome, a rumour, a closed door) is the practice's own; then each area's people choose, one by one.
    `blocks` are (area, how many) of its people who move together, such as a care home's. Every run adds up to the same
    people. With `room`, the run's expected numbers are placed within it and rounded.
    """
    reached = np.flatnonzero((shares > 0).any(axis=0))  # most practices draw nobody: leave them out of every run
    if reached.size < shares.shape[1]:
        own_room = None if room is None else room[reached]
        runs_of_reached = simulate_dispersals(
            people, shares[:, reached], rng, runs=runs, spread=spread, room=own_room, blocks=blocks
        )
        everybody = np.zeros((runs, shares.shape[1] + 1), dtype=np.int64)
        everybody[:, np.append(reached, shares.shape[1])] = runs_of_reached
        return everybody
    m = shares.shape[1]
    alone = people.copy()
    for area, size in blocks:
        alone[area] -= size
    if (alone < 0).any():
        raise ValueError("blocks hold more people than their area")
    pulls = np.exp(spread * rng.standard_normal((runs, m)))
    found = np.zeros((runs, m + 1), dtype=np.int64)
    for run in range(runs):
        weights = shares * pulls[run]
        total = weights.sum(axis=1)
        chance = np.divide(weights, total[:, None], out=np.zeros_like(weights), where=total[:, None] > 0)
        if room is not None:
            placed, left = place_within_room(people.astype(np.float64), chance, room)
            exact = np.append(placed.sum(axis=0), left.sum())
            found[run] = _within(round_within(exact, np.zeros(m + 1, np.int64)), room)
            continue
        nobody = np.where(total > 0, 0.0, 1.0)
        found[run] = rng.multinomial(alone, np.column_stack([chance, nobody])).sum(axis=0)
        for area, size in blocks:
            found[run] += size * rng.multinomial(1, np.append(chance[area], nobody[area]))
    return found


def ranges(runs: Whole, level: float = 0.95) -> tuple[Array, Array]:
    """Lower and upper limits of each column over the runs."""
    tail = (1 - level) / 2
    low, high = np.quantile(runs, [tail, 1 - tail], axis=0)
    return low, high


def split_by_share(counts: Whole, received: Whole) -> Whole:
    """Counts in rows shared out in proportion to `received`, (rows, receivers): both margins kept.

    Rows keep `counts`; columns keep `received` (scaled by largest remainders where the totals differ). Row by row, each
    in proportion to what its columns still lack, so no cell can fall below nought.
    """
    total = int(counts.sum())
    lacking = received.astype(np.float64) * (total / received.sum()) if received.sum() else received.astype(float)
    lacking = round_within(lacking, np.zeros(received.size, np.int64)).astype(np.float64)
    split = np.zeros((counts.size, received.size), dtype=np.int64)
    group = np.zeros(received.size, np.int64)
    for row, count in enumerate(counts):
        if lacking.sum() > 0:
            split[row] = round_within(count * lacking / lacking.sum(), group)
            lacking -= split[row]
    return split


def _whole_cells(people: Whole, shares: Array) -> Whole:
    """As `whole_people`, from shares without room, touching only the pairs that anybody goes to."""
    row, column = np.nonzero(shares)
    whole = np.zeros((shares.shape[0], shares.shape[1] + 1), dtype=np.int64)
    if row.size:
        whole[row, column] = round_within(people[row] * shares[row, column], row)
    whole[:, -1] = people - np.bincount(row, weights=whole[row, column], minlength=people.size).astype(np.int64)
    return whole


def _rounded_rows(exact: Array, people: Whole) -> Whole:
    """Each row in whole numbers that add up to `people`, by largest remainders, ties to the earlier column."""
    whole = np.floor(exact + 1e-9).astype(np.int64)
    short = people - whole.sum(axis=1)
    part = exact - whole
    row, column = np.nonzero((part > 1e-12) & (short > 0)[:, None])
    order = np.lexsort((column, -part[row, column], row))
    row, column = row[order], column[order]
    place = np.arange(row.size) - np.searchsorted(row, np.arange(people.size))[row]
    up = place < short[row]
    whole[row[up], column[up]] += 1
    return whole


def _rows_to_one(values: Array) -> Array:
    total = values.sum(axis=1)
    return values * np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)[:, None]


def _within(found: Whole, room: Array) -> Whole:
    """Rounded totals with the person by whom rounding overfills a practice moved to the unplaced."""
    over = np.maximum(found[:-1] - np.floor(np.minimum(room, 1e12)).astype(np.int64), 0)
    return np.append(found[:-1] - over, found[-1] + over.sum())
