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
        registers["sites"] = _without_terms(registers["sites"], pl.lit(False))
    receipts = {n: r for n, r in study.receipts.items() if n.removeprefix("study:") not in PRIVATE_REGISTERS}
    return replace(study, edition=edition, registers=registers, receipts=receipts)


def study_for_practice(study: Study, practice_code: str) -> Study:
    """The study as the pack of one practice's own edition holds it: of private tables and terms of leases only its own rows.

    Figures of wholes that rest on others' rows cannot be worked out again from it.
    """
    is_own = pl.col("practice_code") == practice_code
    registers = dict(study.registers)
    for name in (n for n in PRIVATE_REGISTERS if n in registers):
        table = registers[name]
        registers[name] = table.filter(is_own) if "practice_code" in table.columns else table.clear()
    if "sites" in registers:
        sites = registers["sites"]
        registers["sites"] = _without_terms(
            sites, is_own.fill_null(False) if "practice_code" in sites.columns else pl.lit(False)
        )
    return replace(study, edition="practice", registers=registers)


def _without_terms(sites: pl.DataFrame, kept: pl.Expr) -> pl.DataFrame:
    """Sites with blank owners, leases and rents but where `kept`."""
    return sites.with_columns(
        pl.when(kept).then(pl.col(c)).alias(c) for c in PRIVATE_SITE_COLUMNS if c in sites.columns
    )
