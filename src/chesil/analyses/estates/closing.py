"""What closing a site would save, cost and bring: cash only, and unknown where a part is unknown."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

SCHEMA = {
    "site_code": pl.String,
    "site_name": pl.String,
    "saves_gbp": pl.Float64,
    "saves_why": pl.String,
    "costs_gbp": pl.Float64,
    "costs_why": pl.String,
    "receipt_gbp": pl.Float64,
    "receipt_why": pl.String,
    "nothing_known": pl.Boolean,
}
PUBLIC = ("nhs_property",)


def closing_of(sites: pl.DataFrame, as_at: date) -> pl.DataFrame:
    """One row an open site: yearly cash saved, one-off cost, public receipt; each blank with the reason if unknown."""
    rows = [_row(r, as_at) for r in sites.iter_rows(named=True)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _row(site: Mapping[str, Any], as_at: date) -> tuple[object, ...]:
    paid, void = site["reimbursed_gbp"], site["void_gbp"]
    if paid is None and site["rent_gbp"] is None and site["notional_rent_gbp"] is None:
        saves, why = None, "what the NHS pays back for it is not known"
    elif void is None and not _ends_with_use(site):
        saves, why = None, "what it would cost empty is not known"
    else:
        first = next(v for v in (paid, site["rent_gbp"], site["notional_rent_gbp"]) if v is not None)
        saves, why = float(first) - float(void or 0.0), ""
    grant = grant_to_repay(site, as_at)
    if grant is None:
        costs, costs_why = None, "a grant is guaranteed by years of use, and its amount or date is not known"
    elif site["transition_gbp"] is None:
        costs, costs_why = None, "what leaving it would cost once is not known"
    else:
        costs, costs_why = grant + float(site["transition_gbp"]), ""
    receipt, receipt_why = _receipt(site)
    nothing = saves is None and costs is None and receipt is None and site["tenure"] is None
    return site["site_code"], site["site_name"], saves, why, costs, costs_why, receipt, receipt_why, nothing


def _ends_with_use(site: Mapping[str, Any]) -> bool:
    """True if payment stops with use: a notional rent for a building that its partners own leaves the NHS no void."""
    return site["tenure"] == "owned"


def grant_to_repay(site: Mapping[str, Any], as_at: date) -> float | None:
    """The part of a grant for years of guaranteed use still to run (pro rata: an assumption); None if not known."""
    until = site["guaranteed_use_until"]
    if until is None:
        return 0.0 if site["grant_gbp"] is None else None
    if until <= as_at:
        return 0.0
    if site["grant_gbp"] is None or site["grant_date"] is None or site["grant_date"] >= until:
        return None
    left = (until - max(as_at, site["grant_date"])).days
    return float(site["grant_gbp"]) * left / (until - site["grant_date"]).days


def _receipt(site: Mapping[str, Any]) -> tuple[float | None, str]:
    if site["tenure"] is None:
        return None, "who owns it is not known"
    if site["tenure"] not in PUBLIC:
        return 0.0, ""
    return (
        (float(site["disposal_gbp"]), "")
        if site["disposal_gbp"] is not None
        else (None, "what a sale would bring is not known")
    )
