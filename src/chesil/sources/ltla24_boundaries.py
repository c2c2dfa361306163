"""Generalised boundaries of districts of 2024."""

from datetime import date

from chesil.sources.geojson import boundary_contract, boundary_source
from chesil.sources.source import Edition

LTLA24_BOUNDARIES = boundary_contract("ltla24_boundaries")

SOURCE = boundary_source(
    "ltla24_boundaries",
    "Boundaries of districts of 2024",
    ("ltla24_code", "LAD24CD"),
    ("ltla24_name", "LAD24NM"),
    (
        Edition(
            "geography/ltla24_boundaries_2024_dorset_and_neighbours.geojson",
            date(2024, 5, 2),
            obtained="converted",
            covers="Dorset and its neighbours",
        ),
    ),
    LTLA24_BOUNDARIES,
)
