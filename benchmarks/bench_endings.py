"""Endings of practice codes: a model fitted on England's panel, tested forward to 2026 beside list size alone.

Run with `PYTHONPATH=src python benchmarks/bench_endings.py`; needs scikit-learn (the development extra). Prints every
number of docs/manual/endings.md. The outcome is "the code had ended", not "the practice failed".
"""

import argparse
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.spatial import cKDTree
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from chesil.packs.pack import read_table

Array = NDArray[np.float64]
YEARS = [f"{y}/{y - 1999:02d}" for y in range(2014, 2023)]
HORIZON = 3
FITTED_ON = YEARS[1:6]
"""Financial years 2015/16 to 2019/20: each looks three years ahead, at the latest to 2022/23."""
NOT_INCOME = ("drugs", "dispensing_fees", "prescribing_fees", "premises", "deductions")
FACTORS = (
    "list_growth", "log_patients_per_gp", "patients_per_gp_growth", "single_handed", "log_income", "income_growth",
    "premises", "imd", "rural", "dispensing", "apms",
)  # fmt: skip
CURVED = (
    "log_list",
    "list_growth",
    "log_patients_per_gp",
    "patients_per_gp_growth",
    "log_income",
    "income_growth",
    "premises",
    "imd",
)
"""Factors that enter as broken straight lines; the others as they are. The age of the list is not held before 2022."""
KNOWN_TODAY = (
    "list_growth",
    "log_patients_per_gp",
    "patients_per_gp_growth",
    "single_handed",
    "imd",
    "rural",
    "dispensing",
    "apms",
)
"""Factors that can be had at July 2026: no payments are published in the pack after 2022/23."""
KNOTS = (0.1, 0.3, 0.5, 0.7, 0.9)


def panel() -> pl.DataFrame:
    """One row a practice code and financial year with patients: the factors known then, and what became of the code.

    A code that ODS closed before the year was out is no longer at risk and is left out.
    """
    years = read_table("payment_years").filter(pl.col("list_size") > 0)
    rows = years.select(
        "practice_code", "year", "list_size", "weighted_list_size", "contract_type", "dispensing", "commissioner_code",
        pl.col("year").replace_strict({y: k for k, y in enumerate(YEARS)}, return_dtype=pl.Int64).alias("k"),
    )  # fmt: skip
    paid = read_table("payments")
    income = _paid(paid.filter(~pl.col("stream").is_in(list(NOT_INCOME))), "income")
    premises = _paid(paid.filter(pl.col("stream") == "premises"), "premises_gbp")
    staff = read_table("gp_fte_history").with_columns((pl.col("year") - 2015).alias("k"))
    rows = rows.join(income, on=["practice_code", "year"], how="left")
    rows = rows.join(premises, on=["practice_code", "year"], how="left")
    rows = rows.join(
        staff.select("practice_code", "k", "gp_headcount", "gp_fte", "patients"), on=["practice_code", "k"], how="left"
    )
    rows = rows.join(_where(), on="practice_code", how="left")
    per_gp = pl.when(pl.col("gp_fte") > 0).then(pl.col("patients") / pl.col("gp_fte")).clip(500, 12684).log()
    rows = rows.with_columns(
        pl.col("list_size").log().alias("log_list"),
        per_gp.alias("log_patients_per_gp"),
        (pl.col("gp_headcount") < 1.5).cast(pl.Float64).alias("single_handed"),
        pl.when(pl.col("income") > 0)
        .then((pl.col("income") / pl.col("weighted_list_size")).clip(20, 1000).log())
        .alias("log_income"),
        (pl.col("premises_gbp").fill_null(0) / pl.col("list_size")).clip(0, 60).alias("premises"),
        pl.col("dispensing").cast(pl.Float64),
        (pl.col("contract_type") == "APMS").cast(pl.Float64).alias("apms"),
    )
    before = rows.select(
        "practice_code", (pl.col("k") + 2).alias("k"), pl.col("log_list").alias("l0"),
        pl.col("log_patients_per_gp").alias("g0"), pl.col("log_income").alias("i0"),
    )  # fmt: skip
    rows = rows.join(before, on=["practice_code", "k"], how="left").with_columns(
        (pl.col("log_list") - pl.col("l0")).clip(-1, 1).alias("list_growth"),
        (pl.col("log_patients_per_gp") - pl.col("g0")).clip(-2, 2).alias("patients_per_gp_growth"),
        (pl.col("log_income") - pl.col("i0")).clip(-1, 1).alias("income_growth"),
    )
    closed = read_table("practice_codes").select("practice_code", "close_date")
    over = pl.date(2015, 3, 31).dt.offset_by(pl.format("{}y", "k"))
    rows = _outcomes(rows).join(closed, on="practice_code", how="left").sort("k", "practice_code")
    return rows.filter(pl.col("close_date").is_null() | (pl.col("close_date") > over))


