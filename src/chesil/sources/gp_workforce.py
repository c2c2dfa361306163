"""General practice workforce by practice: staff by role in heads and full-time equivalents, and lists by age."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import Wanted, pick_columns, read_text_table
from chesil.sources.source import OGL, Edition, Source

ROLES = {
    "gp_all": ("gp", "all GPs"),
    "gp_without_trainees": ("gp_extg", "GPs without trainees"),
    "gp_without_locums": ("gp_exl", "GPs without locums"),
    "gp_fully_qualified": ("gp_extgl", "fully qualified GPs, without trainees and locums"),
    "gp_senior_partner": ("gp_sen_ptnr", "senior partners"),
    "gp_partner": ("gp_ptnr_prov", "partners"),
    "gp_salaried": ("gp_sal_by_prac", "salaried GPs"),
    "nurses": ("nurses", "all nurses"),
    "practice_nurse": ("n_prac_nurse", "practice nurses"),
    "advanced_nurse_practitioner": ("n_adv_nurse_prac", "advanced nurse practitioners"),
    "nurse_specialist": ("n_nurse_spec", "nurse specialists"),
    "extended_role_nurse": ("n_ext_role_nurse", "extended-role nurses"),
    "trainee_nurse": ("n_trainee_nurse", "trainee nurses"),
    "nurse_dispenser": ("n_nurse_disp", "nurse dispensers"),
    "nurse_partner": ("n_nurse_ptnr", "nurse partners"),
    "direct_patient_care": ("dpc", "all other direct patient care staff"),
    "advanced_paramedic": ("dpc_adv_paramed_prac", "advanced paramedic practitioners"),
    "advanced_pharmacist": ("dpc_adv_pharma_prac", "advanced pharmacist practitioners"),
    "advanced_physiotherapist": ("dpc_adv_physio_prac", "advanced physiotherapist practitioners"),
    "dispenser": ("dpc_dispenser", "dispensers"),
    "gp_assistant": ("dpc_gpa", "GP assistants"),
    "health_care_assistant": ("dpc_hca", "health care assistants"),
    "phlebotomist": ("dpc_phleb", "phlebotomists"),
    "pharmacist": ("dpc_pharma", "pharmacists"),
    "pharmacy_technician": ("dpc_pharmt", "pharmacy technicians"),
    "physiotherapist": ("dpc_physio", "physiotherapists"),
    "physician_associate": ("dpc_physician_assoc", "physician associates"),
    "nursing_associate": ("dpc_nurse_assoc", "nursing associates"),
    "paramedic": ("dpc_paramed", "paramedics"),
    "social_prescriber": ("dpc_splw", "social prescribing link workers"),
    "admin": ("admin", "all administrative staff"),
    "manager": ("admin_manager", "managers"),
    "receptionist": ("admin_recept", "receptionists"),
    "medical_secretary": ("admin_med_secretary", "medical secretaries"),
}
"""Our role: (the publication's field without `total_` and `_fte`, the role in words). Roles nest."""

AGE_BANDS = ((0, 4), (5, 14), (15, 44), (45, 64), (65, 74), (75, 84), (85, None))

GP_WORKFORCE_STAFF = TableContract(
    name="gp_workforce_staff",
    about="One row a practice and role; blank where the practice made no return.",
    key=("practice_code", "role"),
    columns=(
        Column("practice_code", "text", "ODS code of the practice", pattern="[A-Z][A-Z0-9][0-9]{4}"),
        Column("role", "text", "role", one_of=tuple(ROLES)),
        Column("headcount", "float", "people", "people", missing=True, low=0),
        Column("fte", "float", "full-time equivalents of 37.5 hours", "FTE", missing=True, low=0),
    ),
)
GP_WORKFORCE_LISTS = TableContract(
    name="gp_workforce_lists",
    about="Registered patients by sex and broad age band, as the workforce publication has them.",
    key=("practice_code", "sex", "age_from"),
    columns=(
        Column("practice_code", "text", "ODS code of the practice"),
        Column("sex", "text", "sex as recorded", one_of=("female", "male")),
        Column("age_from", "int", "youngest age of the band", "years", low=0),
        Column("age_to", "int", "oldest age of the band", "years", missing=True, low=0),
        Column("patients", "int", "registered patients", "patients", missing=True, low=0),
    ),
)


def read_gp_workforce(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read the practice-level file (lower-case names as converted, or upper-case as published).

    A practice that stands twice with the very same row is read once; two different rows are refused.
    """
    text = read_text_table(path, member="Practice")
    code = [Wanted("practice_code", "text", ("practice_code", "PRAC_CODE"))]
    staff = [
        Wanted(f"{role}|{unit}", "float", (f"total_{field}_{unit}", f"TOTAL_{field.upper()}_{unit.upper()}"))
        for role, (field, _) in ROLES.items()
        for unit in ("hc", "fte")
    ]
    lists = [
        Wanted(f"{sex}|{low}|{'' if high is None else high}", "int", (f"{sex}_patients_{_band(low, high)}",))
        for sex in ("female", "male")
        for low, high in AGE_BANDS
    ]
    wide = pick_columns(text, [*code, *staff, *lists], path).unique(maintain_order=True)
    return {
        "gp_workforce_staff": check_table(_staff(wide, [s.name for s in staff]), GP_WORKFORCE_STAFF, path.name),
        "gp_workforce_lists": check_table(_lists(wide, [w.name for w in lists]), GP_WORKFORCE_LISTS, path.name),
    }


def _band(low: int, high: int | None) -> str:
    return f"{low}plus" if high is None else f"{low}to{high}"


def _staff(wide: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    long = wide.unpivot(columns, index="practice_code").with_columns(
        pl.col("variable").str.split("|").list.to_struct(fields=["role", "unit"]).struct.unnest()
    )
    heads = long.filter(pl.col("unit") == "hc").select("practice_code", "role", pl.col("value").alias("headcount"))
    fte = long.filter(pl.col("unit") == "fte").select("practice_code", "role", pl.col("value").alias("fte"))
    # A practice with two different rows would multiply here, and the key check refuses it.
    return heads.join(fte, on=["practice_code", "role"]).sort("practice_code", "role")


def _lists(wide: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    parts = pl.col("variable").str.split("|")
    return wide.unpivot(columns, index="practice_code", value_name="patients").select(
        "practice_code",
        parts.list.get(0).alias("sex"),
        parts.list.get(1).cast(pl.Int64).alias("age_from"),
        parts.list.get(2).cast(pl.Int64, strict=False).alias("age_to"),
        "patients",
    )


SOURCE = Source(
    name="gp_workforce",
    publisher="NHS England",
    publication="General Practice Workforce, practice level",
    licence=OGL,
    landing_page="https://digital.nhs.uk/data-and-information/publications/statistical/"
    "general-and-personal-medical-services",
    link_patterns=(r"GPWPracticeCSV.*\.zip$", r"practice[-_ ]level.*\.(zip|csv)$"),
    editions=(
        Edition(
            "workforce/general_practice_workforce_2023.csv.gz",
            date(2023, 4, 30),
            obtained="converted",
            caveat="Spring 2023, month inferred. Eight codes stand twice with the same row and are read once.",
        ),
    ),
    tables=(GP_WORKFORCE_STAFF, GP_WORKFORCE_LISTS),
    read=read_gp_workforce,
)
