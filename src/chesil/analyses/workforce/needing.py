"""Rules of need: how many of a role a rule asks for, how many there are, and what is short."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from chesil.analyses.workforce.making import Of, made
from chesil.analyses.workforce.profile import NETWORK_PERIOD
from chesil.analyses.workforce.returns import staff_of, value_on
from chesil.analyses.workforce.roles import Role, all_roles, find_roles
from chesil.core.figure import Figure
from chesil.definitions import load_parameter
from chesil.measures.computing import Unit
from chesil.place.place import Place


def fte_needed(patients: float, patients_per_fte: float) -> float:
    """Posts that a rule of one to so many patients asks for: 766,000 at 30,000 give 25.5."""
    return patients / patients_per_fte


def need_figures(
    of: Of,
    now: Place,
    then: Place,
    practices: Sequence[str],
    then_practices: Sequence[str],
    network: pl.DataFrame,
    rules: Sequence[Mapping[str, Any]] = (),
) -> list[Figure]:
    """Pharmacists by the dated rule, then each further rule of the study (units `code:role`), for one unit.

    `practices` are the unit's of today (its list), `then_practices` those of the staff return; `network` holds the
    staff of its networks by role.
    """
    patients = float(now.practices.filter(pl.col("practice_code").is_in(list(practices)))["list_size"].sum())
    roles = {r.code: r for r in all_roles()}
    parameter = load_parameter("patients_per_clinical_pharmacist")
    per = value_on(parameter, now)
    in_post = _in_post(roles["pharmacist"], then, then_practices, network)
    figures = _rule("workforce_pharmacists", of, now, then, patients, per, in_post, parameter.values[-1].reference)
    for rule in rules:
        role = find_roles(pl.Series([rule["role"]]), "[workforce] need_rules")[0]
        whom = Of(f"{of.code}:{role.code}", f"{of.name}: {role.title}")
        posts = _in_post(role, then, then_practices, network)
        figures += _rule(
            "workforce_local_rule", whom, now, then, patients, float(rule["patients_per_fte"]), posts,
            str(rule["reference"]),
        )  # fmt: skip
    return figures


def _rule(
    stem: str, of: Of, now: Place, then: Place, patients: float, per: float,
    in_post: tuple[float | None, float], reference: str,
) -> list[Figure]:  # fmt: skip
    lists = now.receipts_for("practices", "list_size")
    staff = then.receipts_for("staff") + now.receipts_for("pcn_staff")
    rule = (f"Rule: one to {per:,.0f} patients. {reference}.",)
    practice, network = in_post
    period = "2026-07-01" if now.vintage == "2025/26" else now.vintage
    needed = fte_needed(patients, per)
    here = None if practice is None else practice + network
    split = (
        ()
        if practice is None
        else (
            f"{practice:,.1f} FTE in practices at the date of their return and {network:,.1f} FTE employed through "
            f"networks on {NETWORK_PERIOD}: two dates, so a person who moved between them can count twice.",
        )
    )
    why = "not published: no practice return"
    return [
        made(f"{stem}_needed", of, now, period, lists, value=needed, numerator=patients, denominator=per, notes=rule),
        made(f"{stem}_in_post", of, now, NETWORK_PERIOD, staff, value=here, notes=split, reason="" if here is not None else why),
        made(
            f"{stem}_short", of, now, NETWORK_PERIOD, lists + staff, notes=(*rule, *split),
            value=None if here is None else needed - here, reason="" if here is not None else why,
        ),
    ]  # fmt: skip


def _in_post(role: Role, then: Place, practices: Sequence[str], network: pl.DataFrame) -> tuple[float | None, float]:
    rows = staff_of(then, role.practice).filter(pl.col("practice_code").is_in(list(practices))).drop_nulls()
    in_networks = math.fsum(network.filter(pl.col("role") == role.code).sort("pcn_code")["fte"])
    return (math.fsum(rows["value"]) if rows.height else None), in_networks


def practices_of(units: Sequence[Unit], code: str) -> tuple[str, ...]:
    """The practices of the unit with a code, none if there is no such unit."""
    return next((u.practices for u in units if u.code == code), ())
