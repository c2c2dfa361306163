"""Generalised boundaries of wards of 2022."""

from datetime import date

from chesil.sources.geojson import boundary_contract, boundary_source
from chesil.sources.source import Edition

WARD22_BOUNDARIES = boundary_contract("ward22_boundaries")

SOURCE = boundary_source(
    "ward22_boundaries",
    "Boundaries of wards of 2022",
    ("ward22_code", "WD22CD"),
    ("ward22_name", "WD22NM"),
    (
        Edition(
            "geography/ward22_boundaries_2022_dorset.geojson",
            date(2022, 5, 5),
            obtained="converted",
            covers="Dorset",
            caveat="Generalised otherwise than the small areas, so that borders do not coincide.",
        ),
    ),
    WARD22_BOUNDARIES,
)
