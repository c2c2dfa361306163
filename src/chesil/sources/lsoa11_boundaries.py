"""Generalised boundaries of small areas (LSOA 2011)."""

from datetime import date

from chesil.sources.geojson import boundary_contract, boundary_source
from chesil.sources.source import Edition

LSOA11_BOUNDARIES = boundary_contract("lsoa11_boundaries")

SOURCE = boundary_source(
    "lsoa11_boundaries",
    "Boundaries of small areas (LSOA 2011)",
    ("lsoa11_code", "LSOA11CD"),
    ("lsoa11_name", "LSOA11NM"),
    (
        Edition(
            "geography/lsoa11_boundaries_2011.geojson.gz",
            date(2011, 12, 31),
            obtained="converted",
            caveat="Generalised. E01019828 crosses itself, as published.",
        ),
    ),
    LSOA11_BOUNDARIES,
)
