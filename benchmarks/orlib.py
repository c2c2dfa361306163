"""Readers of the OR-Library's location instances, and a generator of p-median look-alikes by its documented procedure."""

import os
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra


def folder() -> Path | None:
    """The folder of instances that CHESIL_ANCHORS names, or None."""
    named = os.environ.get("CHESIL_ANCHORS", "")
    found = Path(named) / "orlib"
    return found if named and found.is_dir() else None


def read_pmed(path: Path) -> tuple[np.ndarray, int]:
    """Shortest paths between all vertices, and p. An edge listed twice counts at its last cost."""
    numbers = np.array(path.read_text().split(), dtype=np.int64)
    n, m, p = numbers[:3]
    edges = numbers[3 : 3 + 3 * m].reshape(m, 3)
    cost: dict[tuple[int, int], int] = {}
    for i, j, c in edges:
        cost[min(i, j) - 1, max(i, j) - 1] = int(c)
    return _shortest(int(n), cost), int(p)


def look_alike(n: int, p: int, seed: int) -> tuple[np.ndarray, int]:
    """A random connected graph of n vertices, about n^2/50 edges and costs 1 to 100, as Beasley (1985) made his."""
    rng = np.random.default_rng(seed)
    cost: dict[tuple[int, int], int] = {}
    while len(cost) < n * n // 50:
        i, j = sorted(rng.integers(0, n, 2))
        if i != j:
            cost[int(i), int(j)] = int(rng.integers(1, 101))
    pairs = np.array(list(cost))
    parts, label = connected_components(csr_matrix((np.ones(len(cost)), pairs.T), shape=(n, n)), directed=False)
    for k in range(1, parts):
        cost[int(np.flatnonzero(label == 0)[0]), int(np.flatnonzero(label == k)[0])] = int(rng.integers(1, 101))
    return _shortest(n, cost), p


def _shortest(n: int, cost: dict[tuple[int, int], int]) -> np.ndarray:
    pairs = np.array(list(cost))
    graph = csr_matrix((np.array(list(cost.values()), dtype=float), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    return dijkstra(graph, directed=False)


def read_pmedcap(path: Path) -> tuple[np.ndarray, int, np.ndarray, np.ndarray]:
    """Distances (whole part of Euclid's), p, capacities and demands."""
    numbers = np.array(path.read_text().split(), dtype=float)
    n, p, capacity = int(numbers[2]), int(numbers[3]), numbers[4]
    rows = numbers[5 : 5 + 4 * n].reshape(n, 4)
    apart = np.hypot(rows[:, None, 1] - rows[None, :, 1], rows[:, None, 2] - rows[None, :, 2])
    return np.floor(apart), p, np.full(n, capacity), rows[:, 3]


def read_holmberg(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Costs (customers, facilities) of a whole demand, fixed costs, capacities and demands."""
    numbers = np.array(path.read_text().split(), dtype=float)
    i, j = int(numbers[0]), int(numbers[1])
    capacities, fixed, demands = numbers[2 : 2 + i], numbers[2 + i : 2 + 2 * i], numbers[2 + 2 * i : 2 + 2 * i + j]
    return numbers[2 + 2 * i + j :].reshape(j, i), fixed, capacities, demands


def capacitated_look_alike(n: int, p: int, seed: int) -> tuple[np.ndarray, int, np.ndarray, np.ndarray]:
    """Points on a square of 100, demands 1 to 20, capacity 120: as Osman and Christofides (1994) made theirs."""
    rng = np.random.default_rng(seed)
    points, demands = rng.integers(1, 101, (n, 2)), rng.integers(1, 21, n).astype(float)
    apart = np.hypot(points[:, None, 0] - points[None, :, 0], points[:, None, 1] - points[None, :, 1])
    return np.floor(apart), p, np.full(n, 120.0), demands


def single_source_look_alike(
    sites: int, customers: int, ratio: float, seed: int, *, by_demand: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """In the manner of Holmberg, Ronnqvist and Yuan (1999): points in a square, demands 10 to 50, fixed costs 300 to 700.

    Capacities vary by three and hold `ratio` times all demand; a customer's cost is its distance, times its demand if asked.
    """
    rng = np.random.default_rng(seed)
    at, of = rng.uniform(10, 200, (sites, 2)), rng.uniform(10, 200, (customers, 2))
    demands = rng.integers(10, 51, customers).astype(float)
    sizes = rng.uniform(0.5, 1.5, sites)
    capacities = np.floor(sizes * ratio * demands.sum() / sizes.sum())
    opening = rng.integers(300, 701, sites).astype(float)
    apart = np.hypot(of[:, None, 0] - at[None, :, 0], of[:, None, 1] - at[None, :, 1])
    return np.floor(apart * (demands[:, None] / 10 if by_demand else 4.0)), opening, capacities, demands
