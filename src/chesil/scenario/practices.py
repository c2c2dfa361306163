"""Edits of practices: close, merge, split, move, regroup."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

import numpy as np
import polars as pl

from chesil.core.errors import InputRefused, Problem
from chesil.methods.apportion import round_within
from chesil.place.place import Place, plain_name
from chesil.scenario.closing import leaving, received_by
from chesil.scenario.edit import NOTHING, Thing, must_have_practice, must_have_site, things
from chesil.scenario.handing_over import hand_over


@dataclass(frozen=True)
class ClosePractice:
    """Close a practice: its patients choose again, its sites shut, its staff leave.

    `successor` is a neighbour that holds on to `pull` (0 to 1) of them; `closed_lists` are practices that take nobody;
    `room` is how many more patients a practice can take (others take any number). Payments follow patients.
    """

    practice: str
    reason: str
    on: date | None = None
    successor: str = ""
    pull: float | None = None
    closed_lists: tuple[str, ...] = ()
    room: Mapping[str, float] = field(default_factory=dict)
    keeps: ClassVar[tuple[str, ...]] = ("patients",)
    makes: ClassVar[frozenset[Thing]] = NOTHING
    sets: ClassVar[frozenset[Thing]] = NOTHING

    @property
    def needs(self) -> frozenset[Thing]:
        return things("practice", self.practice, self.successor)

    @property
    def ends(self) -> frozenset[Thing]:
        return things("practice", self.practice)

    @property
    def words(self) -> str:
        return f"close practice {self.practice}"

    def apply(self, place: Place) -> Place:
        must_have_practice(place, self.practice, "ClosePractice")
        if place.practices.height == 1 and place.registered_elsewhere.is_empty() and place.registered_beyond.is_empty():
            raise InputRefused(
                f"ClosePractice: {self.practice} is the last practice in reach", [], "Study a wider place"
            )
        for code, people in self.room.items():
            if people < 0:
                raise InputRefused(
                    f"ClosePractice: the room at {code} is {people:g}, below nought", [], "Give 0 or more"
                )
        found = leaving(
            place,
            self.practice,
            successor=self.successor,
            pull=self.pull,
            room=self.room,
            closed_lists=self.closed_lists,
        )
        received, unplaced = received_by(found)
        if unplaced:
            raise InputRefused(
                f"ClosePractice: {unplaced:,} patients of {self.practice} find no room with any practice they could use",
                [],
                "Give the neighbours more room, open a list, or name a successor",
            )
        return _shut(hand_over(place, self.practice, received), self.practice)


@dataclass(frozen=True)
class MergePractices:
    """Merge a practice into another, which takes over its patients, staff, payments and sites."""

    closing: str
    into: str
    reason: str
    on: date | None = None
    keeps: ClassVar[tuple[str, ...]] = ("patients", "list", "ages", "pence", "fte", "sites")
    makes: ClassVar[frozenset[Thing]] = NOTHING
    sets: ClassVar[frozenset[Thing]] = NOTHING

    @property
    def needs(self) -> frozenset[Thing]:
        return things("practice", self.closing, self.into)

    @property
    def ends(self) -> frozenset[Thing]:
        return things("practice", self.closing)

    @property
    def words(self) -> str:
        return f"merge practice {self.closing} into {self.into}"

    def apply(self, place: Place) -> Place:
        if self.closing == self.into:
            raise InputRefused(f"MergePractices: {self.closing} cannot merge into itself", [], "Name two practices")
        must_have_practice(place, self.closing, "MergePractices")
        must_have_practice(place, self.into, "MergePractices")
        mine = place.registrations.filter(pl.col("practice_code") == self.closing)
        if mine.is_empty():
            raise InputRefused(
                f"MergePractices: where the patients of {self.closing} live is not known at {place.vintage}"
            )
        received = mine.select("lsoa11", pl.lit(self.into).alias("practice_code"), "patients")
        merged = hand_over(place, self.closing, received, with_staff=True)
        taken = pl.col("practice_code") == self.closing
        kind = pl.when(taken & (pl.col("kind") == "main")).then(pl.lit("branch")).otherwise(pl.col("kind"))
        code = pl.when(taken).then(pl.lit(self.into)).otherwise(pl.col("practice_code"))
        return merged.with_tables(sites=place.sites.with_columns(kind.alias("kind"), code.alias("practice_code")))


@dataclass(frozen=True)
class SplitPractice:
    """Split a practice: each part has a code, a share of every area's patients, and perhaps a name and sites.

    Staff and payments follow patients. A site that no part names stays with the first.
    """

    practice: str
    parts: tuple[Mapping[str, Any], ...]
    reason: str
    on: date | None = None
    keeps: ClassVar[tuple[str, ...]] = ("patients", "list", "ages", "pence", "fte", "sites")
    sets: ClassVar[frozenset[Thing]] = NOTHING

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(str(part.get("practice", "")) for part in self.parts)

    @property
    def needs(self) -> frozenset[Thing]:
        return things("practice", self.practice)

    @property
    def makes(self) -> frozenset[Thing]:
        return things("practice", *(c for c in self.codes if c != self.practice))

    @property
    def ends(self) -> frozenset[Thing]:
        return NOTHING if self.practice in self.codes else things("practice", self.practice)

    @property
    def words(self) -> str:
        return f"split practice {self.practice} into {', '.join(self.codes)}"

    def apply(self, place: Place) -> Place:
        must_have_practice(place, self.practice, "SplitPractice")
        self._check(place)
        leaver = f"{self.practice}~"
        old = _relabelled(place, self.practice, leaver)
        row = old.practices.filter(pl.col("practice_code") == leaver)
        whole = [c for c in ("weighted_list_size", "payments_list_size") if c in row.columns]
        blank = row.with_columns(
            pl.lit(0).cast(row.schema["list_size"]).alias("list_size"), *(pl.col(c) * 0 for c in whole)
        )
        parts = [
            blank.with_columns(
                pl.lit(part["practice"]).alias("practice_code"),
                pl.lit(part.get("name", row["practice_name"][0])).alias("practice_name"),
            )
            for part in self.parts
        ]
        members = old.groups.filter(pl.col("member_code") == leaver)
        old = old.with_tables(
            practices=pl.concat([old.practices, *parts]).sort("practice_code"),
            groups=pl.concat([old.groups, *(members.with_columns(pl.lit(c).alias("member_code")) for c in self.codes)]),
            sites=self._sites(place),
        )
        return hand_over(old, leaver, self._received(old, leaver), with_staff=True, fresh=self.codes)

    def _check(self, place: Place) -> None:
        taken = set(place.practices["practice_code"]) | set(place.practices_beyond["practice_code"])
        problems = [Problem(f"the code {c} is taken") for c in self.codes if c in taken - {self.practice}]
        problems += [Problem("a part has no `practice` code") for c in self.codes if not c]
        problems += [Problem("a code stands twice among the parts")] if len(set(self.codes)) < len(self.codes) else []
        problems += [Problem("it needs two parts or more")] if len(self.parts) < 2 else []
        shares = [float(part.get("share", -1)) for part in self.parts]
        problems += [
            Problem(f"the share of {c} is not above 0") for c, s in zip(self.codes, shares, strict=True) if s <= 0
        ]
        if not problems and abs(sum(shares) - 1) > 1e-9:
            problems.append(Problem(f"the shares add up to {sum(shares):g}, not 1"))
        if problems:
            raise InputRefused(f"SplitPractice: {self.practice} cannot be split so", problems, "Put the parts right")

    def _received(self, place: Place, leaver: str) -> pl.DataFrame:
        mine = place.registrations.filter(pl.col("practice_code") == leaver).sort("lsoa11")
        people = mine["patients"].to_numpy()
        exact = people[:, None] * np.array([float(p["share"]) for p in self.parts])[None, :]
        # Rounded area by area, the remainders carried on so that each part comes to its share of the whole list.
        carried = np.diff(np.round(np.cumsum(exact, axis=0)), axis=0, prepend=0)
        whole = np.array(
            [_near(row, want, n) for row, want, n in zip(carried, exact, people, strict=True)], dtype=np.int64
        )
        area, part = np.nonzero(whole)
        return pl.DataFrame(
            {
                "lsoa11": mine["lsoa11"].to_numpy()[area],
                "practice_code": np.array(self.codes, dtype=object)[part],
                "patients": whole[area, part],
            },
            schema={"lsoa11": pl.String, "practice_code": pl.String, "patients": pl.Int64},
        )

    def _sites(self, place: Place) -> pl.DataFrame:
        owner = {site: str(part["practice"]) for part in self.parts for site in part.get("sites", ())}
        for site in owner:
            if must_have_site(place, site, "SplitPractice")["practice_code"] != self.practice:
                raise InputRefused(f"SplitPractice: the site {site} is not {self.practice}'s")
        new = pl.col("site_code").replace_strict(owner, default=self.codes[0], return_dtype=pl.String)
        mine = pl.col("practice_code") == self.practice
        return place.sites.with_columns(
            pl.when(mine).then(new).otherwise(pl.col("practice_code")).alias("practice_code")
        )


@dataclass(frozen=True)
class MovePractice:
    """Move a practice's main surgery to another site: one it has, or a candidate, which opens; the old one shuts."""

    practice: str
    to_site: str
    reason: str
    on: date | None = None
    keeps: ClassVar[tuple[str, ...]] = ("patients", "list", "ages", "pence", "fte")
    makes: ClassVar[frozenset[Thing]] = NOTHING
    sets: ClassVar[frozenset[Thing]] = NOTHING
    ends: ClassVar[frozenset[Thing]] = NOTHING

    @property
    def needs(self) -> frozenset[Thing]:
        return things("practice", self.practice) | things("site", self.to_site)

    @property
    def words(self) -> str:
        return f"move practice {self.practice} to site {self.to_site}"

    def apply(self, place: Place) -> Place:
        must_have_practice(place, self.practice, "MovePractice")
        to = must_have_site(place, self.to_site, "MovePractice", open_only=False)
        if to["practice_code"] not in (self.practice, None) and to["status"] == "open":
            raise InputRefused(
                f"MovePractice: the site {self.to_site} is in use by {to['practice_code']}", [], "Name a free site"
            )
        new, old = (
            pl.col("site_code") == self.to_site,
            (pl.col("practice_code") == self.practice) & (pl.col("kind") == "main"),
        )
        if place.sites.filter(new & old & (pl.col("status") == "open")).height:
            raise InputRefused(f"MovePractice: {self.practice} is at {self.to_site} already", [], "Name another site")
        status = pl.when(new).then(pl.lit("open")).when(old).then(pl.lit("closed")).otherwise(pl.col("status"))
        kind = pl.when(new).then(pl.lit("main")).when(old).then(pl.lit("branch")).otherwise(pl.col("kind"))
        owner = pl.when(new).then(pl.lit(self.practice)).otherwise(pl.col("practice_code"))
        mine = pl.col("practice_code") == self.practice
        where = [
            pl.when(mine).then(pl.lit(to[c], place.practices.schema[c])).otherwise(pl.col(c)).alias(c)
            for c in ("postcode", "easting", "northing")
            if c in place.practices.columns
        ]
        return place.with_tables(
            sites=place.sites.with_columns(status.alias("status"), kind.alias("kind"), owner.alias("practice_code")),
            practices=place.practices.with_columns(where),
        )


