"""The contracts of the pack's practice tables: one row a practice and vintage unless said otherwise."""

from chesil.core.tables import Column, TableContract

VINTAGES = ("2015/16", "2022/23", "2025/26")

PRACTICE = Column("practice_code", "text", "ODS code of the practice", pattern="[A-Z][A-Z0-9][0-9]{4}")
VINTAGE = Column("vintage", "text", "vintage the row belongs to", one_of=VINTAGES)


def _text(name: str, about: str) -> Column:
    return Column(name, "text", about, missing=True)


def _gbp(name: str, about: str) -> Column:
    return Column(name, "float", about, "GBP", missing=True)


PRACTICES = TableContract(
    name="practices",
    about="One row a practice and vintage: the codes with patients in that vintage's list.",
    key=("practice_code", "vintage"),
    columns=(
        PRACTICE,
        VINTAGE,
        Column("practice_name", "text", "name as published"),
        _text("postcode", "postcode of the main site"),
        _text("sub_icb_code", "sub-ICB location (before July 2022 the CCG)"),
        _text("icb_code", "integrated care board (of the CCG's successors in 2015/16)"),
        _text("pcn_code", "primary care network; U means unallocated"),
        Column("list_size", "int", "registered patients", "patients", low=1),
        Column(
            "weighted_list_size",
            "float",
            "patients weighted for need by the global sum formula",
            "patients",
            True,
            0,
        ),
        Column("payments_list_size", "float", "patients on which the payments are reckoned", "patients", True, 0),
        _text("contract_type", "GMS, PMS, APMS or other, as published"),
        Column("dispensing", "bool", "whether the practice dispenses", missing=True),
        _text("practice_rurality", "rurality as the payments publication has it"),
        _text("practice_type", "type as the payments publication has it"),
        _text("supplier", "clinical system"),
        Column("imd_score", "float", "published deprivation of the practice's patients", "score", missing=True),
        Column("easting", "int", "main site, easting", "metres", True, 0, 700_000),
        Column("northing", "int", "main site, northing", "metres", True, 0, 700_000),
    ),
)

PRACTICE_CODES = TableContract(
    name="practice_codes",
    about="Every GP practice code that ODS has held: open or closed, as at February 2026 (or when last seen).",
    key=("practice_code",),
    columns=(
        PRACTICE,
        Column("practice_name", "text", "name as published"),
        _text("postcode", "last published postcode"),
        Column("open_date", "date", "day the code opened", missing=True),
        Column("close_date", "date", "day the code closed", missing=True),
        Column(
            "status",
            "text",
            "active, closed, dormant or proposed",
            one_of=("active", "closed", "dormant", "proposed"),
        ),
        _text("sub_icb_code", "last commissioner"),
    ),
)

PRACTICE_AGES = TableContract(
    name="practice_ages",
    about="Registered patients by sex and age band; the bands differ by vintage. age_to blank means and over.",
    key=("practice_code", "vintage", "sex", "age_from"),
    columns=(
        PRACTICE,
        VINTAGE,
        Column("sex", "text", "sex as recorded", one_of=("female", "male")),
        Column("age_from", "int", "youngest age of the band", "years", low=0),
        Column("age_to", "int", "oldest age of the band", "years", missing=True, low=0),
        Column("patients", "int", "registered patients", "patients", low=0),
    ),
)

LIST_SIZES = TableContract(
    name="list_sizes",
    about="Published list totals on other dates than the vintages'.",
    key=("practice_code", "date"),
    columns=(
        PRACTICE,
        Column("date", "date", "day of the list"),
        Column("patients", "int", "registered patients", "patients", low=0),
    ),
)

REGISTRATIONS = TableContract(
    name="registrations",
    about="Registered patients by practice and small area of residence. Areas outside England keep their codes; "
    "NO2011 is no known area. 2022/23 is published; 2025/26 is projected and adds up to the published lists.",
    key=("practice_code", "vintage", "lsoa11"),
    columns=(
        PRACTICE,
        VINTAGE,
        Column("lsoa11", "text", "small area of residence (LSOA 2011), W01... in Wales, NO2011 unknown"),
        Column("patients", "int", "registered patients", "patients", low=0),
    ),
)

REGISTERS = TableContract(
    name="registers",
    about="Patients on each QOF disease register with the list of the ages that it covers.",
    key=("practice_code", "year", "register"),
    columns=(
        PRACTICE,
        Column("year", "text", "financial year"),
        Column("register", "text", "QOF group code, such as AST"),
        Column("patients_on_register", "int", "patients on the register", "patients", low=0),
        Column("list_type", "text", "ages that the list covers"),
        Column("list_size", "int", "patients of those ages", "patients", low=0),
    ),
)

STAFF = TableContract(
    name="staff",
    about="Practice staff by role. A blank return is unknown, not zero.",
    key=("practice_code", "vintage", "role"),
    columns=(
        PRACTICE,
        VINTAGE,
        Column("role", "text", "role; roles nest (gp_all holds gp_fully_qualified)"),
        Column("headcount", "float", "people", "people", missing=True, low=0),
        Column("fte", "float", "full-time equivalents of 37.5 hours", "FTE", missing=True, low=0),
    ),
)

