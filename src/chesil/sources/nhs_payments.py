"""NHS payments to general practice, nine years: every stream of money to every practice, in one set of names."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.errors import InputRefused, Problem
from chesil.core.tables import MOST_ROWS_NAMED, Column, TableContract, check_table
from chesil.sources.reading import LAYOUT_WAY_OUT, Wanted, pick_columns, read_text_table, refused
from chesil.sources.source import OGL, Edition, Source

STREAMS = {
    "global_sum": ("core", "Global Sum"),
    "mpig": ("core", "MPIG Correction factor"),
    "pms_balance": ("core", "Balance of PMS Expenditure"),
    "premises": ("premises", "Premises Payments"),
    "qof": ("qof", "Total QOF Payments"),
    "seniority": ("staff", "Seniority"),
    "retainer_scheme": ("staff", "Doctors Retainer Scheme Payments", "Doctors.Retainer.Scheme.Payments"),
    "locum_allowances": ("staff", "Total Locum Allowances"),
    "prolonged_study_leave": ("staff", "Prolonged Study Leave"),
    "appraisal": ("staff", "Appraisal Costs", "Appraisal - Appraiser Costs in Respect of Locums"),
    "admin_other": ("other", "PCO Admin Other"),
    "information_technology": ("other", "Information Management and Technology"),
    "forward_view": ("other", "General Practice Forward View", "General Practice Transformation"),
    "winter_access_fund": ("other", "winter Access Fund"),
    "other": ("other", "Other Payments"),
    "alcohol": ("enhanced", "Alcohol"),
    "childhood_vaccination": ("enhanced", "Childhood Vaccination and Immunisation Scheme"),
    "extended_hours": ("enhanced", "GP Extended Hours Access"),
    "dementia": ("enhanced", "Facilitating Timely Diagnosis and Support for People with Dementia"),
    "online_access": ("enhanced", "Improving Patient Online Access"),
    "flu_and_pneumococcal": ("enhanced", "Influenza and Pneumococcal Immunisations"),
    "learning_disabilities": ("enhanced", "Learning Disabilities"),
    "minor_surgery": ("enhanced", "Minor Surgery"),
    "patient_participation": ("enhanced", "Patient Participation"),
    "remote_care_monitoring": ("enhanced", "Remote Care Monitoring"),
    "risk_profiling": ("enhanced", "Risk Profiling and Case Management"),
    "rotavirus_and_shingles": ("enhanced", "Rotavirus and Shingles Immunisation"),
    "violent_patients": ("enhanced", "Services for Violent Patients"),
    "unplanned_admissions": ("enhanced", "Unplanned Admissions"),
    "out_of_area_urgent_care": ("enhanced", "Out Of Area in Hours Urgent Care"),
    "meningitis": ("enhanced", "Meningitis"),
    "pertussis": ("enhanced", "Pertussis"),
    "medical_assessment_reviews": ("enhanced", "Medical Assessment Reviews"),
    "weight_management": ("enhanced", "Weight Management Service"),
    "pneumococcal_childhood": (
        "enhanced",
        "Non DES Item Pneumococcal Vaccine, Childhood Immunisation Main Programme",
    ),
    # Called a total until 2016-17, yet the year adds up only if it is one more part.
    "other_national_enhanced": ("enhanced", "Total National Enhanced Services"),
    "local_schemes": (
        "local",
        "Total Local Enhanced Services",
        "Total Local Incentive Schemes",
        "Local Incentive Schemes",
    ),
    "pcn_participation": ("pcn", "PCN Participation"),
    "prescribing_fees": ("dispensing", "Prescribing Fee Payments"),
    "dispensing_fees": ("dispensing", "Dispensing Fee Payments"),
    "drugs": ("dispensing", "Reimbursement of Drugs"),
    "deductions": ("deductions", "Deductions for Pensions, Levies and Prescription Charge Income"),
    "pcn_leadership": ("beyond_total", "PCN Leadership"),
    "pcn_support": ("beyond_total", "PCN Support"),
    "pcn_extended_hours": ("beyond_total", "PCN Extended Hours Access"),
    "pcn_workforce": ("beyond_total", "PCN Workforce"),
    "pcn_investment_and_impact": ("beyond_total", "PCN Investment and impact Fund"),
    "pcn_care_home": ("beyond_total", "PCN Care Home Premium"),
    "pcn_enhanced_access": ("beyond_total", "PCN Enhanced Access"),
    "covid_immunisation": ("beyond_total", "Covid Immunisation"),
    "covid_support": ("beyond_total", "Covid Support and Expansion"),
    "long_covid": ("beyond_total", "Long Covid"),
}
"""Our stream: (its group, then the names it has been published under). Streams of the groups `deductions` and
`beyond_total` are no part of the published total."""

NOT_IN_TOTAL = ("deductions", "beyond_total")
GROUP_OF = {stream: names[0] for stream, names in STREAMS.items()}
MAY_DIFFER_BY = 0.10
"""Pounds by which streams may differ from the published total of a practice: the pence of some forty roundings."""
MAY_DIFFER_BY_WHOLE_POUNDS = 20.0
"""The same where a year is published in whole pounds (2014-15)."""

PAYMENTS_PRACTICES = TableContract(
    name="payments_practices",
    about="One row a practice: its lists, contract and commissioner in that financial year.",
    key=("practice_code",),
    columns=(
        Column("practice_code", "text", "ODS code of the practice"),
        Column("name", "text", "name as published", missing=True),
        Column("postcode", "text", "postcode", missing=True),
        Column("year", "text", "financial year"),
        Column("contract_type", "text", "contract as published", missing=True),
        Column("dispensing", "bool", "whether it dispenses", missing=True),
        Column("practice_type", "text", "type as published", missing=True),
        Column("rurality", "text", "rurality as published", missing=True),
        Column("commissioner_code", "text", "CCG or sub-ICB location", missing=True),
        Column("commissioner_name", "text", "its name", missing=True),
        Column("pcn_code", "text", "primary care network", missing=True),
        Column("list_size", "float", "registered patients", "patients", missing=True, low=0),
        Column("weighted_list_size", "float", "weighted patients", "patients", missing=True, low=0),
        Column("published_total", "float", "total payments as published", "GBP", missing=True),
    ),
)
PAYMENTS_STREAMS = TableContract(
    name="payments_streams",
    about="One row a practice and stream that is not zero.",
    key=("practice_code", "stream"),
    columns=(
        Column("practice_code", "text", "ODS code of the practice"),
        Column("year", "text", "financial year"),
        Column("stream", "text", "stream of payment", one_of=tuple(STREAMS)),
        Column("gbp", "float", "payment", "GBP"),
    ),
)

PRACTICE_COLUMNS = (
    Wanted("practice_code", "text", ("Practice Code",)),
    Wanted("name", "text", ("Practice Name",)),
    Wanted("postcode", "text", ("Practice Postcode",)),
    Wanted("contract_type", "text", ("Contract Type",)),
    Wanted("dispensing", "bool", ("Dispensing Practice",), blank=("", "NA", "UNKNOWN", "Unknown", "unknown")),
    Wanted("practice_type", "text", ("Practice Type", "PracticeType"), required=False),
    Wanted("rurality", "text", ("Practice Rurality", "PracticeRurality"), required=False),
    Wanted("commissioner_code", "text", ("CCG Code", "Sub ICB Code")),
    Wanted("commissioner_name", "text", ("Sub ICB NAME", "CCG NAME")),
    Wanted("list_size", "float", ("Number of Registered Patients (Last Known Figure)",)),
    Wanted("weighted_list_size", "float", ("Number of Weighted Patients (Last Known Figure)",)),
    Wanted("published_total", "float", ("Total NHS Payments to General Practice",)),
)
DERIVABLE = re.compile(r"^(Total NHS|Average|LocalEnhancedServices_)", re.IGNORECASE)


def read_nhs_payments(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one year; the year is in the file's name. Subtotals are left out.

    Raises `InputRefused` if a money column is not known, or a practice's streams do not add up to its total.
    """
    year = _year(path)
    text = read_text_table(path)
    text = text.rename({c: " ".join(c.split()) for c in text.columns})
    practices = pick_columns(text, PRACTICE_COLUMNS, path)
    # In 2022-23 the network's code stands under `Code`, its name under `CCG NAME`.
    pcn = next((c for c in ("PCN Code", "Code") if c in text.columns), None)
    pcn_code = (
        text[pcn].str.strip_chars().replace("", None) if pcn else pl.Series([None] * text.height, dtype=pl.String)
    )
    practices = practices.with_columns(pcn_code.alias("pcn_code"), pl.lit(year).alias("year"))
    streams = _streams(text, path, year)
    _refuse_if_totals_differ(practices, streams, path)
    return {
        "payments_practices": check_table(practices, PAYMENTS_PRACTICES, path.name),
        "payments_streams": check_table(streams, PAYMENTS_STREAMS, path.name),
    }


