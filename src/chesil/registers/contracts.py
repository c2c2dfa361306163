"""The contract of every table a user brings to a study; a later table is one more contract and nothing else."""

from dataclasses import dataclass

from chesil.core.tables import Column, TableContract, maybe
from chesil.registers.contracts_equality import EQUALITY_CONTRACTS
from chesil.registers.contracts_estate import ESTATE_CONTRACTS
from chesil.registers.contracts_money import MONEY_CONTRACTS
from chesil.registers.contracts_need import NEED_CONTRACTS
from chesil.registers.contracts_strategy import STRATEGY_CONTRACTS

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

PRACTICE = Column("practice_code", "text", "ODS code of the practice", pattern="[A-Z][A-Z0-9][0-9]{4}")


def _gbp(name: str, about: str) -> Column:
    return maybe(name, "float", about, "GBP")


SITES = TableContract(
    name="sites",
    about="One row a building from which a practice works, or a site that could be one.",
    key=("site_code",),
    columns=(
        Column("site_code", "text", "a code of the site: ODS's if it has one, else your own"),
        maybe("practice_code", "text", "ODS code of the practice that uses it"),
        Column("site_name", "text", "name of the site"),
        maybe("kind", "text", "kind of site", one_of=("main", "branch", "hub", "outreach", "candidate")),
        maybe("address", "text", "address"),
        maybe("postcode", "text", "postcode"),
        maybe("easting", "int", "easting", "metres", low=0, high=700_000),
        maybe("northing", "int", "northing", "metres", low=0, high=700_000),
        maybe("status", "text", "open, closed or candidate", one_of=("open", "closed", "candidate")),
        maybe("owner", "text", "who owns it"),
        maybe("tenure", "text", "how it is held", one_of=("owned", "leased", "nhs_property", "other")),
        maybe("gia_m2", "float", "gross internal area", "m2", low=0, high=20_000),
        maybe("consulting_rooms", "int", "consulting and examination rooms", "rooms", low=0, high=200),
        maybe("treatment_rooms", "int", "treatment rooms", "rooms", low=0, high=200),
        maybe("lease_end", "date", "day the lease ends"),
        maybe("lease_break", "date", "next day the lease can be broken"),
        _gbp("rent_gbp", "rent a year"),
        _gbp("notional_rent_gbp", "notional rent a year"),
        maybe("rent_review", "date", "day of the next rent review"),
        maybe("vat_on_rent", "bool", "whether VAT is charged on the rent"),
        _gbp("reimbursed_gbp", "what the NHS pays back for it a year"),
        _gbp("grant_gbp", "grant given towards it"),
        maybe("grant_date", "date", "day of the grant"),
        maybe("guaranteed_use_until", "date", "end of guaranteed use after a grant"),
        maybe("last_partner_liable", "bool", "whether the last partner would be left with the building"),
        maybe("condition_grade", "text", "condition, A good to D unacceptable", one_of=("A", "B", "C", "D")),
        maybe("year_built", "int", "year built", low=1500, high=2100),
        maybe("utilisation_pct", "float", "share of room half-days used", "%", low=0, high=100),
        maybe("backlog_gbp", "float", "backlog maintenance", "GBP", low=0),
        maybe("step_free", "bool", "whether it can be entered without steps"),
        maybe("accessibility", "text", "what else is known of access for disabled people"),
        maybe("expansion_m2", "float", "room to extend", "m2", low=0),
        _gbp("void_gbp", "cost a year of the building if it stood empty"),
        _gbp("transition_gbp", "one-off cost of leaving it: moving, notice, reinstatement"),
        _gbp("disposal_gbp", "what a sale is thought to bring its owner"),
    ),
)

HOUSING = TableContract(
    name="housing",
    about="One row a development of homes, built, permitted or proposed.",
    key=("development",),
    columns=(
        Column("development", "text", "name or planning reference"),
        maybe("postcode", "text", "postcode near its middle"),
        maybe("easting", "int", "easting", "metres", low=0, high=700_000),
        maybe("northing", "int", "northing", "metres", low=0, high=700_000),
        Column("dwellings", "int", "homes", "homes", low=1, high=50_000),
        maybe("people_per_dwelling", "float", "people in a home", "people", low=0.5, high=6),
        maybe("first_completion", "date", "day of the first completions"),
        maybe("last_completion", "date", "day of the last completions"),
        maybe("status", "text", "stage", one_of=("allocated", "applied", "permitted", "building", "built", "refused")),
        maybe("comment_deadline", "date", "last day to comment"),
    ),
)

