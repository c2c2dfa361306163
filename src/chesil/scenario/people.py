"""Edits of people and settings: staff, homes, growth, activity, parameters."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import numpy as np
import polars as pl

from chesil.core.errors import InputRefused, NotFound, did_you_mean
from chesil.definitions import definition_names, load_definition
from chesil.methods.apportion import round_within
from chesil.place.finding import locate_postcode
from chesil.place.growing import growth_by_age
from chesil.place.local_tables import ACTIVITY, PARAMETERS, STAFF_CHANGES
from chesil.place.place import Place
from chesil.scenario.edit import HELD_IN, NOTHING, Thing, must_have_practice, things


@dataclass(frozen=True)
class AddStaff:
    """Add full-time equivalents of a role to a practice. The wider roles that hold it rise with it."""

    practice: str
    role: str
    fte: float
    reason: str
    on: date | None = None
    keeps: ClassVar[tuple[str, ...]] = ("patients", "list", "ages", "pence", "sites")
    makes: ClassVar[frozenset[Thing]] = NOTHING
    ends: ClassVar[frozenset[Thing]] = NOTHING
    sets: ClassVar[frozenset[Thing]] = NOTHING

    @property
    def needs(self) -> frozenset[Thing]:
        return things("practice", self.practice)

    @property
    def words(self) -> str:
        return f"add {self.fte:g} FTE of {self.role} at {self.practice}"

    def apply(self, place: Place) -> Place:
        return _staffed(place, self.practice, {self.role: self.fte}, self.fte, "AddStaff")


@dataclass(frozen=True)
class RemoveStaff:
    """Take full-time equivalents of a role from a practice; never more than it is known to have."""

    practice: str
    role: str
    fte: float
    reason: str
    on: date | None = None
    keeps: ClassVar[tuple[str, ...]] = AddStaff.keeps
    makes: ClassVar[frozenset[Thing]] = NOTHING
    ends: ClassVar[frozenset[Thing]] = NOTHING
    sets: ClassVar[frozenset[Thing]] = NOTHING

    @property
    def needs(self) -> frozenset[Thing]:
        return things("practice", self.practice)

    @property
    def words(self) -> str:
        return f"remove {self.fte:g} FTE of {self.role} at {self.practice}"

    def apply(self, place: Place) -> Place:
        return _staffed(place, self.practice, {self.role: -self.fte}, self.fte, "RemoveStaff")


@dataclass(frozen=True)
class RetrainStaff:
    """Retrain staff of one role of a practice to another; full-time equivalents stay the same in all."""

    practice: str
    from_role: str
    to_role: str
    fte: float
    reason: str
    on: date | None = None
    keeps: ClassVar[tuple[str, ...]] = (*AddStaff.keeps, "fte")
    makes: ClassVar[frozenset[Thing]] = NOTHING
    ends: ClassVar[frozenset[Thing]] = NOTHING
    sets: ClassVar[frozenset[Thing]] = NOTHING

    @property
    def needs(self) -> frozenset[Thing]:
        return things("practice", self.practice)

    @property
    def words(self) -> str:
        return f"retrain {self.fte:g} FTE from {self.from_role} to {self.to_role} at {self.practice}"

    def apply(self, place: Place) -> Place:
        if self.from_role == self.to_role:
            raise InputRefused("RetrainStaff: both roles are the same", [], "Name two roles")
        return _staffed(
            place, self.practice, {self.from_role: -self.fte, self.to_role: self.fte}, self.fte, "RetrainStaff"
        )


@dataclass(frozen=True)
class BuildHomes:
    """Build homes: they join the place's developments. Lists rise in a later year (`GrowPopulation`), not by this."""

    development: str
    dwellings: int
    reason: str
    on: date | None = None
    postcode: str = ""
    easting: int | None = None
    northing: int | None = None
    people_per_dwelling: float | None = None
    keeps: ClassVar[tuple[str, ...]] = ("patients", "list", "ages", "pence", "fte", "sites")
    needs: ClassVar[frozenset[Thing]] = NOTHING
    ends: ClassVar[frozenset[Thing]] = NOTHING
    sets: ClassVar[frozenset[Thing]] = NOTHING

    @property
    def makes(self) -> frozenset[Thing]:
        return things("development", self.development)

    @property
    def words(self) -> str:
        return f"build {self.dwellings} homes at {self.development}"

    def apply(self, place: Place) -> Place:
        if self.dwellings < 1:
            raise InputRefused(f"BuildHomes: {self.dwellings} homes at {self.development}", [], "Give one or more")
        if self.people_per_dwelling is not None and self.people_per_dwelling <= 0:
            raise InputRefused(f"BuildHomes: {self.people_per_dwelling:g} people a home", [], "Give more than 0")
        if self.development in place.homes["development"]:
            raise InputRefused(f"BuildHomes: {self.development} is there already", [], "Give it another name")
        where = (self.easting, self.northing)
        if self.postcode and None in where:
            where = locate_postcode(self.postcode)
        record: dict[str, object] = {
            "development": self.development, "easting": where[0], "northing": where[1], "dwellings": self.dwellings,
            "people_per_dwelling": self.people_per_dwelling, "first_completion": self.on, "last_completion": self.on,
            "status": "scenario",
        }  # fmt: skip
        homes = pl.DataFrame({c: [record.get(c)] for c in place.homes.columns}, schema=place.homes.schema)
        return place.with_tables(homes=pl.concat([place.homes, homes]).sort("development"))