def _year(path: Path) -> str:
    found = re.search(r"(20\d\d)-(\d\d)", path.name)
    if not found:
        raise refused(path, "the file's name does not say its year", "", "Name it like nhs_payments_2022-23.csv")
    return f"{found[1]}/{found[2]}"


def _streams(text: pl.DataFrame, path: Path, year: str) -> pl.DataFrame:
    headers = {h.lower(): h for h in text.columns}
    wanted = [
        Wanted(stream, "float", (headers[name.lower()],))
        for stream, (_, *names) in STREAMS.items()
        for name in names
        if name.lower() in headers
    ]
    first_money = text.columns.index(headers["global sum"]) if "global sum" in headers else 0
    known = {w.published_as[0] for w in wanted}
    strangers = [c for c in text.columns[first_money:] if c not in known and not DERIVABLE.match(c)]
    if strangers:
        problems = [
            Problem(f"payment column `{c}` is not known", path.name, "its money would be lost") for c in strangers
        ]
        raise InputRefused(f"{path.name} cannot be read", problems, "Add it to STREAMS in this source's module")
    code = Wanted("practice_code", "text", ("Practice Code",))
    wide = pick_columns(text, [code, *wanted], path)
    return (
        wide.unpivot([w.name for w in wanted], index="practice_code", variable_name="stream", value_name="gbp")
        .drop_nulls("gbp")
        .filter(pl.col("gbp") != 0)
        .with_columns(pl.lit(year).alias("year"))
    )


