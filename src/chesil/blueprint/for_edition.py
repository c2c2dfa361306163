"""A study as an edition may use it: what is private is taken out before anything is computed, so a pack can be re-run."""

from dataclasses import replace

import polars as pl

from chesil.study import Study

PRIVATE_REGISTERS = ("local_evidence", "vacancies", "contracts", "readiness")
"""Tables about named practices that only the board's and the practice's edition may rest on."""
PRIVATE_SITE_COLUMNS = (
    "owner", "lease_end", "lease_break", "rent_gbp", "notional_rent_gbp", "rent_review", "guaranteed_use_until",
    "last_partner_liable",
)  # fmt: skip
"""What a register of sites says of contracts and of people's liabilities."""


def study_for_edition(study: Study, edition: str) -> Study:
    """The study in an edition. The public one has no private tables and no terms of leases: figures that rest on them
    are not known there, and its pack recomputes exactly what it shows.
    """
    if edition != "public":
        return replace(study, edition=edition)
    registers = {n: t for n, t in study.registers.items() if n not in PRIVATE_REGISTERS}
    if "sites" in registers:
        blank = [
            pl.lit(None, registers["sites"].schema[c]).alias(c) for c in PRIVATE_SITE_COLUMNS if c in registers["sites"]
        ]
        registers["sites"] = registers["sites"].with_columns(blank)
    receipts = {n: r for n, r in study.receipts.items() if n.removeprefix("study:") not in PRIVATE_REGISTERS}
    return replace(study, edition=edition, registers=registers, receipts=receipts)
