"""GP sites of Great Britain, November 2025."""

from datetime import date

from chesil.sources.sites import site_contract, site_source
from chesil.sources.source import Edition

GP_SITES = site_contract("gp_sites", "GP surgery")

SOURCE = site_source(
    "gp_sites",
    "GP sites",
    r"gp.*\.parquet$",
    Edition(
        "services/gp_sites_2025-11.parquet",
        date(2025, 11, 30),
        caveat="Main and some branch sites, without codes.",
    ),
    GP_SITES,
)
