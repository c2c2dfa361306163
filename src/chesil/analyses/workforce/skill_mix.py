"""Skill mix: what a change of staff does, and how much of a GP's time each added clinician would have to free."""

import math

import polars as pl

from chesil.analyses.workforce.returns import staff_of
from chesil.analyses.workforce.roles import all_roles
from chesil.place.place import Place


def compare_skill_mix(
    before: Place, after: Place, gp_gap: float, gp_time_released: float = 0.0
) -> tuple[pl.DataFrame, dict[str, float | None]]:
    """FTE by role in two places (the second with edits), and what the change does to a gap of GPs.

    The second answer holds `gps_added`, `clinicians_added` (nurses and direct patient care), `gap_left` with
    `gp_time_released` of a GP freed by each added clinician, and `release_to_close`: the share of a GP's time that
    each would have to free for the gap to close (None if none is added). No published value of it was read.
    """
    rows = []
    for role in all_roles():
        was, is_now = (_total(p, role.practice) for p in (before, after))
        rows.append((role.code, role.title, role.family, was, is_now, is_now - was))
    table = pl.DataFrame(rows, schema=["role", "title", "family", "before", "after", "change"], orient="row")
    change = dict(table.select("role", "change").iter_rows())
    gps, others = change["gp_fully_qualified"], change["nurses"] + change["direct_patient_care"]
    left = gp_gap - gps
    return table, {
        "gps_added": gps,
        "clinicians_added": others,
        "gap_left": left - gp_time_released * others,
        "release_to_close": left / others if others > 0 else None,
    }


def _total(place: Place, roles: tuple[str, ...]) -> float:
    return math.fsum(staff_of(place, roles).sort("practice_code")["value"].drop_nulls())
