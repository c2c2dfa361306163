"""Generalised boundaries of integrated care boards of 2022."""

from datetime import date

from chesil.sources.geojson import boundary_contract, boundary_source
from chesil.sources.source import Edition

ICB22_BOUNDARIES = boundary_contract("icb22_boundaries")

SOURCE = boundary_source(
    "icb22_boundaries",
    "Boundaries of integrated care boards of 2022",
    ("icb22_code", "ICB22CD"),
    ("icb22_name", "ICB22NM"),
    (
        Edition(
            "geography/icb22_boundaries_2022.geojson",
            date(2022, 7, 1),
            obtained="converted",
            caveat="Very coarse, 661 points for 42 boards: for small maps only.",
        ),
        Edition(
            "geography/icb22_boundaries_2022_dorset.geojson",
            date(2022, 7, 1),
            obtained="derived",
            covers="Dorset",
            caveat="The outline of its 452 small areas put together, since the published layer is very coarse.",
        ),
    ),
    ICB22_BOUNDARIES,
)
