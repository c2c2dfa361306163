"""Published mean drive minutes from each small area to the nearest GP, dentist, pharmacy and hospital site."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

AHAH_MINUTES = TableContract(
    name="ahah_minutes",
    about="One row a small area.",
    key=("lsoa11",),
    columns=(
        Column("lsoa11", "text", "code of the small area (LSOA 2011)", pattern="E01[0-9]{6}"),
        Column("gp_minutes", "float", "mean drive minutes to the nearest GP surgery", unit="minutes", low=0),
        Column("dentist_minutes", "float", "mean drive minutes to the nearest dentist", unit="minutes", low=0),
        Column("pharmacy_minutes", "float", "mean drive minutes to the nearest pharmacy", unit="minutes", low=0),
        Column(
            "hospital_minutes",
            "float",
            "mean drive minutes to the nearest NHS hospital site",
            unit="minutes",
            low=0,
        ),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "lsoa11": "lsoa11",
    "gp_minutes": (
        "gp",
        "ah3gp",
    ),
    "dentist_minutes": (
        "dent",
        "ah3dent",
    ),
    "pharmacy_minutes": (
        "phar",
        "ah3phar",
    ),
    "hospital_minutes": (
        "hosp",
        "ah3hosp",
    ),
}


def read_ahah_minutes(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"ahah_minutes": read_as(path, AHAH_MINUTES, PUBLISHED_AS, keep=pl.col("lsoa11").str.starts_with("E01"))}


SOURCE = Source(
    name="ahah_minutes",
    publisher="Consumer Data Research Centre",
    publication="Access to Healthy Assets and Hazards, version 3",
    licence=OGL,
    landing_page="https://data.geods.ac.uk/dataset/access-to-healthy-assets-hazards-ahah",
    link_patterns=(r"ahah.*\.csv$",),
    editions=(
        Edition(
            "travel/ahah_v3_drive_minutes_2022.csv.gz",
            date(2022, 3, 31),
            caveat="Nearest surgery, not the registered one; hospital means any NHS site.",
        ),
    ),
    tables=(AHAH_MINUTES,),
    read=read_ahah_minutes,
    attribution="Access to Healthy Assets and Hazards, Consumer Data Research Centre",
)