HOURS = TableContract(
    name="hours",
    about="One row a site, weekday and session of opening.",
    key=("site_code", "weekday", "opens"),
    columns=(
        Column("site_code", "text", "code of the site"),
        Column("weekday", "text", "day", one_of=WEEKDAYS),
        Column("opens", "text", "opening time, 24 hours", pattern="([01][0-9]|2[0-3]):[0-5][0-9]"),
        Column("closes", "text", "closing time, 24 hours", pattern="([01][0-9]|2[0-4]):[0-5][0-9]"),
        maybe("kind", "text", "core or extended hours", one_of=("core", "extended")),
    ),
)

VACANCIES = TableContract(
    name="vacancies",
    about="One row a practice, role and day since when it has been vacant.",
    key=("practice_code", "role", "since"),
    columns=(
        PRACTICE,
        Column("role", "text", "role"),
        Column("fte", "float", "vacant full-time equivalents", "FTE", low=0, high=50),
        Column("since", "date", "day since when"),
        maybe("status", "text", "advertised, offered or filled", one_of=("vacant", "advertised", "offered", "filled")),
    ),
)

REPLIES = TableContract(
    name="replies",
    about="A practice's own words about one of its figures, printed wherever the figure is.",
    key=("practice_code", "measure"),
    columns=(
        PRACTICE,
        Column("measure", "text", "name of the measure"),
        Column("reply", "text", "the practice's own words"),
        maybe("replied_by", "text", "role of the person who replied"),
        Column("replied_on", "date", "day of the reply"),
    ),
)

EXPECTED_PREVALENCE = TableContract(
    name="expected_prevalence",
    about="Prevalence that a cited source expects in a practice, set beside what it records.",
    key=("practice_code", "register"),
    columns=(
        PRACTICE,
        Column("register", "text", "QOF group code, such as DM", pattern="[A-Z]{2,4}"),
        Column(
            "expected_pct",
            "float",
            "expected share of patients of the ages that the register covers",
            "%",
            low=0,
            high=100,
        ),
        Column("source", "text", "publication, with its date"),
    ),
)

LOCAL_EVIDENCE = TableContract(
    name="local_evidence",
    about="What is known locally of a practice and not published: one row a kind of evidence.",
    key=("practice_code", "kind", "known_on"),
    columns=(
        PRACTICE,
        Column(
            "kind",
            "text",
            "kind of evidence",
            one_of=(
                "list_closed",
                "performance_concern",
                "unfilled_sessions",
                "partners_by_age",
                "single_handed",
                "retirement_notice",
                "leadership",
                "merger_or_split",
                "lease",
                "concern_raised",
                "cqc_rating",
                "qof_pct",
                "referral_or_prescribing",
                "recommend_pct",
                "phone_pct",
                "other",
            ),
        ),
        Column("value", "text", "what is known"),
        maybe("source", "text", "who says so"),
        Column("known_on", "date", "day it was known"),
        maybe("board_only", "bool", "whether only the board's edition may show it"),
    ),
)

READINESS = TableContract(
    name="readiness",
    about="How ready a practice says it is for change: one row a question and day of answer.",
    key=("practice_code", "question", "answered_on"),
    columns=(
        PRACTICE,
        Column(
            "question",
            "text",
            "what is asked about",
            one_of=(
                "leadership",
                "partners_agree",
                "workforce",
                "premises",
                "finance",
                "digital",
                "patients",
                "neighbours",
            ),
        ),
        Column("score", "int", "1 not yet, 2 beginning, 3 nearly, 4 ready", low=1, high=4),
        Column("answered_on", "date", "day of the answer"),
        maybe("answered_by", "text", "role of the person who answered"),
        maybe("note", "text", "in the practice's own words"),
    ),
)

CONTRACTS = TableContract(
    name="contracts",
    about="One row a contract that a practice holds.",
    key=("practice_code", "contract"),
    columns=(
        PRACTICE,
        Column("contract", "text", "name of the contract"),
        maybe("commissioner", "text", "who commissions it"),
        maybe("starts", "date", "first day"),
        maybe("ends", "date", "last day"),
        _gbp("annual_gbp", "value a year"),
        maybe("covers", "text", "what it pays for"),
    ),
)

