"""The Place: frozen tables of one part of England as at a vintage, with receipts and a fingerprint."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property
from hashlib import sha256
from io import BytesIO

import polars as pl

from chesil.packs.contracts_practices import PRACTICES, REGISTRATIONS
from chesil.place.local_tables import ACTIVITY, HOMES, HOURS, PARAMETERS, ROOM_USE, STAFF_CHANGES

AREA_PACK_TABLES = (
    "areas",
    "area_deprivation",
    "area_census",
    "area_travel",
    "area_travel_2011",
    "area_fuel_poverty",
    "area_indicators",
)
"""Tables of the pack that stand side by side in a place's `areas`."""


def plain_name(text: str) -> str:
    """Letters and digits in lower case, hyphens for the rest: what a user's words become in a code."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


@dataclass(frozen=True)
class Judgement:
    """What the sources say, what we use, and why; printed with every place that rests on it."""

    about: str
    source_says: str
    we_use: str
    because: str
    decided_by: str = "Chesil"


@dataclass(frozen=True, eq=False)
class Place:
    """One part of England as at a vintage. Never edited: `with_tables` makes another.

    `areas` lie inside the edge; `areas_beyond` are the others in which its patients live. `registrations` hold the
    patients of its practices wherever they live; `registered_elsewhere` its residents who use other practices;
    `registered_beyond` people of the areas beyond who use other practices, and `practices_beyond` those practices: where
    patients of a practice that closes may go. `sites`, `hours`, `room_use`, `homes`, `activity`, `staff_changes`
    and `parameters` hold what only a study or an edit knows; see `local_tables`.
    """

    name: str
    code: str
    kind: str
    vintage: str
    as_at: date
    areas: pl.DataFrame
    areas_beyond: pl.DataFrame
    area_ages: pl.DataFrame
    practices: pl.DataFrame
    practice_ages: pl.DataFrame
    registrations: pl.DataFrame
    registered_elsewhere: pl.DataFrame
    registers: pl.DataFrame
    staff: pl.DataFrame
    payments: pl.DataFrame
    sites: pl.DataFrame
    groups: pl.DataFrame
    hours: pl.DataFrame = field(default_factory=HOURS.empty)
    room_use: pl.DataFrame = field(default_factory=ROOM_USE.empty)
    homes: pl.DataFrame = field(default_factory=HOMES.empty)
    activity: pl.DataFrame = field(default_factory=ACTIVITY.empty)
    parameters: pl.DataFrame = field(default_factory=PARAMETERS.empty)
    staff_changes: pl.DataFrame = field(default_factory=STAFF_CHANGES.empty)
    registered_beyond: pl.DataFrame = field(default_factory=REGISTRATIONS.empty)
    practices_beyond: pl.DataFrame = field(default_factory=PRACTICES.empty)
    receipts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    judgements: tuple[Judgement, ...] = ()
    registrations_are: str = "published"
    scenario: str = "business_as_usual"

    def with_groups(self, grouping: str, members: Mapping[str, str], of: str = "practice") -> "Place":
        """Another place with one more grouping, drawn by a user: `members` names the group of each practice (or area) code.

        Its type is `study:` and the grouping's name in plain letters. Practices that are not held here are left out.
        """
        kind = f"study:{plain_name(grouping)}"
        held = set(self.practices["practice_code"] if of == "practice" else self.areas["lsoa11"])
        rows = [
            (kind, f"{kind}:{plain_name(group)}", group, of, code, self.vintage)
            for code, group in sorted(members.items())
            if code in held
        ]
        drawn = pl.DataFrame(rows, schema=self.groups.schema, orient="row")
        return self.with_tables(groups=pl.concat([self.groups, drawn]))

    def with_tables(self, **tables: pl.DataFrame) -> "Place":
        """Another place with some tables replaced; this one stays as it was."""
        return replace(self, **tables)  # type: ignore[arg-type]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """Every table by name."""
        return {f.name: v for f in fields(self) if isinstance(v := getattr(self, f.name), pl.DataFrame)}

    def receipts_for(self, table: str, column: str = "") -> tuple[str, ...]:
        """Ids of the receipts behind one of the place's tables, or one of its columns."""
        names = AREA_PACK_TABLES if table in ("areas", "areas_beyond") else (table,)
        found = [self.receipts.get(f"{name}.{column}", ()) for name in names if column]
        found += [self.receipts.get(name, ()) for name in names] if not any(found) else []
        return tuple(dict.fromkeys(r for ids in found for r in ids))

    @property
    def patients(self) -> int:
        """Registered patients of its practices."""
        return int(self.practices["list_size"].sum())

    @property
    def residents(self) -> int:
        """Residents of its areas, mid-2020."""
        return int(self.area_ages.drop("lsoa11").sum().sum_horizontal()[0]) if self.area_ages.height else 0

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of name, vintage, scenario and every table's contents; equal places have equal fingerprints."""
        digest = sha256(f"{self.code}|{self.vintage}|{self.as_at}|{self.scenario}".encode())
        for name, table in sorted(self.tables.items()):
            content = BytesIO()
            table.rechunk().write_ipc(content)
            digest.update(name.encode())
            digest.update(content.getvalue())
        return digest.hexdigest()
