"""Generalised boundaries of middle-layer areas (MSOA 2011)."""

from datetime import date

from chesil.sources.geojson import boundary_contract, boundary_source
from chesil.sources.source import Edition

MSOA11_BOUNDARIES = boundary_contract("msoa11_boundaries")

SOURCE = boundary_source(
    "msoa11_boundaries",
    "Boundaries of middle-layer areas (MSOA 2011)",
    ("msoa11_code", "MSOA11CD"),
    ("msoa11_name", "MSOA11NM"),
    (
        Edition(
            "geography/msoa11_boundaries_2011_dorset.geojson",
            date(2011, 12, 31),
            obtained="converted",
            covers="Dorset",
        ),
    ),
    MSOA11_BOUNDARIES,
)
