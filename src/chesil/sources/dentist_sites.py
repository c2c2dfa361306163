"""Dental practices of Great Britain, November 2025."""

from datetime import date

from chesil.sources.sites import site_contract, site_source
from chesil.sources.source import Edition

DENTIST_SITES = site_contract("dentist_sites", "dental practice")

SOURCE = site_source(
    "dentist_sites",
    "dental practices",
    r"dentist.*\.parquet$",
    Edition("services/dentist_sites_2025-11.parquet", date(2025, 11, 30)),
    DENTIST_SITES,
)
