"""Households in fuel poverty by small area (low income low energy efficiency)."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.source import OGL, Edition, Source
from chesil.sources.workbooks import read_published_as

FUEL_POVERTY = TableContract(
    name="fuel_poverty",
    about="One row a small area of 2021.",
    key=("lsoa21",),
    columns=(
        Column("lsoa21", "text", "code of the small area (LSOA 2021)", pattern="E01[0-9]{6}"),
        Column("households", "int", "households", unit="households", low=0),
        Column("households_fuel_poor", "int", "households in fuel poverty", unit="households", low=0),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "lsoa21": (
        "lsoa21_code",
        "LSOA21CD",
        "LSOA code (2021)",
        "LSOA Code",
        "lower layer super output areas code",
    ),
    "households": ("Number of households", "Number of households1"),
    "households_fuel_poor": ("Number of households in fuel poverty", "Number of households in fuel poverty1"),
}


def read_fuel_poverty(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"fuel_poverty": read_published_as(path, FUEL_POVERTY, PUBLISHED_AS, "LSOA Code")}


SOURCE = Source(
    name="fuel_poverty",
    publisher="Department for Energy Security and Net Zero",
    publication="Sub-regional fuel poverty",
    licence=OGL,
    landing_page="https://www.gov.uk/government/collections/fuel-poverty-sub-regional-statistics",
    link_patterns=(r"sub-regional-fuel-poverty.*\.xlsx$",),
    editions=(
        Edition(
            "health/fuel_poverty_lsoa21_2022.csv.gz",
            date(2022, 12, 31),
            caveat="Year inferred. Modelled by the publisher: treat single areas with caution.",
        ),
    ),
    tables=(FUEL_POVERTY,),
    read=read_fuel_poverty,
)
