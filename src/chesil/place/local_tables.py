"""Tables and columns of a place that no publication fills: a study's registers and a scenario's edits do."""

import polars as pl

from chesil.core.tables import Column, TableContract, maybe
from chesil.packs.contracts_practices import SITES as PACK_SITES

SITE_KINDS = ("main", "branch", "hub", "outreach", "candidate")
SITE_STATUSES = ("open", "closed", "candidate")


LOCAL_SITE_COLUMNS = (
    Column("status", "text", "open, closed or candidate", one_of=SITE_STATUSES),
    maybe("owner", "text", "who owns it"),
    maybe("tenure", "text", "how it is held"),
    maybe("gia_m2", "float", "gross internal area", "m2"),
    maybe("consulting_rooms", "int", "consulting and examination rooms", "rooms"),
    maybe("treatment_rooms", "int", "treatment rooms", "rooms"),
    maybe("address", "text", "address"),
    maybe("lease_end", "date", "day the lease ends"),
    maybe("lease_break", "date", "next day the lease can be broken"),
    maybe("rent_gbp", "float", "rent a year", "GBP"),
    maybe("notional_rent_gbp", "float", "notional rent a year", "GBP"),
    maybe("rent_review", "date", "day of the next rent review"),
    maybe("vat_on_rent", "bool", "whether VAT is charged on the rent"),
    maybe("reimbursed_gbp", "float", "what the NHS pays back for it a year", "GBP"),
    maybe("grant_gbp", "float", "grant given towards it", "GBP"),
    maybe("grant_date", "date", "day of the grant"),
    maybe("guaranteed_use_until", "date", "end of guaranteed use after a grant"),
    maybe("last_partner_liable", "bool", "whether the last partner would be left with the building"),
    maybe("condition_grade", "text", "condition, A good to D unacceptable"),
    maybe("year_built", "int", "year built"),
    maybe("utilisation_pct", "float", "share of room half-days used", "%"),
    maybe("backlog_gbp", "float", "backlog maintenance", "GBP"),
    maybe("step_free", "bool", "whether it can be entered without steps"),
    maybe("accessibility", "text", "what else is known of access for disabled people"),
    maybe("expansion_m2", "float", "room to extend", "m2"),
    maybe("void_gbp", "float", "cost a year of the building if it stood empty", "GBP"),
    maybe("transition_gbp", "float", "one-off cost of leaving it: moving, notice, reinstatement", "GBP"),
    maybe("disposal_gbp", "float", "what a sale is thought to bring its owner", "GBP"),
    maybe("equipment", "text", "equipment that a scenario adds"),
)

_LOCALLY = {
    "kind": Column("kind", "text", "kind of site", one_of=SITE_KINDS),
    "practice_code": maybe("practice_code", "text", "practice that uses it; blank for a hub or a candidate of nobody"),
}
"""Columns of the pack's sites that a study may fill in more ways than the pack does."""

SITES = TableContract(
    name="sites",
    about="Sites of a place: the pack's surgeries with what a study's register and a scenario's edits say of them.",
    key=("site_code",),
    columns=(
        *(_LOCALLY.get(c.name, c) for c in PACK_SITES.columns),
        *LOCAL_SITE_COLUMNS,
    ),
)

HOURS = TableContract(
    name="hours",
    about="One row a site, weekday and session of opening.",
    key=("site_code", "weekday", "opens"),
    columns=(
        Column("site_code", "text", "code of the site"),
        Column("weekday", "text", "day"),
        Column("opens", "text", "opening time, 24 hours"),
        Column("closes", "text", "closing time, 24 hours"),
        maybe("kind", "text", "core or extended hours"),
    ),
)

HOMES = TableContract(
    name="homes",
    about="Developments of homes, from the study's table of housing or an edit.",
    key=("development",),
    columns=(
        Column("development", "text", "name or planning reference"),
        maybe("easting", "int", "easting", "metres"),
        maybe("northing", "int", "northing", "metres"),
        Column("dwellings", "int", "homes", "homes"),
        maybe("people_per_dwelling", "float", "people in a home", "people"),
        maybe("first_completion", "date", "day of the first completions"),
        maybe("last_completion", "date", "day of the last completions"),
        maybe("status", "text", "stage"),
        maybe("comment_deadline", "date", "last day to comment on the application"),
    ),
)

HALF_DAYS = ("morning", "afternoon", "evening")

ROOM_USE = TableContract(
    name="room_use",
    about="One row a site, weekday and half-day: how many rooms were in use in a usual week.",
    key=("site_code", "weekday", "half_day"),
    columns=(
        Column("site_code", "text", "code of the site"),
        Column("weekday", "text", "day"),
        Column("half_day", "text", "half-day", one_of=HALF_DAYS),
        Column("rooms_used", "float", "rooms in use", "rooms", low=0),
        maybe("rooms_open", "float", "rooms that could have been used; blank means all", "rooms"),
    ),
)

ACTIVITY = TableContract(
    name="activity",
    about="Activity a year that an edit moves between settings, such as outpatient appointments into the community.",
    key=("activity", "setting"),
    columns=(
        Column("activity", "text", "what is done"),
        Column("setting", "text", "where it is done"),
        Column("amount", "float", "how much a year; below nought where it leaves", "a year"),
    ),
)

STAFF_CHANGES = TableContract(
    name="staff_changes",
    about="Staff that edits add (or take away), by practice and role: known even where a practice's return is not.",
    key=("practice_code", "role"),
    columns=(
        Column("practice_code", "text", "ODS code of the practice"),
        Column("role", "text", "role"),
        Column("fte", "float", "full-time equivalents added; below nought if taken away", "FTE"),
    ),
)

PARAMETERS = TableContract(
    name="parameters",
    about="Parameters that an edit sets to another value than the one in the definitions.",
    key=("parameter",),
    columns=(
        Column("parameter", "text", "name of the parameter"),
        Column("value", "float", "the value used instead"),
    ),
)


def with_local_columns(sites: pl.DataFrame) -> pl.DataFrame:
    """The pack's sites with the columns that only a study can fill, blank (unknown), each open."""
    added = [
        (pl.lit("open") if c.name == "status" else pl.lit(None)).cast(SITES.schema[c.name]).alias(c.name)
        for c in LOCAL_SITE_COLUMNS
        if c.name not in sites.columns
    ]
    return sites.with_columns(added)