def _refuse_if_totals_differ(practices: pl.DataFrame, streams: pl.DataFrame, path: Path) -> None:
    outside = [s for s, group in GROUP_OF.items() if group in NOT_IN_TOTAL]
    summed = (
        streams.filter(~pl.col("stream").is_in(outside))
        .sort("practice_code", "stream")
        .group_by("practice_code", maintain_order=True)
        .agg(pl.col("gbp").sum())
    )
    in_whole_pounds = bool((streams["gbp"] == streams["gbp"].round()).all())
    may_differ = MAY_DIFFER_BY_WHOLE_POUNDS if in_whole_pounds else MAY_DIFFER_BY
    wrong = practices.join(summed, on="practice_code", how="left").filter(
        (pl.col("gbp").fill_null(0) - pl.col("published_total").fill_null(0)).abs() > may_differ
    )
    if wrong.height:
        problems = [
            Problem(
                f"{r['practice_code']}: streams add up to {r['gbp']}, the total is {r['published_total']}",
                path.name,
            )
            for r in wrong.head(MOST_ROWS_NAMED).iter_rows(named=True)
        ]
        raise InputRefused(f"{path.name}: {wrong.height:,} practices do not add up", problems, LAYOUT_WAY_OUT)


SOURCE = Source(
    name="nhs_payments",
    publisher="NHS England",
    publication="NHS Payments to General Practice",
    licence=OGL,
    landing_page="https://digital.nhs.uk/data-and-information/publications/statistical/nhs-payments-to-general-practice",
    link_patterns=(r"nhspaymentsgp.*\.(zip|csv)$", r"nhs[-_ ]payments.*\.csv$"),
    editions=tuple(
        Edition(
            f"money/nhs_payments_{year}-{(year + 1) % 100:02d}.csv.gz",
            date(year + 1, 3, 31),
            caveat="From a copy whose column names were harmonised; practices that merge in a year can count twice.",
        )
        for year in range(2014, 2023)
    ),
    tables=(PAYMENTS_PRACTICES, PAYMENTS_STREAMS),
    read=read_nhs_payments,
)
