"""Public transport: earliest arrivals over a timetable for every departure in a window, by profile connection scan.

Dibbelt, Pajor, Strasser and Wagner, 2018, Connection Scan Algorithm, ACM Journal of Experimental Algorithmics 23:1.7.
Connections are scanned once, last departure first; each keeps the earliest arrival at every destination for somebody
who boards it, and each stop's departures the earliest for somebody who waits there. Times are seconds after midnight.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chesil.core.errors import ChesilError

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Connections:
    """A vehicle's rides from one stop to its next, in order of departure, a trip's own in the order of its calls.

    All (rides,): `trip` and stops are positions from 0; `board` whether people may get on at `start`, `alight` off at `end`.
    """

    trip: Index
    start: Index
    end: Index
    departs: Index
    arrives: Index
    board: Flags
    alight: Flags
    stops: int


@dataclass(frozen=True, eq=False)
class Walks:
    """Walks in pairs: from positions `start` to positions `end` in `seconds` (all (pairs,))."""

    start: Index
    end: Index
    seconds: Array


@dataclass(frozen=True, eq=False)
class Window:
    """Seconds of journeys (origins, destinations) over the departures of a window: median, least and greatest.

    A journey counts from its departure minute to arrival, waits included; where walking all the way is quicker, people
    walk. Infinite where at that departure nothing arrives.
    """

    median: Array
    least: Array
    greatest: Array


def connections_of(
    trip: ArrayLike,
    stop: ArrayLike,
    arrives: ArrayLike,
    departs: ArrayLike,
    stops: int,
    *,
    board: ArrayLike | None = None,
    alight: ArrayLike | None = None,
) -> Connections:
    """Connections from the calls of trips, each trip's calls together and in order; times in whole seconds.

    `ChesilError` if a trip goes back in time or its calls are not together.
    """
    t, s = np.asarray(trip, dtype=np.int64), np.asarray(stop, dtype=np.int64)
    come, go = np.asarray(arrives, dtype=np.int64), np.asarray(departs, dtype=np.int64)
    on = np.ones(t.size, dtype=bool) if board is None else np.asarray(board, dtype=bool)
    off = np.ones(t.size, dtype=bool) if alight is None else np.asarray(alight, dtype=bool)
    if np.unique(t).size != (np.count_nonzero(np.diff(t)) + 1 if t.size else 0):
        raise ChesilError("the calls of a trip must stand together")
    same = t[1:] == t[:-1]
    back = (same & (come[1:] < go[:-1])) | (go < come)[1:]
    if back.any() or (t.size and go[0] < come[0]):
        raise ChesilError(f"trip {t[1:][back][0] if back.any() else t[0]} goes back in time")
    at = np.flatnonzero(same)
    order = at[np.lexsort((at, go[at]))]
    return Connections(t[order], s[order], s[order + 1], go[order], come[order + 1], on[order], off[order + 1], stops)


@dataclass(frozen=True, eq=False)
class Profile:
    """Earliest arrival (departures + 1, destinations) for somebody who waits at a stop's departure; the last row never arrives.

    `key` (departures,) sorts departures by stop and then time; see `_first_departure`.
    """

    arrival: NDArray[np.float32]
    key: Index
    span: int


def scan_profile(
    rides: Connections, changes: Walks, egress: ArrayLike, *, change_seconds: int = 60, latest: float = np.inf
) -> Profile:
    """Scan the connections; `egress` (stops, destinations) is seconds on foot, infinite where it is too far.

    `changes` are walks between different stops; changing at one stop takes `change_seconds` (1 or more). Connections that
    arrive after `latest` are left out. Boarding the first vehicle takes no change.
    """
    if change_seconds < 1:
        raise ChesilError("changing vehicles takes at least a second")
    out = np.asarray(egress, dtype=np.float32)
    n, m = rides.trip.size, out.shape[1]
    span = int(rides.arrives.max(initial=0)) + 1
    boarding = np.flatnonzero(rides.board & (rides.arrives <= latest))
    by_stop = boarding[np.lexsort((boarding, rides.departs[boarding], rides.start[boarding]))]
    key = rides.start[by_stop] * span + rides.departs[by_stop]
    events = by_stop.size
    event_of = np.full(n, -1, dtype=np.int64)
    event_of[by_stop] = np.arange(events)
    follows = np.append(rides.start[by_stop][1:] == rides.start[by_stop][:-1], False) if events else np.zeros(0, bool)
    first, target = _boardings_after(rides, changes, change_seconds, key, span)
    arrival = np.full((events + 1, m), np.inf, dtype=np.float32)
    aboard = np.full((int(rides.trip.max(initial=-1)) + 1, m), np.inf, dtype=np.float32)
    usable = rides.arrives <= latest
    for c in range(n - 1, -1, -1):
        if not usable[c]:
            continue
        best = aboard[rides.trip[c]]
        if rides.alight[c]:
            np.minimum(best, rides.arrives[c] + out[rides.end[c]], out=best)
            if first[c + 1] > first[c]:
                np.minimum(best, arrival[target[first[c] : first[c + 1]]].min(axis=0), out=best)
        e = event_of[c]
        if e >= 0:
            np.minimum(best, arrival[e + 1], out=arrival[e]) if follows[e] else np.copyto(arrival[e], best)
    return Profile(arrival, key, span)


def _boardings_after(
    rides: Connections, changes: Walks, change_seconds: int, key: Index, span: int
) -> tuple[Index, Index]:
    """For each connection the departures that can be caught after it, one a stop in reach: where they begin, and which."""
    own = np.arange(rides.stops)
    start = np.concatenate([own, changes.start])
    order = np.argsort(start, kind="stable")
    start, end = start[order], np.concatenate([own, changes.end])[order]
    seconds = np.concatenate([np.full(rides.stops, change_seconds), np.rint(changes.seconds).astype(np.int64)])[order]
    begins = np.searchsorted(start, np.arange(rides.stops + 1))
    count = np.where(rides.alight, np.diff(begins)[rides.end], 0)
    of = np.repeat(np.arange(count.size), count)
    walk = np.arange(of.size) - np.repeat(np.cumsum(count) - count, count) + np.repeat(begins[rides.end], count)
    target = _first_departure(key, span, end[walk], rides.arrives[of] + np.maximum(seconds[walk], 1))
    caught = target < key.size
    first = np.concatenate([[0], np.cumsum(np.bincount(of[caught], minlength=count.size))])
    return first.astype(np.int64), target[caught]


def _first_departure(key: Index, span: int, stop: Index, when: Index) -> Index:
    """The first departure from each stop at or after a time; the number of departures where there is none."""
    late = when >= span
    found = np.searchsorted(key, stop * span + np.where(late, 0, when))
    none = late | (found >= key.size)
    found = np.where(none, 0, found)
    none |= key[found] // span != stop if key.size else True
    return np.where(none, key.size, found)


def journeys_in_window(
    profile: Profile,
    access: Walks,
    on_foot: ArrayLike,
    departures: ArrayLike,
) -> Window:
    """Journey seconds over a window of departure times (such as each minute from 07:00 to 09:59).

    `access` are walks from origins to stops; `on_foot` (origins, destinations) seconds of walking all the way, infinite
    where it is too far.
    """
    walk = np.asarray(on_foot, dtype=np.float64)
    times = np.asarray(departures, dtype=np.int64)
    shape = walk.shape
    median, least, greatest = np.full(shape, np.inf), np.full(shape, np.inf), np.full(shape, np.inf)
    order = np.argsort(access.start, kind="stable")
    begins = np.searchsorted(access.start[order], np.arange(shape[0] + 1))
    for i in range(shape[0]):
        near = order[begins[i] : begins[i + 1]]
        taken = np.broadcast_to(walk[i], (times.size, shape[1]))
        if near.size:
            ready = times[:, None] + np.rint(access.seconds[near]).astype(np.int64)[None, :]
            event = _first_departure(profile.key, profile.span, np.broadcast_to(access.end[near], ready.shape), ready)
            arrival = np.full((times.size, shape[1]), np.inf)
            for stop in range(near.size):
                np.minimum(arrival, profile.arrival[event[:, stop]], out=arrival)
            taken = np.minimum(taken, arrival - times[:, None])
        least[i], greatest[i], median[i] = taken.min(axis=0), taken.max(axis=0), _median(taken)
    return Window(median, least, greatest)


def _median(taken: Array) -> Array:
    """The median down each column; infinite where that half of the departures arrives nowhere."""
    ranked = np.sort(taken, axis=0)
    middle = ranked.shape[0] // 2
    return ranked[middle] if ranked.shape[0] % 2 else (ranked[middle - 1] + ranked[middle]) / 2