def _paid(payments: pl.DataFrame, name: str) -> pl.DataFrame:
    return payments.group_by("practice_code", "year").agg((pl.col("pence").sum() / 100).alias(name))


def _where() -> pl.DataFrame:
    """Deprivation (2015) and rurality of the small area whose middle is nearest to the code's last postcode."""
    units = read_table("postcodes").select(
        (pl.col("sector") + pl.col("unit")).str.replace_all(" ", "").alias("key"), "easting_10m", "northing_10m"
    )
    codes = read_table("practice_codes").with_columns(
        pl.col("postcode").str.replace_all(" ", "").alias("key"), pl.col("postcode")
    )
    placed = codes.join(units, on="key").sort("practice_code")
    areas = read_table("areas").join(read_table("area_deprivation").select("lsoa11", "imd_score_2015"), on="lsoa11")
    tree = cKDTree(areas.select("easting", "northing").to_numpy())
    at = tree.query(placed.select(pl.col("easting_10m") * 10, pl.col("northing_10m") * 10).to_numpy())[1]
    near = areas[at]
    return placed.select("practice_code", "postcode", "easting_10m", "northing_10m").with_columns(
        near["imd_score_2015"].alias("imd"),
        near["ruc11_code"].str.slice(0, 1).is_in(["D", "E", "F"]).cast(pl.Float64).alias("rural"),
    )


def _outcomes(rows: pl.DataFrame) -> pl.DataFrame:
    """`ended`: no patients in the third year after nor in any later list. A code that vanishes and comes back has not
    ended. `merged`: ended, and another code with patients then stands at the same postcode; `left`: ended otherwise."""
    lists = read_table("list_sizes").filter((pl.col("patients") > 0) & (pl.col("date") >= pl.date(2025, 1, 1)))
    today = read_table("practices").filter(pl.col("vintage") == "2025/26")
    alive_2026 = set(lists["practice_code"]) | set(today["practice_code"])
    last = dict(rows.group_by("practice_code").agg(pl.col("k").max()).iter_rows())
    end = {code: 99 if code in alive_2026 else k for code, k in last.items()}
    at_2026 = set(today["practice_code"])
    places = dict(rows.select("practice_code", "postcode").unique().iter_rows())
    by_place: dict[str, set[str]] = {}
    for code, postcode in places.items():
        by_place.setdefault(postcode or code, set()).add(code)
    ended, merged = [], []
    for code, k in rows.select("practice_code", "k").iter_rows():
        gone = (code not in at_2026) if k == len(YEARS) - 1 else end[code] < k + HORIZON
        others = by_place.get(places[code] or code, set()) - {code}
        still = {o for o in others if (o in at_2026 if k == len(YEARS) - 1 else end.get(o, -1) >= k + HORIZON)}
        ended.append(gone)
        merged.append(gone and bool(still))
    return rows.with_columns(pl.Series("ended", ended), pl.Series("merged", merged)).with_columns(
        (pl.col("ended") & ~pl.col("merged")).alias("left")
    )


@dataclass
class Fitted:
    """A model with the means that stand in for what is missing."""

    name: str
    model: object
    columns: tuple[str, ...]
    means: Array

    def risk(self, rows: pl.DataFrame) -> Array:
        return self.model.predict_proba(_matrix(rows, self.columns, self.means))[:, 1]  # type: ignore[attr-defined]


