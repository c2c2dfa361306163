"""Pharmacies of Great Britain, November 2025."""

from datetime import date

from chesil.sources.sites import site_contract, site_source
from chesil.sources.source import Edition

PHARMACY_SITES = site_contract("pharmacy_sites", "pharmacy")

SOURCE = site_source(
    "pharmacy_sites",
    "pharmacies",
    r"pharmacy.*\.parquet$",
    Edition(
        "services/pharmacy_sites_2025-11.parquet", date(2025, 11, 30), caveat="Two are listed twice, and are read once."
    ),
    PHARMACY_SITES,
)
