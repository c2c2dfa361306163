"""Networks for driving, walking and cycling from an OpenStreetMap extract, and travel times over them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.core.errors import ChesilError, InputRefused, Problem, some_of
from chesil.core.receipt import Receipt
from chesil.definitions import load_definition
from chesil.methods.road_rules import (
    MODES,
    NODE_TAGS,
    WAY_TAGS,
    Mode,
    RoadRules,
    ferry_seconds,
    is_closed,
    rules_from,
    way_speeds,
)
from chesil.methods.routing import Network, Placed, Roads, build_network, place_on, seconds_between
from chesil.place.travel import TravelTimes
from chesil.sources.openstreetmap import RoadExtract, read_roads

FURTHEST = 1_000.0
"""Metres: a place farther than this from any road of the mode is refused."""
LEAST_ISLAND = 200
"""Points: smaller parts cut off from the rest are taken for car parks and gated ends, and no place is put on them."""
Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ModeNetwork:
    """The network of one mode, with the rules and the receipt it rests on."""

    mode: Mode
    network: Network
    rules: RoadRules
    receipt: Receipt
    ferries: bool
    about: str


@dataclass(frozen=True)
class Island:
    """A part of a network from which the largest cannot be got to and back, and what is asked about on it."""

    points: int
    easting: float
    northing: float
    places: tuple[str, ...]

    def __str__(self) -> str:
        on_it = f"; on it: {some_of(self.places)}" if self.places else "; nothing asked about is on it"
        return f"an island of {self.points:,} points around {self.easting:.0f}, {self.northing:.0f}{on_it}"


@dataclass(frozen=True, eq=False)
class Routed:
    """Times with what a reader must know: how far each place was from a road, and the islands of the network."""

    times: TravelTimes
    origin_snap_m: Array
    destination_snap_m: Array
    islands: tuple[Island, ...]
    notes: tuple[str, ...]


def load_road_rules(record: Mapping[str, object] | None = None) -> RoadRules:
    """The rules of `definitions/road_speeds.toml`, or of a record of the same shape."""
    return rules_from(record if record is not None else load_definition("", "road_speeds"))


def read_extract(path: Path, box: tuple[float, float, float, float] | None = None) -> RoadExtract:
    """The roads of an OpenStreetMap file with the tags that the rules look at; see `sources.openstreetmap.read_roads`."""
    return read_roads(path, WAY_TAGS, NODE_TAGS, box=box)


def network_of(
    extract: RoadExtract, mode: str, *, rules: RoadRules | None = None, ferries: bool = False
) -> ModeNetwork:
    """The network of a mode; `ChesilError` if the extract has no way open to it."""
    if mode not in MODES:
        raise ChesilError(f"`{mode}` is not a way to travel by road", [], f"Use one of {', '.join(MODES)}")
    rules = rules or load_road_rules()
    forward, backward = way_speeds(extract.way_tags, mode, rules, ferries=ferries)
    closed = np.zeros(extract.x.size, dtype=bool)
    closed[[p for p, tags in extract.barriers.items() if is_closed(tags, mode, rules)]] = True
    roads = Roads(extract.x, extract.y, extract.point, extract.ends, forward, backward, closed)
    if ferries:
        roads = _with_sailings(roads, extract, rules)
    try:
        network = build_network(roads)
    except ChesilError as error:
        raise InputRefused(
            "The OpenStreetMap extract cannot be used",
            [Problem(f"it holds no way that is open to {mode}", extract.receipt.file)],
            "Name an extract that covers the place, or look at the tags in it",
        ) from error
    about = (
        f"routed {mode} times over OpenStreetMap ({extract.receipt.file}, sha256 {extract.receipt.sha256[:12]}), "
        f"speeds by kind of road assumed and lowered to the road's limit, ferries {'on' if ferries else 'off'}, "
        f"turn restrictions and traffic not modelled"
    )
    return ModeNetwork(mode, network, rules, extract.receipt, ferries, about)


def routed_times(
    graph: ModeNetwork, origins: pl.DataFrame, destinations: pl.DataFrame, *, furthest: float = FURTHEST
) -> TravelTimes:
    """Routed times between tables with code, easting and northing (metres); see `route` for what else is known."""
    return route(graph, origins, destinations, furthest=furthest).times


def route(
    graph: ModeNetwork,
    origins: pl.DataFrame,
    destinations: pl.DataFrame,
    *,
    furthest: float = FURTHEST,
    least_island: int = LEAST_ISLAND,
) -> Routed:
    """Least times with the walk between each place and the nearest road added at both ends.

    `InputRefused` names every place farther than `furthest` metres from a road of the mode: the extract does not cover
    it. A place on another island than its destination has no way, and the islands are named.
    """
    _refuse_unplaced([("origin", origins), ("destination", destinations)])
    here = _put(graph, origins, least_island)
    there = _put(graph, destinations, least_island)
    _refuse_far(graph, [("origin", origins, here), ("destination", destinations, there)], furthest)
    seconds = seconds_between(graph.network, here.point, there.point)
    walk = graph.rules.off_road_detour / (graph.rules.off_road_kmh / 3.6)
    seconds = seconds + walk * (here.metres[:, None] + there.metres[None, :])
    times = TravelTimes(
        graph.mode, "routed", tuple(origins["code"]), tuple(destinations["code"]), seconds, 0.0, graph.about
    )
    islands = _islands(graph.network, [(origins, here), (destinations, there)])
    return Routed(times, here.metres, there.metres, islands, _notes(graph.network, islands, seconds, least_island))


def covered(
    graph: ModeNetwork, places: pl.DataFrame, *, furthest: float = FURTHEST, least_island: int = LEAST_ISLAND
) -> pl.DataFrame:
    """Those places that lie within `furthest` metres of a road of the mode."""
    if places.is_empty():
        return places
    return places.filter(pl.Series(_put(graph, places, least_island).metres <= furthest))


def _put(graph: ModeNetwork, places: pl.DataFrame, least_island: int) -> Placed:
    return place_on(
        graph.network, places["easting"].to_numpy(), places["northing"].to_numpy(), least_island=least_island
    )


def _refuse_unplaced(ends: list[tuple[str, pl.DataFrame]]) -> None:
    unplaced = [
        Problem("it has no easting or northing", f"{kind} {code}")
        for kind, places in ends
        for code in places.filter(~(pl.col("easting") + pl.col("northing")).is_finite().fill_null(False))["code"]
    ]
    if unplaced:
        raise InputRefused("Ways cannot be found", unplaced, "Give these places coordinates, or leave them out")


def _refuse_far(graph: ModeNetwork, ends: list[tuple[str, pl.DataFrame, Placed]], furthest: float) -> None:
    problems = [
        Problem(
            f"the nearest road for {graph.mode} is {placed.metres[k]:,.0f} m away, beyond {furthest:,.0f} m",
            f"{kind} {places['code'][k]} at {places['easting'][k]:.0f}, {places['northing'][k]:.0f}",
        )
        for kind, places, placed in ends
        for k in np.flatnonzero(~(placed.metres <= furthest)).tolist()
    ]
    if problems:
        roads = graph.network.roads
        whole = sum(p.height for _, p, _ in ends)
        shown = problems[:20] + ([Problem(f"{len(problems) - 20} more places")] if len(problems) > 20 else [])
        raise InputRefused(
            f"The extract {graph.receipt.file} does not cover the place: {len(problems)} of {whole} places lie beyond its roads",
            shown,
            f"Its roads lie between eastings {roads.x.min():.0f} and {roads.x.max():.0f} and northings {roads.y.min():.0f} and "
            f"{roads.y.max():.0f}. Name a larger extract, put the coordinates right, or allow a greater distance",
        )


def _islands(network: Network, ends: list[tuple[pl.DataFrame, Placed]]) -> tuple[Island, ...]:
    """Islands beside the largest: those with a place on them, and any of a hundredth of the largest or more."""
    on: dict[int, list[str]] = {}
    for places, placed in ends:
        for code, point in zip(places["code"], placed.point, strict=True):
            on.setdefault(int(network.island[point]), []).append(code)
    large = {k for k in range(1, network.sizes.size) if network.sizes[k] * 100 >= network.sizes[0]}
    found = []
    for number in sorted(large | {k for k in on if k > 0}):
        at = network.island == number
        x, y = float(network.roads.x[at].mean()), float(network.roads.y[at].mean())
        found.append(Island(int(network.sizes[number]), x, y, tuple(sorted(set(on.get(number, []))))))
    return tuple(found)


def _notes(network: Network, islands: tuple[Island, ...], seconds: Array, least_island: int) -> tuple[str, ...]:
    notes = [f"The network has {island}." for island in islands]
    small = int((network.sizes[1:] < least_island).sum())
    if small:
        notes.append(
            f"{small:,} smaller parts of the network, cut off by gates, one-way ends or the extract's edge, "
            f"were passed over when places were put on roads."
        )
    none = int((~np.isfinite(seconds)).sum())
    if none:
        notes.append(f"{none:,} of {seconds.size:,} pairs have no way between them.")
    return tuple(notes)


def _with_sailings(roads: Roads, extract: RoadExtract, rules: RoadRules) -> Roads:
    """Ferries take their published duration and an assumed wait, whatever their length."""
    forward, backward = roads.forward.copy(), roads.backward.copy()
    for way, tags in enumerate(extract.way_tags):
        if tags.get("route") == "ferry":
            points = roads.point[roads.ends[way] : roads.ends[way + 1]]
            metres = float(np.hypot(np.diff(roads.x[points]), np.diff(roads.y[points])).sum())
            speed = metres / ferry_seconds(tags, metres, rules)
            forward[way] = speed if forward[way] > 0 else 0.0
            backward[way] = speed if backward[way] > 0 else 0.0
    return Roads(roads.x, roads.y, roads.point, roads.ends, forward, backward, roads.closed)
