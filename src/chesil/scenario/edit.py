"""What an edit is: a verb with a reason that makes another place; what it needs, makes and ends; and the totals."""

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import ClassVar, Protocol

import polars as pl

from chesil.core.errors import InputRefused, NotFound, did_you_mean
from chesil.place.place import Place

Thing = tuple[str, str]
"""A thing that edits speak of: its kind (practice, site, parameter, ...) and its code."""


class Edit(Protocol):
    """A verb of a scenario: frozen, pure, with its reason.

    `keeps` names the totals (of `TOTALS`) that it may not change. `needs`, `makes`, `ends` and `sets` are the things it
    takes for granted, brings into being, ends and fixes a value of: from them clashes are found before anything is done.
    """

    keeps: ClassVar[tuple[str, ...]]

    @property
    def reason(self) -> str: ...

    @property
    def on(self) -> date | None: ...

    @property
    def needs(self) -> frozenset[Thing]: ...

    @property
    def makes(self) -> frozenset[Thing]: ...

    @property
    def ends(self) -> frozenset[Thing]: ...

    @property
    def sets(self) -> frozenset[Thing]: ...

    @property
    def words(self) -> str: ...

    def apply(self, place: Place) -> Place: ...


GPS = ("gp_all", "gp_without_locums", "gp_without_trainees", "gp_fully_qualified")
HELD_IN: dict[str, tuple[str, ...]] = {
    "gp_all": (), "gp_without_locums": ("gp_all",), "gp_without_trainees": ("gp_all",),
    "gp_fully_qualified": GPS[:3], "gp_partner": GPS, "gp_senior_partner": GPS, "gp_salaried": GPS,
    "nurses": (), "direct_patient_care": (), "admin": (),
    **dict.fromkeys(
        ("advanced_nurse_practitioner", "extended_role_nurse", "nurse_dispenser", "nurse_partner", "nurse_specialist",
         "practice_nurse", "trainee_nurse"), ("nurses",)),
    **dict.fromkeys(
        ("advanced_paramedic", "advanced_pharmacist", "advanced_physiotherapist", "dispenser", "gp_assistant",
         "health_care_assistant", "nursing_associate", "paramedic", "pharmacist", "pharmacy_technician", "phlebotomist",
         "physician_associate", "physiotherapist", "social_prescriber"), ("direct_patient_care",)),
    **dict.fromkeys(("manager", "medical_secretary", "receptionist"), ("admin",)),
}  # fmt: skip
"""Roles of practice staff and the roles that hold each."""
TOP_ROLES = ("gp_all", "nurses", "direct_patient_care", "admin")


def top_role(role: str) -> str:
    return role if role in TOP_ROLES else next(r for r in HELD_IN[role] if r in TOP_ROLES)


NOTHING: frozenset[Thing] = frozenset()


def things(kind: str, *codes: str) -> frozenset[Thing]:
    return frozenset((kind, code) for code in codes if code)


def must_have_practice(place: Place, code: str, verb: str) -> None:
    """Refuse a practice that is not there: never known, or already closed."""
    names = place.practices["practice_code"]
    if code in names:
        return
    if code in place.practices_beyond["practice_code"]:
        raise NotFound(
            f"{verb}: {code} lies beyond the edge of {place.name}; its own patients are not all known here",
            [],
            "Study a place that holds it, such as its ICB",
        )
    had = place.sites.filter((pl.col("practice_code") == code) & (pl.col("status") == "closed"))
    if had.height:
        raise NotFound(
            f"{verb}: {code} is already closed in this scenario", [], "Leave the second edit out, or change their order"
        )
    raise NotFound(
        f"{verb}: {code} is not a practice of {place.name} at {place.vintage}",
        [],
        did_you_mean(code, names) or f"`chesil places {code}` says where it is, and at which vintages",
    )


def must_have_site(place: Place, code: str, verb: str, *, open_only: bool = True) -> Mapping[str, object]:
    """The row of a site that is there (and open); else an error with the nearest codes."""
    found = place.sites.filter(pl.col("site_code") == code)
    if not found.height:
        raise NotFound(
            f"{verb}: {code} is not a site of {place.name}",
            [],
            did_you_mean(code, place.sites["site_code"]) or "Write it into the study's register of sites first",
        )
    row = found.row(0, named=True)
    if open_only and row["status"] == "closed":
        raise InputRefused(f"{verb}: the site {code} is already closed", [], "Leave this edit out, or open it first")
    return row


def _patients(place: Place) -> int:
    tables = (place.registrations, place.registered_elsewhere, place.registered_beyond)
    return sum(int(t["patients"].sum()) for t in tables if "patients" in t.columns)


def _fte(place: Place) -> float:
    """Known staff, and what edits added or took away where the practice's return is not known."""
    rows = place.staff.drop_nulls("fte") if place.staff.height else place.staff
    known = math.fsum(rows.filter(pl.col("role").is_in(TOP_ROLES))["fte"]) if rows.height else 0.0
    held = set(rows.select("practice_code", "role").iter_rows()) if rows.height else set()
    unseen = [fte for code, role, fte in place.staff_changes.iter_rows() if (code, top_role(role)) not in held]
    return known + math.fsum(unseen)


TOTALS: dict[str, Callable[[Place], float]] = {
    "patients": _patients,
    "list": lambda place: int(place.practices["list_size"].sum()),
    "ages": lambda place: int(place.practice_ages["patients"].sum()),
    "pence": lambda place: int(place.payments["pence"].sum()),
    "fte": _fte,
    "sites": lambda place: place.sites.filter(pl.col("status") == "open").height,
    "homes": lambda place: int(place.homes["dwellings"].sum()),
    "activity": lambda place: math.fsum(place.activity["amount"]),
    "practices": lambda place: place.practices.height,
}
"""Totals over a place, by name. "patients" counts everyone registered from its areas and the areas of its patients,
with any practice, so nobody who changes practice is lost; "list" its own practices' lists; "fte" known staff."""


def has_unknown_return(place: Place, edit: Edit) -> bool:
    """True if a practice that the edit speaks of has no known return of staff: then staff cannot be added up."""
    rows = place.staff.drop_nulls("fte") if place.staff.height else place.staff
    known = (
        set(rows.filter(pl.col("role").is_in(TOP_ROLES)).select("practice_code", "role").iter_rows())
        if rows.height
        else set()
    )
    held = {role for _, role in known}
    return any((code, role) not in known for kind, code in edit.needs if kind == "practice" for role in held)
