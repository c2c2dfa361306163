"""The tables that the analysis of variation is given: all England's registers, factors and fitted models."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import polars as pl

from chesil.definitions import load_definition

YEAR = "2021/22"
"""The newest year of registers for all England."""
FULL, WITHOUT = "all_factors", "without_deprivation_and_ethnicity"
NOT_COMPARED = ("drugs", "prescribing_fees", "dispensing_fees")
"""Streams left out when payments are compared: they follow what a practice dispenses."""
DIABETES = {"diabetes_blood_pressure": "dm019_blood_pressure", "diabetes_hba1c": "dm020_hba1c"}


@dataclass(frozen=True)
class VariationTables:
    """England's registers and shares of one year by practice, the factors, models and fits, and the yearly histories.

    `codes` locates every code ever held: practice_code, easting, northing, district.
    """

    registers: pl.DataFrame
    indicators: pl.DataFrame
    factors: pl.DataFrame
    models: pl.DataFrame
    covariances: pl.DataFrame
    fits: pl.DataFrame
    payment_years: pl.DataFrame
    payments: pl.DataFrame
    gp_history: pl.DataFrame
    codes: pl.DataFrame


def tables_by(read: Callable[..., pl.DataFrame]) -> VariationTables:
    """The tables as `read(name, where=expression)` gives them."""
    newest = pl.col("year") == YEAR
    return VariationTables(
        registers=read("registers", where=newest),
        indicators=read("practice_indicators", where=pl.col("indicator").is_in(list(DIABETES.values()))),
        factors=read("practice_factors"),
        models=read("recording_models", where=newest),
        covariances=read("recording_covariances", where=newest),
        fits=read("recording_fits"),
        payment_years=read("payment_years"),
        payments=read("payments", where=pl.col("stream").is_in(list(NOT_COMPARED))),
        gp_history=read("gp_fte_history"),
        codes=_located(read("practice_codes"), read("practices")),
    )


def _located(codes: pl.DataFrame, practices: pl.DataFrame) -> pl.DataFrame:
    """Codes ended and open: practice_code, easting, northing, district (of the postcode); blank where unknown."""
    at = practices.drop_nulls("easting").sort("practice_code", "vintage").group_by("practice_code", maintain_order=True)
    known = codes.join(at.agg(pl.col("easting", "northing").last()), on="practice_code", how="left")
    district = pl.col("postcode").str.split(" ").list.first()
    return known.select("practice_code", "easting", "northing", district.alias("district"))


@cache
def register_words() -> Mapping[str, str]:
    """The name of each register in words, by its code, in order of the alphabet."""
    return {code: record["title"] for code, record in sorted(load_definition("registers", "qof").items())}
