"""Appointments, registers and staff of Dorset's practices, summer 2026 (a transcribed third-party merge)."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import Wanted, pick_columns, read_text_table
from chesil.sources.source import OGL, Edition, Source

ITEMS = {
    "appointments": ("total_3m", "appointments in June to August 2026"),
    "with_gp": ("gp_3m", "of these with a GP"),
    "same_day": ("sd_3m", "of these on the day of booking"),
    "same_day_with_gp": ("sd_gp_3m", "of these on the day with a GP"),
    "same_day_face_to_face": ("sd_f2f_3m", "of these on the day and face to face"),
    "urgent": ("urg_3m", "urgent appointments"),
    "urgent_same_day": ("urg_sd_3m", "urgent appointments on the day"),
    "not_attended": ("dna_3m", "appointments not attended"),
    "unmapped": ("unmapped_3m", "appointments without a category"),
    "list_december_2025": ("list_size", "registered patients of December 2025"),
    "gp_fte_december_2025": ("gp_fte", "GPs, full-time equivalents, December 2025"),
}

APPOINTMENTS_BY_PRACTICE = TableContract(
    name="appointments_by_practice",
    about="One row a practice and item.",
    key=("practice_code", "item"),
    columns=(
        Column("practice_code", "text", "ODS code of the practice", pattern="[A-Z][A-Z0-9][0-9]{4}"),
        Column("item", "text", "item", one_of=tuple(ITEMS)),
        Column("value", "float", "value as transcribed", missing=True, low=0),
    ),
)


def read_appointments_by_practice(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read the counts; shares and rates, which follow from them, are left out."""
    code = Wanted("practice_code", "text", ("practice_code",))
    wanted = [code, *(Wanted(item, "float", (column,)) for item, (column, _) in ITEMS.items())]
    wide = pick_columns(read_text_table(path), wanted, path)
    table = wide.unpivot(list(ITEMS), index="practice_code", variable_name="item", value_name="value")
    return {"appointments_by_practice": check_table(table, APPOINTMENTS_BY_PRACTICE, path.name)}


SOURCE = Source(
    name="appointments_by_practice",
    publisher="NHS England (merged by a third party)",
    publication="Appointments in general practice, practice level, with lists and workforce",
    licence=OGL,
    landing_page="https://digital.nhs.uk/data-and-information/publications/statistical/appointments-in-general-practice",
    link_patterns=(r"practice_access\.csv$",),
    editions=(
        Edition(
            "access/practice_access_2026-06_2026-08_dorset.csv",
            date(2026, 8, 31),
            obtained="transcribed",
            covers="Dorset",
            caveat="Counts not checked independently. J81075 and J81036 are far out of line and not to be used as "
            "they stand; six practices code almost nothing as acute.",
        ),
    ),
    tables=(APPOINTMENTS_BY_PRACTICE,),
    read=read_appointments_by_practice,
)
