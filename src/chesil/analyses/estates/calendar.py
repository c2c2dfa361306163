"""The calendar of an estate: leases, rents, grants, contracts and planning, with what missing each date would cost."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from chesil.place.place import Place

SCHEMA = {
    "on": pl.Date,
    "about": pl.String,
    "what": pl.String,
    "cost_of_missing_gbp": pl.Float64,
    "how": pl.String,
    "is_past": pl.Boolean,
}


def calendar_of(place: Place, contracts: pl.DataFrame | None, asked: Mapping[str, float]) -> pl.DataFrame:
    """One row a date, soonest first. The cost of missing it is blank where it is not known, with what would tell it.

    `asked` is the money that the reply to each development's application would ask for, where it is known.
    """
    rows: list[tuple[date, str, str, float | None, str]] = []
    for s in place.sites.filter(pl.col("status") == "open").iter_rows(named=True):
        rent = s["rent_gbp"]
        if s["lease_break"]:
            years = (s["lease_end"] - s["lease_break"]).days / 365.25 if s["lease_end"] else None
            cost = rent * years if rent is not None and years is not None and years > 0 else None
            rows.append(
                (
                    s["lease_break"],
                    s["site_name"],
                    "the lease can be broken",
                    cost,
                    "rent from then to the lease’s end"
                    if cost is not None
                    else "its rent or the lease’s end is not known",
                )
            )
        if s["lease_end"]:
            rows.append(
                (
                    s["lease_end"],
                    s["site_name"],
                    "the lease ends",
                    None,
                    "the practice may have to leave, or hold over on the landlord’s terms",
                )
            )
        if s["rent_review"]:
            rows.append(
                (s["rent_review"], s["site_name"], "the rent is reviewed", None, "not known before the valuation")
            )
        if s["guaranteed_use_until"]:
            rows.append(
                (
                    s["guaranteed_use_until"],
                    s["site_name"],
                    "guaranteed use after a grant ends",
                    None,
                    "leaving earlier would mean repaying part of the grant",
                )
            )
    for c in contracts.iter_rows(named=True) if contracts is not None else ():
        if c["ends"]:
            rows.append(
                (
                    c["ends"],
                    f"{c['practice_code']}: {c['contract']}",
                    "the contract ends",
                    c["annual_gbp"],
                    "its value a year" if c["annual_gbp"] is not None else "its value is not known",
                )
            )
    for h in place.homes.iter_rows(named=True):
        if h["comment_deadline"]:
            rows.append(
                (
                    h["comment_deadline"],
                    h["development"],
                    "last day to comment on the application",
                    asked.get(h["development"]),
                    "a contribution for health that is not asked for is not paid; see `chesil estate --planning`",
                )
            )
    ordered = sorted(rows, key=lambda r: (r[0], r[1], r[2]))
    return pl.DataFrame([(*r, r[0] < place.as_at) for r in ordered], schema=SCHEMA, orient="row")
