"""Generalised boundaries of small areas (LSOA 2021)."""

from datetime import date

from chesil.sources.geojson import boundary_contract, boundary_source
from chesil.sources.source import Edition

LSOA21_BOUNDARIES = boundary_contract("lsoa21_boundaries")

SOURCE = boundary_source(
    "lsoa21_boundaries",
    "Boundaries of small areas (LSOA 2021)",
    ("lsoa21_code", "LSOA21CD"),
    ("lsoa21_name", "LSOA21NM"),
    (
        Edition(
            "geography/lsoa21_boundaries_2021_dorset.geojson",
            date(2021, 12, 31),
            obtained="converted",
            covers="Dorset",
        ),
    ),
    LSOA21_BOUNDARIES,
)
