"""Published optima met again: small cases of our own by full enumeration, and the OR-Library where its files are at hand."""

import csv
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from chesil.methods.location.capacitated import capacitated_location
from chesil.methods.location.covering import maximal_covering
from chesil.methods.location.p_centre import p_centre
from chesil.methods.location.p_median import p_median

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "published" / "location"
spec = importlib.util.spec_from_file_location("orlib", ROOT / "benchmarks" / "orlib.py")
assert spec is not None and spec.loader is not None
orlib = importlib.util.module_from_spec(spec)
spec.loader.exec_module(orlib)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def library() -> Path:
    folder = orlib.folder()
    if folder is None:
        pytest.skip("needs the OR-Library's files: CHESIL_ANCHORS=DIR, with DIR/orlib/pmed, pmedcap and holmberg")
    return folder


@pytest.mark.parametrize("row", rows(CASES / "optima.csv"), ids=lambda r: f"p={r['p']}")
def test_location_optima_of_anchors_section_15(row: dict[str, str]) -> None:
    demand, sites = rows(CASES / "demand.csv"), rows(CASES / "sites.csv")
    apart = np.array(
        [[np.hypot(float(d["x"]) - float(s["x"]), float(d["y"]) - float(s["y"])) for s in sites] for d in demand]
    )
    people = np.array([float(d["pop"]) for d in demand])
    names = np.array([s["id"] for s in sites])
    p = int(row["p"])
    median = p_median(apart * people[:, None], p)
    assert median.objective == pytest.approx(float(row["pmedian_cost"]), rel=1e-9)
    assert " ".join(names[list(median.opened)]) == row["pmedian_sites"]
    assert p_centre(apart, p).objective == pytest.approx(float(row["pcenter_radius"]), rel=1e-9)
    covered = maximal_covering(apart <= 5, people, p)
    assert covered.objective == float(row["mclp_covered_pop_r5"])
    if row["mclp_sites_if_unique"]:
        assert " ".join(names[list(covered.opened)]) == row["mclp_sites_if_unique"]


def test_p_median_and_p_centre_of_the_library(library: Path) -> None:
    for row in rows(library / "pmed" / "optima.csv"):
        apart, p = orlib.read_pmed(library / "pmed" / f"{row['instance']}.txt")
        median = p_median(apart, p)
        assert median.is_proved and median.objective == float(row["pmedian_opt"]), row["instance"]
        centre = p_centre(apart, p)
        assert centre.is_proved and centre.objective == float(row["pcenter_opt"]), row["instance"]


def test_capacitated_p_median_of_the_library(library: Path) -> None:
    for row in rows(library / "pmedcap" / "optima.csv"):
        apart, p, capacities, demands = orlib.read_pmedcap(library / "pmedcap" / f"{row['instance']}.txt")
        plan = capacitated_location(apart, demands, capacities, p=p)
        assert plan.is_proved and plan.objective == float(row["best_known"]), row["instance"]


def test_single_source_location_of_the_library(library: Path) -> None:
    for row in rows(library / "holmberg" / "optima.csv"):
        costs, opening, capacities, demands = orlib.read_holmberg(library / "holmberg" / row["instance"])
        plan = capacitated_location(costs, demands, capacities, opening=opening)
        assert plan.is_proved and plan.objective == float(row["optimum"]), row["instance"]


@pytest.mark.parametrize(("n", "p"), [(36, 3), (40, 6), (60, 20)])
def test_look_alikes_of_the_library_agree_with_the_programme_solved_whole(n: int, p: int) -> None:
    """A second way: the programme by radii over all sites, by HiGHS alone, without bounds or branches of ours."""
    from chesil.methods.location.lagrangian import Sites
    from chesil.methods.location.radius import radius_programme
    from chesil.methods.location.solving import solve

    apart, _ = orlib.look_alike(n, p, 7)
    sites = Sites(np.arange(n), np.zeros(n), np.zeros(n, dtype=bool), p)
    programme, constant = radius_programme(apart, np.ones((n, n), dtype=bool), sites)
    assert p_median(apart, p).objective == pytest.approx(solve(programme).cost + constant)


def test_an_interrupt_keeps_the_best_so_far_and_says_unproved() -> None:
    apart, p = orlib.look_alike(200, 10, 3)
    told = []

    def stop(said: str) -> None:
        told.append(said)
        raise KeyboardInterrupt

    plan = p_median(apart, p, tell=stop)
    assert len(plan.opened) == p and not plan.is_proved and plan.ended == "interrupted"
    assert plan.objective >= p_median(apart, p).objective
    assert len(told) == 1


def test_a_time_limit_keeps_the_best_so_far() -> None:
    apart, p = orlib.look_alike(200, 10, 3)
    plan = p_median(apart, p, seconds=0.0)
    assert len(plan.opened) == p and (plan.is_proved or plan.ended == "time")
    assert plan.bound <= p_median(apart, p).objective