def _matrix(rows: pl.DataFrame, columns: tuple[str, ...], means: Array) -> Array:
    x = rows.select(columns).to_numpy().astype(np.float64)
    return np.where(np.isfinite(x), x, means)


def fit(name: str, rows: pl.DataFrame, columns: tuple[str, ...], outcome: str = "ended") -> Fitted:
    """A logistic regression with a spline of the list (and straight lines for the rest), lightly shrunk."""
    means = np.array([rows[c].fill_nan(None).mean() or 0.0 for c in columns])
    x, y = _matrix(rows, columns, means), rows[outcome].to_numpy()
    if name == "boosted trees":
        model: object = HistGradientBoostingClassifier(
            max_depth=3, learning_rate=0.05, max_iter=150, l2_regularization=5.0, random_state=0
        ).fit(x, y)
    else:
        knots = tuple(_knots(rows, c) for c in columns)
        model = make_pipeline(BrokenLines(knots), StandardScaler(), LogisticRegression(C=0.05, max_iter=3000)).fit(x, y)
    return Fitted(name, model, columns, means)


def _knots(rows: pl.DataFrame, column: str) -> Array:
    """Quantiles of what is known of a curved factor; none for the others."""
    known = rows[column].fill_nan(None).drop_nulls().to_numpy().astype(np.float64)
    return np.unique(np.quantile(known, KNOTS)) if column in CURVED else np.array([])


class BrokenLines:
    """Each factor with its parts above its knots."""

    def __init__(self, knots: tuple[Array, ...]) -> None:
        self.knots = knots

    def fit(self, x: Array, y: Array | None = None) -> "BrokenLines":
        return self

    def fit_transform(self, x: Array, y: Array | None = None) -> Array:
        return self.transform(x)

    def transform(self, x: Array) -> Array:
        parts = [
            np.column_stack([x[:, k], *(np.maximum(x[:, k] - q, 0) for q in at)]) for k, at in enumerate(self.knots)
        ]
        return np.column_stack(parts)


def calibration(y: NDArray[np.bool_], risk: Array) -> tuple[float, float, float]:
    """Observed over expected, and intercept and slope of the logit of risk (1 is right)."""
    logit = np.log(risk / (1 - risk))[:, None]
    line = LogisticRegression(C=1e6).fit(logit, y)
    return float(y.sum() / risk.sum()), float(line.intercept_[0]), float(line.coef_[0, 0])


def net_benefit(y: NDArray[np.bool_], risk: Array, threshold: float) -> float:
    """True positives less false positives at the odds of the threshold, per practice (Vickers and Elkin, 2006)."""
    chosen = risk >= threshold
    return float((chosen & y).mean() - (chosen & ~y).mean() * threshold / (1 - threshold))


