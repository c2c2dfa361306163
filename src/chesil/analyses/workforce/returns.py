"""Practice returns: which can be believed, what stands in for those that cannot, and which practices are similar."""

import numpy as np
import polars as pl

from chesil.definitions import Parameter, load_parameter
from chesil.place.place import Place

FACTORS = ("log_list", "imd_score", "share_65_plus", "rural")


def value_on(parameter: Parameter, place: Place) -> float:
    """A parameter's value at the place's date; its first value if the date is earlier."""
    return parameter.on(max(place.as_at, parameter.values[0].since)).value


def practice_returns(place: Place) -> pl.DataFrame:
    """One row a practice: list_size, weighted, FTE and heads of each family, and what the GP return is worth.

    `gp_return` is "sound", "blank" (unknown) or "not_believed" (zero, or more patients to a GP than the parameter).
    Columns `gp_fte`, `gp_heads`, `partner_fte`, `nurse_fte`, `direct_care_fte`, `admin_fte` are null where blank.
    """
    most = value_on(load_parameter("implausible_patients_per_gp_fte"), place)
    table = place.practices.select(
        "practice_code",
        "practice_name",
        pl.col("list_size").cast(pl.Float64),
        (pl.col("weighted_list_size") if "weighted_list_size" in place.practices.columns else pl.lit(None))
        .cast(pl.Float64)
        .alias("weighted"),
    )
    wanted = (
        ("gp_fte", ("gp_fully_qualified",), "fte"),
        ("gp_heads", ("gp_fully_qualified",), "headcount"),
        ("partner_fte", ("gp_partner", "gp_senior_partner"), "fte"),
        ("nurse_fte", ("nurses",), "fte"),
        ("direct_care_fte", ("direct_patient_care",), "fte"),
        ("admin_fte", ("admin",), "fte"),
    )
    for name, roles, column in wanted:
        table = table.join(staff_of(place, roles, column).rename({"value": name}), on="practice_code", how="left")
    odd = (pl.col("gp_fte") == 0) | (pl.col("list_size") / pl.col("gp_fte") > most)
    state = pl.when(pl.col("gp_fte").is_null()).then(pl.lit("blank")).when(odd).then(pl.lit("not_believed"))
    return table.with_columns(state.otherwise(pl.lit("sound")).alias("gp_return")).sort("practice_code")


def staff_of(place: Place, roles: tuple[str, ...], column: str = "fte") -> pl.DataFrame:
    """Staff of some roles added up by practice: practice_code, value (null if all are blank)."""
    if "role" not in place.staff.columns or column not in place.staff.columns:
        return pl.DataFrame(schema={"practice_code": pl.String, "value": pl.Float64})
    rows = place.staff.filter(pl.col("role").is_in(list(roles)))
    value = pl.when(pl.col(column).is_not_null().any()).then(pl.col(column).cast(pl.Float64).sum())
    return rows.sort("practice_code", "role").group_by("practice_code", maintain_order=True).agg(value.alias("value"))


def similar_practices(place: Place, england: Place, returns: pl.DataFrame, how_many: int) -> pl.DataFrame:
    """The practices of England most like each of the place's: practice_code, similar, distance (least first).

    Like in list (logarithm), deprivation, share aged 65 and over, and rurality, each standardised over England; only
    practices with a sound GP return and all four can be chosen. A practice that lacks one has no row.
    """
    pool = _factors(england).join(returns.select("practice_code", "gp_return"), on="practice_code")
    mine = _factors(place)
    x = pool.select(FACTORS).to_numpy()
    if len(x) <= how_many or not mine.height:
        return pl.DataFrame(schema={"practice_code": pl.String, "similar": pl.String, "distance": pl.Float64})
    middle, spread = x.mean(axis=0), np.where(x.std(axis=0, ddof=1) > 0, x.std(axis=0, ddof=1), 1.0)
    sound = pool.filter(pl.col("gp_return") == "sound")
    z, codes = (sound.select(FACTORS).to_numpy() - middle) / spread, sound["practice_code"].to_numpy()
    rows: list[tuple[str, str, float]] = []
    for code, own in zip(mine["practice_code"], (mine.select(FACTORS).to_numpy() - middle) / spread, strict=True):
        distance = np.sqrt(((z - own) ** 2).sum(axis=1))
        distance[codes == code] = np.inf
        nearest = np.argsort(distance, kind="stable")[:how_many]
        rows += [(code, str(codes[k]), float(distance[k])) for k in nearest]
    return pl.DataFrame(rows, schema=["practice_code", "similar", "distance"], orient="row")


def _factors(place: Place) -> pl.DataFrame:
    ages = place.practice_ages
    old = (
        ages.group_by("practice_code")
        .agg(
            (pl.col("patients").filter(pl.col("age_from") >= 65).sum() / pl.col("patients").sum()).alias(
                "share_65_plus"
            )
        )
        .sort("practice_code")
    )
    return (
        place.practices.join(old, on="practice_code", how="left")
        .select(
            "practice_code",
            pl.col("list_size").log().alias("log_list"),
            pl.col("imd_score").cast(pl.Float64),
            "share_65_plus",
            (pl.col("practice_rurality") == "Rural").cast(pl.Float64).alias("rural"),
        )
        .drop_nulls()
        .sort("practice_code")
    )
