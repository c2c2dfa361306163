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
    rows = place.staff.filter(pl.col("role").is_in(["gp_all", "nurses", "direct_patient_care", "admin"]))
    return math.fsum(rows["fte"].drop_nulls())


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


def unknown_returns(place: Place) -> int:
    """Practices without a known return of staff: while it does not change, known staff can be added up."""
    known = place.staff.drop_nulls("fte").filter(pl.col("role") == "gp_all")["practice_code"]
    return place.practices.filter(~pl.col("practice_code").is_in(known.implode())).height