GP_FTE_HISTORY = TableContract(
    name="gp_fte_history",
    about="Yearly mean of fully qualified GPs (no trainees or locums) by practice, 2016 to 2024.",
    key=("practice_code", "year"),
    columns=(
        PRACTICE,
        Column("year", "int", "financial year by its end", low=2000, high=2100),
        Column("patients", "float", "mean registered patients", "patients", missing=True, low=0),
        Column("gp_headcount", "float", "mean people", "people", missing=True, low=0),
        Column("gp_fte", "float", "mean full-time equivalents", "FTE", missing=True, low=0),
    ),
)

PCN_STAFF = TableContract(
    name="pcn_staff",
    about="Staff employed through a primary care network, June 2026.",
    key=("pcn_code", "staff_group", "staff_role", "detailed_role"),
    columns=(
        Column("pcn_code", "text", "primary care network"),
        Column("staff_group", "text", "staff group as published"),
        Column("staff_role", "text", "role as published"),
        Column("detailed_role", "text", "detailed role as published"),
        Column("fte", "float", "full-time equivalents", "FTE", low=0),
        Column("staff_records", "int", "records", "records", low=0),
    ),
)

PAYMENT_YEARS = TableContract(
    name="payment_years",
    about="One row a practice and financial year of NHS payments: its lists, contract and commissioner then.",
    key=("practice_code", "year"),
    columns=(
        PRACTICE,
        Column("year", "text", "financial year"),
        Column("list_size", "float", "registered patients (last known, or mean of quarters)", "patients", True, 0),
        Column("weighted_list_size", "float", "weighted patients", "patients", True, 0),
        _text("contract_type", "contract as published"),
        Column("dispensing", "bool", "whether the practice dispenses", missing=True),
        _text("commissioner_code", "CCG or sub-ICB location"),
        _text("pcn_code", "primary care network"),
        _gbp("published_total", "total NHS payments as published, to check the streams"),
    ),
)

PAYMENTS = TableContract(
    name="payments",
    about="Payments by stream over nine years; a stream that is not here was zero or blank for that practice.",
    key=("practice_code", "year", "stream"),
    columns=(
        PRACTICE,
        Column("year", "text", "financial year"),
        Column("stream", "text", "stream of payment"),
        Column("pence", "int", "payment (negative if clawed back)", "pence"),
    ),
)

SITES = TableContract(
    name="sites",
    about="Surgeries: the main site of every practice code of the vintages, and branches as known in 2017.",
    key=("site_code",),
    columns=(
        Column("site_code", "text", "ODS code of the site (a main site has the practice's)"),
        PRACTICE,
        Column("kind", "text", "main or branch", one_of=("main", "branch")),
        Column("site_name", "text", "name as published"),
        _text("postcode", "postcode"),
        Column("easting", "int", "easting", "metres", True, 0, 700_000),
        Column("northing", "int", "northing", "metres", True, 0, 700_000),
        Column("known_on", "date", "date of the publication that names it"),
    ),
)

SERVICES = TableContract(
    name="services",
    about="Pharmacies, NHS trust sites, dentists and GP sites of November 2025.",
    key=("kind", "name", "postcode"),
    columns=(
        Column("kind", "text", "kind of service", one_of=("pharmacy", "hospital_site", "dentist", "gp_site")),
        Column("name", "text", "name as published"),
        Column("postcode", "text", "postcode"),
        Column("easting", "int", "easting", "metres", low=0, high=700_000),
        Column("northing", "int", "northing", "metres", low=0, high=700_000),
    ),
)

PRACTICE_INDICATORS = TableContract(
    name="practice_indicators",
    about="Other published values by practice: one row a practice, indicator and period.",
    key=("practice_code", "indicator", "period"),
    columns=(
        PRACTICE,
        Column("indicator", "text", "name of the indicator"),
        Column("period", "text", "period of the value"),
        Column("value", "float", "the value, in the indicator's unit", missing=True),
    ),
)

APPOINTMENT_MONTHS = TableContract(
    name="appointment_months",
    about="Appointments by month, March 2019 to August 2021, where held here (Dorset CCG): all, and of several kinds.",
    key=("sub_icb_code", "month", "kind"),
    columns=(
        Column("sub_icb_code", "text", "sub-ICB location (then a CCG)"),
        Column("month", "date", "first day of the month"),
        Column(
            "kind",
            "text",
            "which appointments",
            one_of=("all", "attended", "same_day", "face_to_face", "telephone", "online", "with_gp"),
        ),
        Column("appointments", "int", "appointments", "appointments", low=0),
    ),
)

PRACTICE_RATINGS = TableContract(
    name="practice_ratings",
    about="Overall rating by the Care Quality Commission, where transcribed (Dorset).",
    key=("practice_code",),
    columns=(
        PRACTICE,
        Column("rating", "text", "overall rating"),
        Column("year_of_rating", "int", "year of the rating", missing=True),
    ),
)

PRACTICE_CONTRACTS = (
    PRACTICES,
    PRACTICE_CODES,
    PRACTICE_AGES,
    LIST_SIZES,
    REGISTRATIONS,
    REGISTERS,
    STAFF,
    GP_FTE_HISTORY,
    PCN_STAFF,
    PAYMENT_YEARS,
    PAYMENTS,
    SITES,
    SERVICES,
    PRACTICE_INDICATORS,
    APPOINTMENT_MONTHS,
    PRACTICE_RATINGS,
)
