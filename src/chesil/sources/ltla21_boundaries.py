"""Generalised boundaries of districts of 2021."""

from datetime import date

from chesil.sources.geojson import boundary_contract, boundary_source
from chesil.sources.source import Edition

LTLA21_BOUNDARIES = boundary_contract("ltla21_boundaries")

SOURCE = boundary_source(
    "ltla21_boundaries",
    "Boundaries of districts of 2021",
    ("ltla21_code", "LAD21CD"),
    ("ltla21_name", "LAD21NM"),
    (Edition("geography/ltla21_boundaries_2021.geojson.gz", date(2021, 12, 31), obtained="converted"),),
    LTLA21_BOUNDARIES,
)
