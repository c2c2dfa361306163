"""Expected recording: count models of every disease register on all England's practices, with their diagnostics."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from chesil.methods.checking import Array
from chesil.methods.funnel import proportion_overdispersion
from chesil.methods.regression import CountModel, calibration_by_tenth, fit_counts
from chesil.packing.raw import Built, Raw
from chesil.packs.contracts_models import MODELS
from chesil.packs.pack import Origin

LISTS_BEFORE, LISTS_AFTER = date(2021, 1, 1), date(2022, 7, 1)
MOST_CHANGE = 0.15
"""List changes beyond this a year are mergers and lists taken over: they are drawn in to it."""
FEWEST_PATIENTS = 1_000
LISTS_ALIKE = (0.75, 1.33)
"""A practice is used where the list behind its register and the one behind its factors are this much alike."""
ETHNIC = ("asian", "black", "mixed", "white", "other")
WITHOUT = ("deprivation", "ethnicity")
DECIMALS = 7
"""So many decimals of coefficients are kept: far more than their errors allow, far fewer than sums on two machines share."""
MODELLED = (
    "Modelled by Chesil on all England's practices: expected recording, which learns what is not recorded too. It is "
    "not a count of people who have a condition."
)


@dataclass(frozen=True)
class Term:
    """One term of the models: a factor (or its logarithm) less a centre, to a power, and the group it is shown with."""

    name: str
    factor: str
    group: str
    scale: str = "plain"
    power: int = 1


TERMS = (
    *(Term(a, a, "age") for a in ("age_0_4", "age_5_14", "age_45_64", "age_65_plus", "age_75_84", "age_85_plus")),
    Term("age_15_44_squared", "age_15_44", "age", power=2),
    Term("age_65_plus_squared", "age_65_plus", "age", power=2),
    Term("female", "female", "sex"),
    Term("log_imd_score", "imd_score", "deprivation", "log"),
    Term("log_imd_score_squared", "imd_score", "deprivation", "log", power=2),
    Term("asian", "asian", "ethnicity"),
    Term("asian_squared", "asian", "ethnicity", power=2),
    Term("black", "black", "ethnicity"),
    Term("mixed_or_other", "mixed_or_other", "ethnicity"),
    Term("rural", "rural", "rurality"),
    Term("list_change", "list_change", "list_change"),
)


def build_recording(raw: Raw, tables: dict[str, Built]) -> dict[str, Built]:
    """The factors of practices, and for each year, register and model its coefficients, covariances and fit."""
    factors = practice_factors({name: b.table for name, b in tables.items()})
    registers = tables["registers"].table
    whole = registers.filter(pl.col("list_type") == "TOTAL").group_by("practice_code", "year")
    registers = registers.join(whole.agg(pl.col("list_size").max().alias("whole_list")), on=["practice_code", "year"])
    fitted = [
        fit_register(registers.filter((pl.col("year") == year) & (pl.col("register") == register)), factors, model)
        for year in registers["year"].unique().sort()
        for register in registers["register"].unique().sort()
        for model in MODELS
    ]
    newest = str(registers["year"].max())
    sources = ("gp_workforce", "practice_imd_2019", "census_ethnicity_2021", "rural_urban_2011")
    of_factors = raw.origin(
        *sources,
        ("registrations_by_area", LISTS_AFTER),
        ("list_totals", LISTS_BEFORE),
        note="Derived by Chesil.",
    )
    ids = tuple(dict.fromkeys((*tables["registers"].origins[0].receipts, *of_factors.receipts)))
    modelled = (Origin(ids, (), "", MODELLED),)
    return {
        "practice_factors": Built(factors, (of_factors,)),
        "recording_models": Built(pl.concat([f.coefficients for f in fitted]), modelled),
        "recording_covariances": Built(
            pl.concat([f.covariances for f in fitted]).filter(
                (pl.col("year") == newest) & (pl.col("model") == MODELS[0])
            ),
            modelled,
        ),
        "recording_fits": Built(_with_next_year(fitted), modelled),
    }


def practice_factors(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """What is visible of each practice's patients at 2022/23; practices for which some of it is unknown are left out."""
    now = pl.col("vintage") == "2022/23"
    ages = tables["practice_ages"].filter(now)
    n, of = pl.col("patients"), pl.col("patients").sum()
    age = pl.col("age_from")
    bands = {
        "age_0_4": age == 0, "age_5_14": age == 5, "age_15_44": age == 15, "age_45_64": age == 45,
        "age_65_plus": age >= 65, "age_75_84": age == 75, "age_85_plus": age == 85,
        "female": pl.col("sex") == "female",
    }  # fmt: skip
    people = ages.group_by("practice_code").agg(
        of.alias("patients"), *[(n.filter(test).sum() / of).alias(name) for name, test in bands.items()]
    )
    census = tables["area_census"].select(
        "lsoa11", *[(pl.col(f"{e}_2021") / pl.sum_horizontal([f"{o}_2021" for o in ETHNIC])).alias(e) for e in ETHNIC]
    )
    areas = census.join(tables["areas"].select("lsoa11", pl.col("ruc11_code").str.slice(0, 1)), on="lsoa11")
    where = tables["registrations"].filter(now).join(areas, on="lsoa11").sort("practice_code", "lsoa11")

    def mean(value: pl.Expr) -> pl.Expr:
        return (value * n).sum() / of

    lived = where.group_by("practice_code", maintain_order=True).agg(
        mean(pl.col("asian")).alias("asian"),
        mean(pl.col("black")).alias("black"),
        mean(pl.col("mixed") + pl.col("other")).alias("mixed_or_other"),
        mean(pl.col("ruc11_code").is_in(["D", "E", "F"]).cast(pl.Float64)).alias("rural"),
    )
    practices = tables["practices"].filter(now).select("practice_code", "imd_score", "list_size")
    before = tables["list_sizes"].filter(pl.col("date") == LISTS_BEFORE).select("practice_code", before="patients")
    years = (LISTS_AFTER - LISTS_BEFORE).days / 365.25
    change = ((pl.col("list_size") / pl.col("before")).log() / years).clip(-MOST_CHANGE, MOST_CHANGE)
    joined = people.join(practices, on="practice_code").join(lived, on="practice_code")
    joined = joined.join(before.filter(pl.col("before") > 0), on="practice_code").with_columns(list_change=change)
    columns = ["practice_code", "patients", *bands, "imd_score", "asian", "black", "mixed_or_other", "rural"]
    known = joined.filter(pl.col("patients") >= FEWEST_PATIENTS, pl.col("imd_score") > 0)
    rounded = known.select(*columns, "list_change").with_columns(pl.selectors.float().round(3))
    return rounded.drop_nulls().sort("practice_code")


