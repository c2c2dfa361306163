"""NHS trust sites of Great Britain, November 2025."""

from datetime import date

from chesil.sources.sites import site_contract, site_source
from chesil.sources.source import Edition

HOSPITAL_SITES = site_contract("hospital_sites", "NHS trust site")

SOURCE = site_source(
    "hospital_sites",
    "NHS trust sites",
    r"hospital.*\.parquet$",
    Edition(
        "services/hospital_sites_2025-11.parquet",
        date(2025, 11, 30),
        caveat="All sites of NHS trusts, clinics and ambulance stations among them.",
    ),
    HOSPITAL_SITES,
)