SAVINGS = TableContract(
    name="savings",
    about="One row a line of savings.",
    key=("line",),
    columns=(
        Column("line", "text", "name of the line"),
        maybe("owner", "text", "who answers for it"),
        Column("amount_gbp", "float", "amount", "GBP"),
        Column("year", "text", "financial year, such as 2026/27", pattern="20[0-9]{2}/[0-9]{2}"),
        maybe("cashable", "bool", "whether it releases cash"),
        maybe("confidence", "text", "how sure", one_of=("high", "medium", "low")),
        maybe("also_counted_in", "text", "another line that may hold the same money"),
    ),
)

MILESTONES = TableContract(
    name="milestones",
    about="One row a milestone.",
    key=("milestone",),
    columns=(
        Column("milestone", "text", "what is to be done"),
        maybe("owner", "text", "who answers for it"),
        Column("due", "date", "day it is due"),
        maybe("status", "text", "status", one_of=("not_started", "under_way", "done", "late", "dropped")),
        maybe("evidence", "text", "what shows it"),
        maybe("updated_on", "date", "day of the last entry"),
    ),
)

GROUPS = TableContract(
    name="groups",
    about="Groups of practices that you draw: one row a grouping and practice.",
    key=("grouping", "practice_code"),
    columns=(
        Column("grouping", "text", "name of the grouping, such as neighbourhoods"),
        Column("group_name", "text", "name of the group"),
        PRACTICE,
    ),
)

REGISTERS: dict[str, TableContract] = {
    c.name: c
    for c in (
        SITES, HOUSING, HOURS, VACANCIES, REPLIES, EXPECTED_PREVALENCE, LOCAL_EVIDENCE, READINESS, CONTRACTS, SAVINGS,
        MILESTONES, GROUPS,
        *ESTATE_CONTRACTS, *NEED_CONTRACTS, *STRATEGY_CONTRACTS, *MONEY_CONTRACTS, *EQUALITY_CONTRACTS,
    )
}  # fmt: skip


@dataclass(frozen=True)
class Synonyms:
    """Headings that people use for a column."""

    column: str
    headings: tuple[str, ...]


SYNONYMS = (
    Synonyms("practice_code", ("ods code", "practice", "gp code", "code", "national code", "org code")),
    Synonyms("site_code", ("site", "site id", "branch code", "premises code", "property ref", "uprn")),
    Synonyms("site_name", ("name", "premises", "building", "property", "site address", "surgery")),
    Synonyms("postcode", ("post code", "pcode", "zip")),
    Synonyms("gia_m2", ("gia", "gross internal area", "floor area", "area m2", "nia", "size m2")),
    Synonyms("consulting_rooms", ("consult rooms", "rooms", "clinical rooms", "ce rooms")),
    Synonyms("lease_end", ("lease expiry", "expiry", "lease end date", "end of lease")),
    Synonyms("lease_break", ("break clause", "break date")),
    Synonyms("rent_gbp", ("rent", "annual rent", "rent pa", "rent p.a.", "current rent")),
    Synonyms("notional_rent_gbp", ("notional rent", "cmr")),
    Synonyms("condition_grade", ("condition", "grade", "facet 1")),
    Synonyms("owner", ("landlord", "freeholder", "lead", "responsible")),
    Synonyms("tenure", ("ownership", "held as")),
    Synonyms("development", ("site name", "scheme", "application", "reference", "planning ref")),
    Synonyms("dwellings", ("homes", "units", "houses", "no. of dwellings", "number of homes")),
    Synonyms("reply", ("response", "comment", "practice response")),
    Synonyms("milestone", ("action", "task", "deliverable")),
    Synonyms("due", ("due date", "deadline", "by when", "target date")),
    Synonyms("amount_gbp", ("amount", "value", "saving", "gbp", "£")),
    Synonyms("annual_gbp", ("annual value", "value", "contract value")),
    Synonyms("contract", ("contract name", "service", "scheme")),
    Synonyms("fte", ("wte", "vacant fte")),
    Synonyms("grouping", ("kind", "set")),
    Synonyms("group_name", ("group", "neighbourhood", "hub", "locality")),
    Synonyms("weekday", ("day",)),
    Synonyms("opens", ("open", "from", "start")),
    Synonyms("closes", ("close", "to", "end", "until")),
)