def design(factors: pl.DataFrame, terms: tuple[Term, ...], centres: dict[str, float]) -> Array:
    """A column of ones and one for each term (practices, terms + 1)."""
    columns = [np.ones(factors.height)]
    for term in terms:
        columns.append((_on_scale(factors, term) - centres[term.name]) ** term.power)
    return np.column_stack(columns)


def _centres(factors: pl.DataFrame) -> dict[str, float]:
    """The mean over patients of each term's factor, on the term's scale."""
    weight = factors["patients"].cast(pl.Float64).to_numpy()
    found = {}
    for term in TERMS:
        found[term.name] = round(float(np.average(_on_scale(factors, term), weights=weight)), 6)
    return found


def _on_scale(factors: pl.DataFrame, term: Term) -> Array:
    plain = factors[term.factor].cast(pl.Float64).to_numpy()
    return np.log(plain) if term.scale == "log" else plain


@dataclass(frozen=True)
class Fitted:
    """One fitted model as the pack's tables have it, with the ratio of each practice it was fitted on."""

    coefficients: pl.DataFrame
    covariances: pl.DataFrame
    fit: pl.DataFrame
    ratios: pl.DataFrame


def fit_register(register: pl.DataFrame, factors: pl.DataFrame, name: str = MODELS[0]) -> Fitted:
    """One model of one register of one year; `register` says each practice's whole list as well."""
    terms = tuple(t for t in TERMS if name == MODELS[0] or t.group not in WITHOUT)
    centres = _centres(factors)
    alike = (pl.col("whole_list") / pl.col("patients")).is_between(*LISTS_ALIKE)
    possible = (pl.col("list_size") > 0) & (pl.col("patients_on_register") <= pl.col("list_size"))
    used = register.join(factors, on="practice_code").filter(alike & possible).sort("practice_code")
    x = design(used, terms, centres)
    y, n = (used[c].cast(pl.Float64).to_numpy() for c in ("patients_on_register", "list_size"))
    england = int(register["patients_on_register"].sum()) / int(register["list_size"].sum())
    model = fit_counts(y, x, n, family="negative binomial")
    # The constant is moved so that England's practices together have just what England's rate gives them.
    scale = england * float(n.sum()) / float(model.fitted.sum())
    b = model.coefficients.copy()
    b[0] += np.log(scale)
    first = register.row(0, named=True)
    keys = {"year": first["year"], "register": first["register"], "model": name}
    return Fitted(
        _coefficients(keys, terms, centres, b, model.standard_errors, _reference(x, b, n, england)),
        _covariances(keys, terms, model),
        _diagnostics(keys, model, y, n, england, register.height),
        used.select("practice_code").with_columns(
            *(pl.lit(v).alias(k) for k, v in keys.items()), pl.Series("ratio", y / (model.fitted * scale))
        ),
    )


