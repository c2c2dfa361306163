"""Similar practices: the nearest of all England by visible factors, other reasonable choices, and what a gap is worth."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from chesil.analyses.variation.settings import VariationSettings
from chesil.core.errors import InputRefused, Problem, did_you_mean
from chesil.methods.checking import Array
from chesil.methods.comparators import best_five_opportunity, nearest_neighbours

WITHOUT_FACTORS = ("imd_score", "asian", "black", "mixed_or_other")


@dataclass(frozen=True)
class SimilarPractices:
    """The similar practices of each practice of a place: codes by choice of similar, and how far each of the ten is."""

    codes: tuple[str, ...]
    chosen: dict[str, dict[str, tuple[str, ...]]]
    table: pl.DataFrame


def find_similar(
    factors: pl.DataFrame, lists: pl.DataFrame, codes: set[str], how: VariationSettings
) -> SimilarPractices:
    """The similar practices of those `codes` that have factors, each from all practices of England but itself.

    `factors` is the pack's table, `lists` practice_code and list_size. Choices: "similar" by the settings' factors; "more"
    with as many as `similar_otherwise`; "without" leaving deprivation and ethnicity out.
    """
    table = factors.join(lists.select("practice_code", "list_size"), on="practice_code").sort("practice_code")
    table = table.with_columns(pl.col("list_size").cast(pl.Float64).log(), pl.col("imd_score").log())
    known = [c for c in table.columns if c not in ("practice_code", "patients")]
    strange = [f for f in how.similar_by if f not in known]
    if strange:
        raise InputRefused(
            "Practices cannot be compared by what is not known of them",
            [Problem(f"`{f}` is not a factor", "similar_by", "", did_you_mean(f, known)) for f in strange],
            f"There are {', '.join(known)}",
        )
    of = np.array([k for k, c in enumerate(table["practice_code"]) if c in codes], dtype=np.int64)
    names = table["practice_code"].to_list()
    mine = tuple(names[k] for k in of)
    without = tuple(f for f in how.similar_by if f not in WITHOUT_FACTORS) or how.similar_by
    choices = {
        "similar": (how.similar_by, how.similar),
        "more": (how.similar_by, how.similar_otherwise),
        "without": (without, how.similar),
    }
    chosen: dict[str, dict[str, tuple[str, ...]]] = {}
    rows = []
    for choice, (by, many) in choices.items():
        found = nearest_neighbours(table.select(by).to_numpy(), many, of=of)
        chosen[choice] = {c: tuple(names[j] for j in row) for c, row in zip(mine, found.index, strict=True)}
        if choice == "similar":
            rows = [
                (c, k + 1, names[j], float(d))
                for c, index, distance in zip(mine, found.index, found.distance, strict=True)
                for k, (j, d) in enumerate(zip(index, distance, strict=True))
            ]
    schema = {"practice_code": pl.String, "place": pl.Int64, "similar_code": pl.String, "distance": pl.Float64}
    return SimilarPractices(mine, chosen, pl.DataFrame(rows, schema=schema, orient="row"))


def beside_similar(
    counts: pl.DataFrame, similar: SimilarPractices, how: VariationSettings, rng: np.random.Generator
) -> pl.DataFrame:
    """One row a practice and measure: the shares of its similar practices, and the people to two targets beside chance.

    `counts`: practice_code, measure, count, of (all England). High counts as good. A practice or a similar one without a
    value is left out; with fewer than `similar` that have one there is no row.
    """
    rows = []
    asked = {*similar.codes, *(s for by_code in similar.chosen.values() for own in by_code.values() for s in own)}
    counts = counts.filter(pl.col("practice_code").is_in(list(asked)))
    normal = rng.standard_normal((how.draws, how.similar + 1))
    for (measure,), part in counts.group_by("measure", maintain_order=True):
        values = {
            c: (x, n) for c, x, n in part.select("practice_code", "count", "of").iter_rows() if n and x is not None
        }
        mine = [c for c in similar.codes if c in values and all(s in values for s in similar.chosen["similar"][c])]
        if not mine:
            continue
        own = np.array([values[c] for c in mine], dtype=np.float64)
        ten = np.array([[values[s] for s in similar.chosen["similar"][c]] for c in mine], dtype=np.float64)
        rate, tens = own[:, 0] / own[:, 1], ten[..., 0] / ten[..., 1]
        to_best = best_five_opportunity(rate, tens, low_is_good=False, best=how.best) * own[:, 1]
        to_median = np.maximum(np.median(tens, axis=1) - rate, 0.0) * own[:, 1]
        best_chance, median_chance = _by_chance(own, ten, normal, how.best)
        others = [
            [
                float(np.median([values[s][0] / values[s][1] for s in similar.chosen[k][c] if s in values] or [np.nan]))
                for c in mine
            ]
            for k in ("more", "without")
        ]
        for k, code in enumerate(mine):
            rows.append((
                code, measure, float(rate[k]), float(np.median(tens[k])), float(tens[k].min()), float(tens[k].max()),
                others[0][k], others[1][k], float(to_median[k]), float(median_chance[k]), float(to_best[k]),
                float(best_chance[k]),
            ))  # fmt: skip
    names = (
        "practice_code", "measure", "share", "similar_median", "similar_least", "similar_most", "median_of_more",
        "median_without", "to_median", "to_median_by_chance", "to_best", "to_best_by_chance",
    )  # fmt: skip
    kinds = [pl.String, pl.String, *[pl.Float64] * 10]
    return pl.DataFrame(rows, schema=dict(zip(names, kinds, strict=True)), orient="row")


def _by_chance(own: Array, ten: Array, normal: Array, best: int) -> tuple[Array, Array]:
    """Mean people to the best and to the median where all eleven practices share one true rate; the same draws for all."""
    counts = np.concatenate([own[:, None, 0], ten[..., 0]], axis=1)
    sizes = np.concatenate([own[:, None, 1], ten[..., 1]], axis=1)
    pooled = counts.sum(axis=1) / sizes.sum(axis=1)
    error = np.sqrt(pooled * (1 - pooled))[:, None] / np.sqrt(sizes)
    drawn = normal[None, :, :] * error[:, None, :]
    ranked = np.sort(drawn[..., 1:], axis=2)
    to_best = np.maximum(ranked[..., -best:].mean(axis=2) - drawn[..., 0], 0.0).mean(axis=1) * own[:, 1]
    to_median = np.maximum(np.median(ranked, axis=2) - drawn[..., 0], 0.0).mean(axis=1) * own[:, 1]
    return to_best, to_median
