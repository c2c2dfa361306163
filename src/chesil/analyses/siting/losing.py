"""Who loses by a plan of sites: people whose way to the nearest grows, by locality and group in need, closure by closure."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.analyses.siting.inputs import GROUPS_IN_NEED, Array, SitingInputs

FURTHER = 0.5
"""A journey that grows by less than this many minutes is called as long as today's."""
EVERYBODY = "everybody"


def extra_of(inputs: SitingInputs, opened: NDArray[np.bool_], before: Array) -> Array:
    """By how many minutes the way to the nearest site grows from `before`, by area; nought where it does not."""
    then = inputs.minutes[:, opened].min(axis=1, initial=np.inf)
    return np.maximum(then - before, 0.0)


def counts_further(inputs: SitingInputs, extra: Array, where: NDArray[np.bool_] | None = None) -> dict[str, Any]:
    """People whose way grows, how many of them are in each group in need (None: not published), and their minutes."""
    further = extra > FURTHER
    further = further if where is None else further & where
    people = inputs.people * further
    affected = float(people.sum())
    groups = {
        name: float((people * inputs.areas[name].fill_null(0.0).to_numpy()).sum())
        if inputs.areas[name].null_count() < inputs.areas.height else None
        for name in GROUPS_IN_NEED
    }  # fmt: skip
    return {
        "people_further": affected,
        **groups,
        "extra_minutes": float((extra * people).sum() / affected) if affected else 0.0,
        "worst_extra": float(extra[further & (inputs.people > 0)].max(initial=0.0)),
    }


def by_group(inputs: SitingInputs, opened: NDArray[np.bool_]) -> pl.DataFrame:
    """Each group in need beside everybody: people, how many have a longer way, as a share, and their mean extra minutes."""
    extra = extra_of(inputs, opened, inputs.now)
    rows = []
    words = {EVERYBODY: EVERYBODY} | {name: text for name, (_, text) in GROUPS_IN_NEED.items()}
    for name, text in words.items():
        share = np.ones(extra.size) if name == EVERYBODY else inputs.areas[name].fill_null(0.0).to_numpy()
        if name != EVERYBODY and inputs.areas[name].null_count() == inputs.areas.height:
            continue
        people = inputs.people * share
        further = people * (extra > FURTHER)
        lost = float(further.sum())
        rows.append({
            "group": text, "people": float(people.sum()), "people_further": lost,
            "share_pct": 100 * lost / float(people.sum()) if people.sum() else 0.0,
            "extra_minutes": float((extra * further).sum() / lost) if lost else 0.0,
        })  # fmt: skip
    return pl.DataFrame(rows)


def by_locality(inputs: SitingInputs, opened: NDArray[np.bool_], names: Mapping[str, str]) -> pl.DataFrame:
    """Each locality's own people whose way grows, with those of each group in need, most people first."""
    extra = extra_of(inputs, opened, inputs.now)
    of_area = np.array(inputs.areas["locality"].to_list())
    rows = [
        {"locality": code, "name": names.get(code, code) or "no locality", "people": float(inputs.people[of_area == code].sum()),
         **counts_further(inputs, extra, of_area == code)}
        for code in sorted(set(of_area.tolist()))
    ]  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None).sort(["people_further", "locality"], descending=[True, False])


def closures(inputs: SitingInputs, steps: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> pl.DataFrame:
    """Each step of the frontiers against the step before it: which sites it leaves out, and who then travels further.

    `locality` is "" for the whole place; `where` names the localities of those who lose, most people first. The first step
    of each, today's number of sites, is not among them.
    """
    titles = dict(inputs.sites.select("code", "site_name").iter_rows())
    own_of = np.array(inputs.sites["locality"].to_list())
    codes = np.array(inputs.sites["code"].to_list())
    of_area = np.array(inputs.areas["locality"].to_list())
    before: dict[str, tuple[set[str], Array]] = {}
    rows = []
    for step in steps:
        locality = str(step["locality"])
        opened = np.isin(codes, list(step["open"]))
        if locality:
            opened = np.where(own_of == locality, opened, inputs.is_open)
        ways = inputs.minutes[:, opened].min(axis=1, initial=np.inf)
        if locality in before:
            were, ways_before = before[locality]
            extra = np.maximum(ways - ways_before, 0.0)
            now = set(step["open"])
            rows.append({
                "locality": locality, "sites": int(step["sites"]),
                "left_out": [titles[c] for c in sorted(were - now)], "back": [titles[c] for c in sorted(now - were)],
                **counts_further(inputs, extra), "where": _where(inputs, extra, of_area, names),
            })  # fmt: skip
        before[locality] = (set(step["open"]), ways)
    schema = {"left_out": pl.List(pl.String), "back": pl.List(pl.String), "where": pl.List(pl.String)}
    return pl.DataFrame(rows, infer_schema_length=None, schema_overrides=schema) if rows else pl.DataFrame()


def _where(inputs: SitingInputs, extra: Array, of_area: NDArray[np.str_], names: Mapping[str, str]) -> list[str]:
    """The localities of those who lose, most people first."""
    people = inputs.people * (extra > FURTHER)
    sums = {c: float(people[of_area == c].sum()) for c in sorted(set(of_area.tolist())) if c}
    return [names.get(c, c) for c in sorted((c for c in sums if sums[c] > 0), key=lambda c: (-sums[c], c))]