@dataclass(frozen=True)
class RegroupPractices:
    """Put practices into other groups of a type: `pcn`, or one of the study's own. `groups` names each group's practices.

    A name or code that the type has is that group; another is a new one. Practices not named stay where they are.
    """

    group_type: str
    groups: Mapping[str, Sequence[str]]
    reason: str
    on: date | None = None
    keeps: ClassVar[tuple[str, ...]] = ("patients", "list", "ages", "pence", "fte", "sites")
    makes: ClassVar[frozenset[Thing]] = NOTHING
    ends: ClassVar[frozenset[Thing]] = NOTHING

    @property
    def members(self) -> list[str]:
        return [code for codes in self.groups.values() for code in codes]

    @property
    def needs(self) -> frozenset[Thing]:
        return things("practice", *self.members)

    @property
    def sets(self) -> frozenset[Thing]:
        return things(f"group {self.group_type}", *self.members)

    @property
    def words(self) -> str:
        return f"regroup {len(self.members)} practices by {self.group_type}"

    def apply(self, place: Place) -> Place:
        for code in self.members:
            must_have_practice(place, code, "RegroupPractices")
        twice = sorted({c for c in self.members if self.members.count(c) > 1})
        if twice:
            raise InputRefused(f"RegroupPractices: {', '.join(twice)} stand in two groups", [], "Leave each in one")
        if not self.members:
            raise InputRefused("RegroupPractices: no practice is named", [], "Name the practices of each group")
        known = self.group_type in ("pcn", "sub_icb", "icb")
        kind = self.group_type if known else f"study:{plain_name(self.group_type.removeprefix('study:'))}"
        of_kind = place.groups.filter(pl.col("group_type") == kind)
        by_word = {
            w: (c, n) for c, n in of_kind.select("group_code", "group_name").unique().iter_rows() for w in (c, n)
        }
        rows = []
        for group, codes in self.groups.items():
            code, name = by_word.get(group, (f"{kind}:{plain_name(group)}", group))
            rows += [(kind, code, name, "practice", member, place.vintage) for member in codes]
        new = pl.DataFrame(rows, schema=place.groups.schema, orient="row")
        moved = pl.col("member_code").is_in(self.members) & (pl.col("group_type") == kind)
        groups = pl.concat([place.groups.filter(~moved), new]).sort("group_type", "group_code", "member_code")
        column = f"{kind}_code"
        if column not in place.practices.columns:
            return place.with_tables(groups=groups)
        to = pl.col("practice_code").replace_strict(
            {r[4]: r[1] for r in rows}, default=pl.col(column), return_dtype=pl.String
        )
        return place.with_tables(groups=groups, practices=place.practices.with_columns(to.alias(column)))


def _near(carried: np.ndarray, exact: np.ndarray, people: int) -> np.ndarray:
    """Whole numbers of one area that add up to its people: those carried, or the nearest to the exact ones."""
    if carried.sum() == people and (carried >= 0).all():
        return carried
    return round_within(exact, np.zeros(exact.size, np.int64))


def _shut(place: Place, practice: str) -> Place:
    """The place with the practice's sites closed."""
    status = pl.when(pl.col("practice_code") == practice).then(pl.lit("closed")).otherwise(pl.col("status"))
    return place.with_tables(sites=place.sites.with_columns(status.alias("status")))


def _relabelled(place: Place, code: str, to: str) -> Place:
    """The place with a practice under another code in every table but its sites."""

    def table(frame: pl.DataFrame, column: str = "practice_code") -> pl.DataFrame:
        return (
            frame.with_columns(pl.col(column).replace(code, to)) if frame.height and column in frame.columns else frame
        )

    names = ("practices", "practice_ages", "registrations", "registers", "staff", "payments")
    return place.with_tables(groups=table(place.groups, "member_code"), **{n: table(getattr(place, n)) for n in names})
