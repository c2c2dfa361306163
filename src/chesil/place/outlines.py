"""Outlines: the rings of small areas, and the outline of any group of them by cancelling the borders they share."""

from collections.abc import Mapping

import polars as pl

Ring = list[tuple[int, int]]


def area_rings(boundaries: pl.DataFrame) -> dict[str, list[Ring]]:
    """Rings of each area from the pack's `area_boundaries`, corners in tens of metres; outer rings and holes alike."""
    rings: dict[str, list[Ring]] = {}
    for code, east, north in boundaries.select("lsoa11", "eastings", "northings").iter_rows():
        rings.setdefault(code, []).append(list(zip(east, north, strict=True)))
    return rings


def group_outlines(rings: Mapping[str, list[Ring]], group_of: Mapping[str, str]) -> dict[str, list[Ring]]:
    """The outline of each group of areas.

    Every border between two areas of one group is walked once in each direction, so the two cancel; what remains,
    joined end to end, is the outline with its holes.
    """
    edges: dict[str, set[tuple[tuple[int, int], tuple[int, int]]]] = {}
    for area, group in sorted(group_of.items()):
        mine = edges.setdefault(group, set())
        for ring in rings.get(area, []):
            for start, end in zip(ring, [*ring[1:], ring[0]], strict=True):
                if (end, start) in mine:
                    mine.remove((end, start))
                elif start != end:
                    mine.add((start, end))
    return {group: _joined(mine) for group, mine in edges.items()}


def _joined(edges: set[tuple[tuple[int, int], tuple[int, int]]]) -> list[Ring]:
    onward: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for start, end in sorted(edges):
        onward.setdefault(start, []).append(end)
    outlines = []
    while onward:
        first = min(onward)
        ring, at = [first], first
        while True:
            ends = onward[at]
            following = ends.pop()
            if not ends:
                del onward[at]
            if following == first or following not in onward:
                break
            ring.append(following)
            at = following
        if len(ring) > 2:
            outlines.append(ring)
    return outlines