@dataclass(frozen=True)
class GrowPopulation:
    """Grow lists to a year: by age and district as official projections have it, or by a stated `growth_pct`.

    Staff, payments and registers stay as they are: that is the gap the year would bring.
    """

    to_year: int
    reason: str
    growth_pct: float | None = None
    on: date | None = None
    keeps: ClassVar[tuple[str, ...]] = ("pence", "fte", "sites", "practices", "homes")
    needs: ClassVar[frozenset[Thing]] = NOTHING
    makes: ClassVar[frozenset[Thing]] = NOTHING
    ends: ClassVar[frozenset[Thing]] = NOTHING

    @property
    def sets(self) -> frozenset[Thing]:
        return things("population", "year")

    @property
    def words(self) -> str:
        return f"grow the population to {self.to_year}"

    def apply(self, place: Place) -> Place:
        if self.growth_pct is not None and self.growth_pct <= -100:
            raise InputRefused(
                f"GrowPopulation: growth of {self.growth_pct:g}% leaves nobody", [], "Give more than -100"
            )
        ages = place.practice_ages.filter(pl.col("practice_code").is_in(place.practices["practice_code"].implode()))
        if self.growth_pct is not None:
            factor = ages.with_columns(pl.lit(1 + self.growth_pct / 100).alias("factor"))
        else:
            factor = growth_by_age(place, ages, self.to_year)
        exact = (factor["patients"] * factor["factor"]).to_numpy()
        number = factor["practice_code"].rank("dense").cast(pl.Int64).to_numpy() - 1
        grown = factor.with_columns(pl.Series("patients", round_within(exact, number))).select(
            place.practice_ages.columns
        )
        by_practice = factor.group_by("practice_code").agg(
            ((pl.col("patients") * pl.col("factor")).sum() / pl.col("patients").sum()).alias("growth")
        )
        lists = place.practices.join(by_practice, on="practice_code", how="left", maintain_order="left")
        whole = (pl.col("list_size") * pl.col("growth").fill_null(1.0)).round().cast(pl.Int64)
        weighted = [
            (pl.col(c) * pl.col("growth").fill_null(1.0)).alias(c)
            for c in ("weighted_list_size", "payments_list_size")
            if c in lists.columns
        ]
        practices = lists.with_columns(whole.alias("list_size"), *weighted).select(place.practices.columns)
        return place.with_tables(practice_ages=grown, practices=practices, registrations=_spread(place, practices))


@dataclass(frozen=True)
class ShiftActivity:
    """Shift activity a year from one setting to another, such as outpatient appointments into the community."""

    activity: str
    amount: float
    to: str
    reason: str
    on: date | None = None
    from_setting: str = "hospital"
    keeps: ClassVar[tuple[str, ...]] = ("patients", "list", "ages", "pence", "fte", "sites", "activity")
    needs: ClassVar[frozenset[Thing]] = NOTHING
    makes: ClassVar[frozenset[Thing]] = NOTHING
    ends: ClassVar[frozenset[Thing]] = NOTHING
    sets: ClassVar[frozenset[Thing]] = NOTHING

    @property
    def words(self) -> str:
        return f"shift {self.amount:,.0f} {self.activity} a year from {self.from_setting} to {self.to}"

    def apply(self, place: Place) -> Place:
        if self.amount <= 0:
            raise InputRefused(
                f"ShiftActivity: the amount is {self.amount:g}", [], "Give more than 0; swap the settings"
            )
        if self.to == self.from_setting:
            raise InputRefused(f"ShiftActivity: it stays in {self.to}", [], "Name another setting")
        rows = [(self.activity, self.from_setting, -float(self.amount)), (self.activity, self.to, float(self.amount))]
        more = pl.DataFrame(rows, schema=ACTIVITY.schema, orient="row")
        both = pl.concat([place.activity, more]).group_by("activity", "setting").agg(pl.col("amount").sum())
        return place.with_tables(activity=both.sort("activity", "setting"))