def _reference(x: Array, b: Array, n: Array, rate: float) -> Array:
    """The factors at which the model gives England's rate: a mean over patients, tilted towards high rates as needed.

    The rate at the mean of the factors lies below the mean rate, the rate at their mean weighted by expected counts
    above it (both by Jensen's inequality), so one tilt between the two gives it.
    """
    along = x @ b
    low, high = 0.0, 1.0
    for _ in range(60):
        tilt = (low + high) / 2
        weight = n * np.exp(tilt * (along - along.max()))
        mean = (weight[:, None] * x).sum(axis=0) / weight.sum()
        low, high = (tilt, high) if mean @ b < np.log(rate) else (low, tilt)
    return np.asarray(mean)


def _coefficients(
    keys: dict[str, str], terms: tuple[Term, ...], centres: dict[str, float], b: Array, error: Array, reference: Array
) -> pl.DataFrame:
    rows: list[tuple[str, str | None, str, str, float, int]] = [("constant", None, "none", "plain", 0.0, 1)]
    rows += [(t.name, t.factor, t.group, t.scale, centres[t.name], t.power) for t in terms]
    names = ("term", "factor", "factor_group", "scale", "centre", "power")
    table = pl.DataFrame(rows, schema=names, orient="row").with_columns(*(pl.lit(v).alias(k) for k, v in keys.items()))
    return table.select("year", "register", "model", *names).with_columns(
        pl.col("factor").cast(pl.String),
        pl.Series("coefficient", b.round(DECIMALS)),
        pl.Series("standard_error", _figures(error, 4)),
        pl.Series("reference", reference.round(DECIMALS)),
    )


def _covariances(keys: dict[str, str], terms: tuple[Term, ...], model: CountModel) -> pl.DataFrame:
    names = ["constant", *(t.name for t in terms)]
    first, second = np.triu_indices(len(names))
    return pl.DataFrame({
        **{k: [v] * first.size for k, v in keys.items()},
        "term": [names[k] for k in first],
        "other_term": [names[k] for k in second],
        "covariance": _figures(model.covariance[first, second], 4),
    })  # fmt: skip


def _diagnostics(
    keys: dict[str, str], model: CountModel, y: Array, n: Array, england: float, given: int
) -> pl.DataFrame:
    tenths = calibration_by_tenth(model, y, n)
    record = {
        **keys,
        "practices": y.size,
        "left_out": given - y.size,
        "england_rate": england,
        "between": model.alpha,
        "dispersion": model.dispersion,
        "deviance_explained": model.deviance_explained,
        "raw_phi": proportion_overdispersion(y, n).phi,
        **{f"calibration_{k}": float(v) for k, v in enumerate(tenths, start=1)},
    }
    return pl.DataFrame([record]).with_columns(pl.selectors.float().round_sig_figs(7))


def _with_next_year(fitted: list[Fitted]) -> pl.DataFrame:
    """The fits with the correlation of practices' ratios between the two years: how much of the rest stays."""
    ratios = pl.concat([f.ratios for f in fitted])
    both = ratios.join(ratios, on=["practice_code", "register", "model"], suffix="_other")
    both = both.filter(pl.col("year") != pl.col("year_other"))
    kept = both.group_by("year", "register", "model").agg(pl.corr("ratio", "ratio_other").round(3).alias("next_year"))
    table = pl.concat([f.fit for f in fitted]).join(kept, on=["year", "register", "model"], how="left")
    first = ["year", "register", "model", "practices", "left_out", "england_rate", "between", "dispersion"]
    first += ["deviance_explained", "raw_phi", "next_year"]
    return table.select(*first, *(f"calibration_{k}" for k in range(1, 11)))


def _figures(values: Array, how_many: int) -> list[float]:
    return [float(f"{v:.{how_many}g}") for v in values]