def gain(
    test: pl.DataFrame, y: NDArray[np.bool_], one: Array, other: Array, runs: int, rng: np.random.Generator
) -> tuple[float, ...]:
    """AUC of `one` less that of `other`, with 95% limits over commissioners drawn again: their codes end together."""
    groups = [np.array(rows) for rows in test.with_row_index("i").group_by("commissioner_code").agg("i")["i"].to_list()]
    drawn = []
    for _ in range(runs):
        k = np.concatenate([groups[g] for g in rng.integers(0, len(groups), len(groups))])
        drawn.append(roc_auc_score(y[k], one[k]) - roc_auc_score(y[k], other[k]))
    return (float(roc_auc_score(y, one) - roc_auc_score(y, other)), *map(float, np.quantile(drawn, (0.025, 0.975))))


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--runs", type=int, default=1000)
    words.add_argument("--write", type=Path, help="write the model of what is known today to this TOML file")
    said = words.parse_args()
    rng = np.random.default_rng(20165)
    rows = panel()
    train = rows.filter(pl.col("year").is_in(FITTED_ON))
    test = rows.filter(pl.col("year") == YEARS[-1])
    shares = rows.group_by("year").agg(pl.len(), pl.col("ended", "merged").sum(), pl.col("ended").mean().alias("share"))
    print(shares.sort("year"))
    for name, table in (("fit", train), ("test", test)):
        print(
            f"missing %, {name}:",
            {c: round(100 * table[c].fill_nan(None).null_count() / table.height, 1) for c in FACTORS},
        )
    models = [
        fit("list size", train, ("log_list",)),
        fit("broken lines", train, ("log_list", *FACTORS)),
        fit("boosted trees", train, ("log_list", *FACTORS)),
        fit("known today", train, ("log_list", *KNOWN_TODAY)),
    ]
    discrimination(test, models, said.runs, rng)
    decisions(test, models)
    by_kind(test, models)
    by_outcome(train, test, said.runs // 4, rng)
    earlier(rows, said.runs // 4, rng)
    bands(test)
    if said.write:
        write_model(models[-1], test, said.write)


def _show_gain(found: tuple[float, ...]) -> str:
    return f"{found[0]:+.3f} ({found[1]:+.3f} to {found[2]:+.3f})"


def discrimination(test: pl.DataFrame, models: list[Fitted], runs: int, rng: np.random.Generator) -> None:
    """Discrimination, calibration and Brier score of each model, on all and on those whose list had not collapsed."""
    y, base = test["ended"].to_numpy(), models[0].risk(test)
    print(f"test: {y.size} codes, {y.sum()} ended ({100 * y.mean():.1f}%)")
    for model in models:
        risk = model.risk(test)
        ratio, intercept, slope = calibration(y, risk)
        print(
            f"{model.name:14} AUC {roc_auc_score(y, risk):.3f}  gain {_show_gain(gain(test, y, risk, base, runs, rng))}  "
            f"O/E {ratio:.2f}  intercept {intercept:+.2f}  slope {slope:.2f}  Brier {np.mean((risk - y) ** 2):.4f}"
        )
    steady = (test["list_growth"].fill_null(0) > np.log(0.75)).to_numpy()
    print(f"the {steady.sum()} whose list had not fallen by a quarter in two years ({y[steady].sum()} ended):")
    for model in models:
        found = gain(test.filter(steady), y[steady], model.risk(test)[steady], base[steady], runs // 2, rng)
        print(
            f"  {model.name:14} AUC {roc_auc_score(y[steady], model.risk(test)[steady]):.3f}  gain {_show_gain(found)}"
        )


def decisions(test: pl.DataFrame, models: list[Fitted]) -> None:
    """Net benefit per 1,000 practices at thresholds of risk."""
    y = test["ended"].to_numpy()
    print("net benefit per 1,000 practices: threshold, all, then", [m.name for m in models])
    for t in (0.05, 0.075, 0.10, 0.15, 0.20, 0.30):
        every = y.mean() - (1 - y.mean()) * t / (1 - t)
        print(f"  {t:.3f} {1000 * every:7.1f}", *(f"{1000 * net_benefit(y, m.risk(test), t):7.1f}" for m in models))


def by_kind(test: pl.DataFrame, models: list[Fitted]) -> None:
    """AUC of list size and of the model of what is known today by kind of place, with observed over expected."""
    y, base, risk = test["ended"].to_numpy(), models[0].risk(test), models[-1].risk(test)
    in_london = test["commissioner_code"].is_in(LONDON)
    kinds = {
        "rural": test["rural"] == 1,
        "urban": test["rural"] == 0,
        "dispensing": test["dispensing"] == 1,
        "APMS": test["apms"] == 1,
        "London": in_london,
        "elsewhere": ~in_london,
        "under 5,000": test["list_size"] < 5000,
        "5,000 and over": test["list_size"] >= 5000,
    }
    print("by kind: codes, ended, AUC of list size, AUC of known today, O/E")
    for kind, mask in kinds.items():
        m = mask.fill_null(False).to_numpy()
        aucs = f"{roc_auc_score(y[m], base[m]):.3f} {roc_auc_score(y[m], risk[m]):.3f}"
        print(f"  {kind:15} {m.sum():5} {y[m].sum():4} {aucs} {y[m].sum() / risk[m].sum():.2f}")


def by_outcome(train: pl.DataFrame, test: pl.DataFrame, runs: int, rng: np.random.Generator) -> None:
    """Each of the competing outcomes fitted by itself."""
    for outcome in ("merged", "left"):
        y = test[outcome].to_numpy()
        a = fit("list size", train, ("log_list",), outcome).risk(test)
        b = fit("known today", train, ("log_list", *KNOWN_TODAY), outcome).risk(test)
        aucs = f"AUC of list size {roc_auc_score(y, a):.3f}, known today {roc_auc_score(y, b):.3f}"
        print(f"{outcome}: {y.sum()} codes, {aucs}, gain {_show_gain(gain(test, y, b, a, runs, rng))}")


def earlier(rows: pl.DataFrame, runs: int, rng: np.random.Generator) -> None:
    """A test three years before: fitted on 2015/16 to 2017/18, seen from 2019/20."""
    before, after = rows.filter(pl.col("year").is_in(YEARS[1:4])), rows.filter(pl.col("year") == YEARS[5])
    y = after["ended"].to_numpy()
    a = fit("list size", before, ("log_list",)).risk(after)
    print(f"an earlier test (fitted 2015/16 to 2017/18, seen from 2019/20): list size {roc_auc_score(y, a):.3f}")
    forms = (("broken lines", FACTORS), ("boosted trees", FACTORS), ("known today", KNOWN_TODAY))
    for name, factors in forms:
        b = fit(name, before, ("log_list", *factors)).risk(after)
        brier = f"Brier {np.mean((b - y) ** 2):.4f} against {np.mean((a - y) ** 2):.4f}"
        print(f"  {name:14} {roc_auc_score(y, b):.3f}, gain {_show_gain(gain(after, y, b, a, runs, rng))}, {brier}")


def bands(test: pl.DataFrame) -> None:
    """Codes that ended by band of list size."""
    print("list size: codes of 2022/23, ended by July 2026")
    for low, high in pairwise((0, 2000, 3000, 5000, 8000, 12000, 10**7)):
        own = test.filter((pl.col("list_size") >= low) & (pl.col("list_size") < high))
        print(f"  {low:6} to {high:8}: {own.height:5} {own['ended'].sum():4} {100 * (own['ended'].mean() or 0):.1f}%")


def write_model(fitted: Fitted, test: pl.DataFrame, path: Path) -> None:
    """Write the coefficients on the plain factors; the intercept is moved so that the test's codes add up."""
    lines, scaler, logistic = fitted.model[0], fitted.model[1], fitted.model[2]  # type: ignore[index]
    weights = logistic.coef_[0] / scaler.scale_
    intercept = float(logistic.intercept_[0] - (weights * scaler.mean_).sum())
    risk, ended = fitted.risk(test), float(test["ended"].sum())
    logit = np.log(risk / (1 - risk))
    shift = brentq(lambda b: (1 / (1 + np.exp(-(logit + b)))).sum() - ended, -3, 3)
    text = HEAD + f"intercept = {intercept + shift:.6f}\nmoved_by = {shift:.6f}\n"
    at = 0
    for k, (column, knots) in enumerate(zip(fitted.columns, lines.knots, strict=True)):
        own = weights[at : at + 1 + len(knots)]
        at += 1 + len(knots)
        numbers = (", ".join(f"{v:.6f}" for v in values) for values in (knots, own))
        text += '\n[[factor]]\nname = "{}"\nif_missing = {:.6f}\nknots = [{}]\nweights = [{}]\n'.format(
            column, fitted.means[k], *numbers
        )
    path.write_text(text, encoding="utf-8")


HEAD = """# A model of endings: the chance that a practice code has ended three years on. Written by benchmarks/bench_endings.py.
# Logit = intercept + for each factor: weights[0] x value + weights[k] x the part of the value above knots[k - 1].
reference = "fitted on England's practice codes of 2015/16 to 2019/20; intercept moved to those of 2022/23 seen in July 2026"
standing = "modelled; see docs/manual/endings.md"
"""
LONDON = ["93C", "W2U3Z", "A3A8R", "72Q", "36L"]
"""Sub-ICB locations of London in 2022/23."""

if __name__ == "__main__":
    main()
