"""Weights for need: those published for practices, and an open weighting that says which visible factors go with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from chesil.analyses.money.settings import MoneyTables
from chesil.measures.computing import Unit
from chesil.methods.capitation import Array, WeightModel, explain_weights

PUBLISHED, OPEN = "published", "open"
REST = "the rest of the published weights"
FACTOR_SETS: Mapping[str, tuple[str, ...]] = {
    "age and sex": ("age_0_4", "age_5_14", "age_45_64", "age_65_plus", "age_75_84", "age_85_plus", "female"),
    "deprivation": ("imd_score",),
    "ethnicity": ("asian", "black", "mixed_or_other"),
    "rurality": ("rural",),
    "growth of the list": ("list_change",),
}
"""Columns of the practice factors by what they stand for; people of 15 to 44 are those that other ages are set against."""
TERMS = tuple(f for own in FACTOR_SETS.values() for f in own)
WIDELY = 500
"""The open weighting is fitted to all England; with fewer practices than this it would follow chance."""


@dataclass(frozen=True)
class NeedIndices:
    """Each group's index of need per person, factor by factor; their product is the index by which money is shared.

    `estimated` counts for each group its practices whose weight is not published but estimated from visible factors, and
    `unknown` those that count at the average because neither is known. `model` is None if it could not be fitted.
    """

    by_factor: Mapping[str, Array]
    index: Array
    estimated: tuple[int, ...]
    unknown: tuple[int, ...]
    model: WeightModel | None


def need_indices(
    units: Sequence[Unit], held: Mapping[str, int], tables: MoneyTables, year: str, by: str = PUBLISHED
) -> NeedIndices:
    """The index of need of each unit, by the weights published in a year or by the open weighting.

    `held` is the list of each practice. The open weighting is the published weight per patient of all England's practices
    explained by visible factors of their patients (see `explain_weights`); a factor's index for a group comes from the
    mean of the factor over its people. With `by="published"` what the factors do not explain is the last factor, so that
    the product is the published index.
    """
    england = tables.years.filter(
        (pl.col("year") == year) & (pl.col("list_size") > 0) & (pl.col("weighted_list_size") > 0)
    ).select("practice_code", "list_size", (pl.col("weighted_list_size") / pl.col("list_size")).alias("weight"))
    published = dict(england.select("practice_code", "weight").iter_rows())
    model, factors = _fitted(england, tables.factors)
    known = {c: model.predict(np.array([x]))[0] for c, x in factors.items() if c in held} if model else {}
    own = {c: published[c] for c in held if c in published} if by == PUBLISHED else {}
    weights = {**known, **own}
    average = _mean([(held[c], w) for c, w in weights.items()], otherwise=1.0)
    groups = [[c for c in u.practices if c in held] for u in units]
    index = np.array([_mean([(held[c], weights.get(c, average)) for c in g], otherwise=average) for g in groups])
    by_factor: dict[str, Array] = {}
    if model is not None:
        middle = np.array([_means([(held[c], factors[c]) for g in groups for c in g if c in factors])])
        means = np.array([_means([(held[c], factors[c]) for c in g if c in factors], middle[0]) for g in groups])
        for name, own_terms in FACTOR_SETS.items():
            at = [TERMS.index(t) for t in own_terms]
            by_factor[name] = np.exp((means - middle)[:, at] @ model.coefficients[at])
    explained = np.prod(list(by_factor.values()), axis=0) if by_factor else np.ones(len(units))
    last = REST if by == PUBLISHED else "differences within groups"
    by_factor[last if model is not None else "published weights"] = index / average / explained
    return NeedIndices(
        by_factor=by_factor,
        index=index / average,
        estimated=tuple(sum(c not in own and c in known for c in g) if by == PUBLISHED else 0 for g in groups),
        unknown=tuple(sum(c not in weights for c in g) for g in groups),
        model=model,
    )


def _fitted(
    england: pl.DataFrame, factors: pl.DataFrame | None
) -> tuple[WeightModel | None, dict[str, tuple[float, ...]]]:
    """The model of all England's published weights and each practice's factors; no model with too few practices."""
    if factors is None:
        return None, {}
    known = factors.drop_nulls(TERMS).sort("practice_code")
    by_code = {row[0]: row[1:] for row in known.select("practice_code", *TERMS).iter_rows()}
    both = england.join(known, on="practice_code").sort("practice_code")
    if both.height < WIDELY:
        return None, {}
    x = both.select(TERMS).to_numpy().astype(np.float64)
    return explain_weights(both["weight"].to_numpy(), x, both["list_size"].to_numpy()), by_code


def _mean(pairs: Sequence[tuple[float, float]], otherwise: float) -> float:
    whole = sum(n for n, _ in pairs)
    return sum(n * v for n, v in pairs) / whole if whole else otherwise


def _means(pairs: Sequence[tuple[float, tuple[float, ...]]], otherwise: Array | None = None) -> Array:
    if not pairs:
        return np.zeros(len(TERMS)) if otherwise is None else otherwise
    return np.average([x for _, x in pairs], axis=0, weights=[n for n, _ in pairs])
