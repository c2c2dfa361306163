"""Expected recording: what a model of all England's practices gives each practice, and what its gap goes with."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import polars as pl

from chesil.analyses.variation.tables import FULL, WITHOUT, VariationTables
from chesil.core.errors import ChesilError
from chesil.methods.checking import Array
from chesil.methods.regression import shapley_parts

PARTS = ("age", "sex", "deprivation", "ethnicity", "rurality", "list_change")
LISTS_ALIKE = (0.75, 1.33)
"""An expected count is given where the register's list and the list behind the factors are this much alike."""
KNOWN, NO_FACTORS, OTHER_LIST = (
    "",
    "what is visible of its patients is not all known",
    "its list changed too much between",
)


def expected_recording(tables: VariationTables, codes: Collection[str] | None = None) -> pl.DataFrame:
    """One row a practice of England and register: counts, England's rate, expected counts with their limits, the parts.

    `codes` are the practices to work it out for; without, all. Columns `part_...` hold the people of the gap from
    England's rate that go with each group of factors; they and `rest` add up to `gap`. `reason` says why there is no
    expected count; it is blank where there is.
    """
    whole = tables.registers.filter(pl.col("list_type") == "TOTAL").group_by("practice_code")
    rows = tables.registers.join(
        whole.agg(pl.col("list_size").max().alias("whole_list")), on="practice_code", how="left"
    )
    rows = rows.filter(pl.col("list_size") > 0).join(tables.factors, on="practice_code", how="left")
    england = pl.col("patients_on_register").sum().over("register") / pl.col("list_size").sum().over("register")
    alike = (pl.col("whole_list") / pl.col("patients")).is_between(*LISTS_ALIKE)
    rows = rows.with_columns(
        england.alias("england_rate"),
        pl.when(pl.col("patients").is_null()).then(pl.lit(NO_FACTORS))
        .when(~alike.fill_null(False)).then(pl.lit(OTHER_LIST))
        .otherwise(pl.lit(KNOWN)).alias("reason"),
    )  # fmt: skip
    wanted = rows if codes is None else rows.filter(pl.col("practice_code").is_in(list(codes)))
    if wanted.is_empty():
        return _of_register(rows.filter(pl.col("register") == rows["register"][0]), tables).clear()
    done = [_of_register(part, tables) for _, part in wanted.group_by("register", maintain_order=True)]
    return pl.concat(done).sort("practice_code", "register")


@dataclass(frozen=True)
class _Moves:
    """How far each group of factors moves the logarithm of the rate from England's (groups, practices)."""

    by_group: Array
    design: Array

    @property
    def whole(self) -> Array:
        return np.asarray(self.by_group.sum(axis=0))


def _of_register(rows: pl.DataFrame, tables: VariationTables) -> pl.DataFrame:
    register = rows["register"][0]
    known = rows.filter(pl.col("reason") == KNOWN)
    models = tables.models.filter(pl.col("register") == register)
    if models.is_empty():
        raise ChesilError(f"the register `{register}` has no model in the pack")
    full, without = (_moves(known, models.filter(pl.col("model") == m)) for m in (FULL, WITHOUT))
    base = (known["list_size"] * known["england_rate"]).to_numpy()
    parts = shapley_parts(full.by_group, base)
    error = _error(full.design, tables.covariances.filter(pl.col("register") == register))
    fit = tables.fits.filter((pl.col("register") == register) & (pl.col("year") == rows["year"][0]))
    between = dict(fit.select("model", "between").iter_rows())
    found = known.select("practice_code").with_columns(
        pl.Series("expected", base * np.exp(full.whole)),
        pl.Series("expected_without", base * np.exp(without.whole)),
        pl.Series("expected_error", error),
        pl.lit(between[FULL]).alias("between"),
        pl.lit(between[WITHOUT]).alias("between_without"),
        *(pl.Series(f"part_{name}", parts[k]) for k, name in enumerate(PARTS)),
    )
    wanted = ["practice_code", "register", "year", "patients_on_register", "list_size", "england_rate", "reason"]
    joined = rows.select(wanted).join(found, on="practice_code", how="left")
    return joined.with_columns(
        (pl.col("patients_on_register") - pl.col("list_size") * pl.col("england_rate")).alias("gap"),
        (pl.col("patients_on_register") - pl.col("expected")).alias("rest"),
    )


def _moves(rows: pl.DataFrame, model: pl.DataFrame) -> _Moves:
    names = model["term"].to_list()
    design = np.column_stack([_term(rows, record) for record in model.iter_rows(named=True)])
    moved = (design - model["reference"].to_numpy()) * model["coefficient"].to_numpy()
    groups = model["factor_group"].to_list()
    by_group = np.stack([moved[:, [k for k, _ in enumerate(names) if groups[k] == g]].sum(axis=1) for g in PARTS])
    return _Moves(by_group, design)


def _term(rows: pl.DataFrame, term: dict[str, object]) -> Array:
    if term["factor"] is None:
        return np.ones(rows.height)
    plain = rows[str(term["factor"])].cast(pl.Float64).to_numpy()
    on_scale = np.log(plain) if term["scale"] == "log" else plain
    return np.asarray((on_scale - float(str(term["centre"]))) ** int(str(term["power"])))


def _error(design: Array, covariances: pl.DataFrame) -> Array:
    """The standard error of the logarithm of each expected count that comes of the coefficients (practices,)."""
    names = covariances["term"].unique(maintain_order=True).to_list()
    at = {name: k for k, name in enumerate(names)}
    matrix = np.zeros((len(names), len(names)))
    for first, second, value in covariances.select("term", "other_term", "covariance").iter_rows():
        matrix[at[first], at[second]] = matrix[at[second], at[first]] = value
    return np.sqrt(np.maximum(np.einsum("pi,ij,pj->p", design, matrix, design), 0.0))