@dataclass(frozen=True)
class SetParameter:
    """Set a parameter of the definitions to another value, here and nowhere else."""

    parameter: str
    value: float
    reason: str
    on: date | None = None
    keeps: ClassVar[tuple[str, ...]] = ("patients", "list", "ages", "pence", "fte", "sites", "homes", "activity")
    needs: ClassVar[frozenset[Thing]] = NOTHING
    makes: ClassVar[frozenset[Thing]] = NOTHING
    ends: ClassVar[frozenset[Thing]] = NOTHING

    @property
    def sets(self) -> frozenset[Thing]:
        return things("parameter", self.parameter)

    @property
    def words(self) -> str:
        return f"set {self.parameter} to {self.value:g}"

    def apply(self, place: Place) -> Place:
        known = parameter_names()
        if self.parameter not in known:
            raise NotFound(
                f"SetParameter: there is no parameter `{self.parameter}`",
                [],
                did_you_mean(self.parameter, known) or f"There are {', '.join(known)}",
            )
        stays = place.parameters.filter(pl.col("parameter") != self.parameter)
        row = pl.DataFrame([(self.parameter, float(self.value))], schema=PARAMETERS.schema, orient="row")
        return place.with_tables(parameters=pl.concat([stays, row]).sort("parameter"))


def parameter_names() -> list[str]:
    """Every parameter of the definitions, and those of the model of choice as `choice_of_practice.spread`."""
    model = load_definition("parameters", "choice_of_practice")["model"]
    return sorted([*definition_names("parameters"), *(f"choice_of_practice.{name}" for name in model)])


def _staffed(place: Place, practice: str, changes: dict[str, float], fte: float, verb: str) -> Place:
    """The place with staff of a practice changed, and the change recorded where its return is unknown too."""
    must_have_practice(place, practice, verb)
    if fte <= 0:
        raise InputRefused(
            f"{verb}: {fte:g} FTE is not above nought", [], "Give more than 0; AddStaff and RemoveStaff differ"
        )
    for role in changes:
        if role not in HELD_IN:
            raise NotFound(
                f"{verb}: `{role}` is not a role", [], did_you_mean(role, HELD_IN) or f"Roles are {', '.join(HELD_IN)}"
            )
    total: dict[str, float] = {}
    for role, change in changes.items():
        for each in (role, *HELD_IN[role]):
            total[each] = total.get(each, 0.0) + change
    mine = place.staff.filter(pl.col("practice_code") == practice) if place.staff.height else place.staff
    known = dict(mine.select("role", "fte").iter_rows()) if mine.height else {}
    for role, change in total.items():
        if known.get(role) is not None and known[role] + change < -1e-9:
            raise InputRefused(
                f"{verb}: {practice} has {known[role]:g} FTE of {role}; {-change:g} fewer would be below nought",
                [],
                "Remove no more than it has",
            )
    more = (pl.col("practice_code") == practice) & pl.col("role").is_in(list(total))
    by_role = pl.col("role").replace_strict(total, default=0.0, return_dtype=pl.Float64)
    staff = place.staff
    if mine.height:
        fte_now = (
            pl.when(more).then((pl.col("fte") + by_role).clip(lower_bound=0.0)).otherwise(pl.col("fte")).alias("fte")
        )
        people = pl.when(more).then(None).otherwise(pl.col("headcount")).alias("headcount")
        staff = staff.with_columns(fte_now, *([people] if "headcount" in staff.columns else []))
    rows = [(practice, role, change) for role, change in changes.items()]
    record = pl.concat([place.staff_changes, pl.DataFrame(rows, schema=STAFF_CHANGES.schema, orient="row")])
    summed = record.group_by("practice_code", "role").agg(pl.col("fte").sum()).sort("practice_code", "role")
    return place.with_tables(staff=staff, staff_changes=summed)


def _spread(place: Place, practices: pl.DataFrame) -> pl.DataFrame:
    """Registrations scaled so that each practice's areas add up as its list has grown."""
    if place.registrations.is_empty():
        return place.registrations
    grown = place.practices.select("practice_code", pl.col("list_size").alias("before")).join(
        practices.select("practice_code", "list_size"), on="practice_code"
    )
    table = place.registrations.join(grown, on="practice_code", how="left", maintain_order="left")
    exact = (table["patients"] * table["list_size"] / table["before"]).fill_nan(0.0).fill_null(0.0).to_numpy()
    number = table["practice_code"].rank("dense").cast(pl.Int64).to_numpy() - 1
    whole = pl.Series("patients", round_within(np.asarray(exact, dtype=np.float64), number))
    return table.with_columns(whole).select(place.registrations.columns)
