"""Diagnosis rates: people recorded with a condition over people expected to have it, where a cited table says how many."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from chesil.core.errors import InputRefused, Problem, did_you_mean
from chesil.core.figure import Figure
from chesil.measures.card import load_measure
from chesil.measures.computing import Unit
from chesil.methods.intervals import crude_rate
from chesil.place.place import Place

MEASURE = "diagnosis_rate"


def diagnosis_rates(england: Place, units: Sequence[Unit], expected: pl.DataFrame | None, place: Place) -> list[Figure]:
    """One figure a row of the table of expected people; none without a table.

    The count is the table's own, of the ages that it names, or else the newest register's, of all ages (said in a note).
    `england` holds the registers of all practices. The unit's code ends in the condition. Limits are of the count alone.
    Raises `InputRefused` naming rows whose unit is not of the study or whose condition has no count.
    """
    if expected is None or expected.is_empty():
        return []
    known = {u.code: u for u in units}
    year = str(england.registers["year"].max() or "")
    registers = england.registers.filter(pl.col("year") == year)
    problems, figures = [], []
    for row in expected.sort("unit_code", "condition").iter_rows(named=True):
        unit, where = known.get(row["unit_code"]), f"expected_people, {row['unit_code']} {row['condition']}"
        if unit is None:
            problems.append(Problem(f"`{row['unit_code']}` is not a unit of this study", where, "",
                                    did_you_mean(row["unit_code"], known)))  # fmt: skip
            continue
        counted = row["recorded"]
        if counted is None:
            mine = registers.filter(
                (pl.col("register") == row["condition"]) & pl.col("practice_code").is_in(list(unit.practices))
            )
            if mine.is_empty():
                problems.append(Problem(f"`{row['condition']}` is not a register of {year}, and no count is given", where,
                                        "a rate needs both", "Fill the column `recorded`"))  # fmt: skip
                continue
            counted = int(mine["patients_on_register"].sum())
        figures.append(_rate(place, unit, row, counted, year))
    if problems:
        raise InputRefused("The table `expected_people` cannot be used with this study", problems, "Put these right")
    return figures


def _rate(place: Place, unit: Unit, row: Mapping[str, Any], counted: int, year: str) -> Figure:
    card = load_measure(MEASURE)
    rate = crude_rate([counted], [row["expected"]], multiplier=100.0, events_may_repeat=True)
    from_register = row["recorded"] is None
    reference = row["reference_date"]
    notes = [f"Expected, {row['ages']}: {row['source']}."]
    if from_register:
        notes.append(
            f"Recorded: the register {row['condition']} of {year}, all ages; the two parts may cover other ages."
        )
    return Figure(
        measure=MEASURE, unit_code=f"{unit.code}:{row['condition']}", unit_name=f"{unit.name}, {row['condition']}",
        vintage=place.vintage, period=year if from_register else str(reference), unit=card.unit, method=card.formula,
        value=float(rate.value[0]), lower=float(rate.lower[0]), upper=float(rate.upper[0]),
        lower998=float(rate.lower998[0]), upper998=float(rate.upper998[0]),
        limits=f"{rate.method[0]}, of the count alone, 95% and 99.8%: the expected number's own error is not published here",
        numerator=float(counted), denominator=float(row["expected"]), scenario=place.scenario, standing="local",
        notes=tuple(notes), receipts=place.receipts_for("registers") if from_register else (),
    )  # fmt: skip
