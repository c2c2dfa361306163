"""Edits of sites: open, close, move, extend, equip, open a hub, set hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

import polars as pl

from chesil.core.errors import InputRefused, did_you_mean
from chesil.place.finding import locate_postcode
from chesil.place.local_tables import HOURS
from chesil.place.place import Place
from chesil.place.serving import serving
from chesil.scenario.edit import NOTHING, Thing, must_have_practice, must_have_site, things

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EVERYBODY = ("patients", "list", "ages", "pence", "fte")


@dataclass(frozen=True)
class CloseSite:
    """Close a site of a practice that has another open; its patients stay on the list.

    `patients_go_to` names the open site, of any practice or a hub, at which they will be seen.
    """

    site: str
    reason: str
    on: date | None = None
    patients_go_to: str = ""
    keeps: ClassVar[tuple[str, ...]] = EVERYBODY
    makes: ClassVar[frozenset[Thing]] = NOTHING
    sets: ClassVar[frozenset[Thing]] = NOTHING

    @property
    def needs(self) -> frozenset[Thing]:
        return things("site", self.site, self.patients_go_to)

    @property
    def ends(self) -> frozenset[Thing]:
        return things("site", self.site)

    @property
    def words(self) -> str:
        return f"close site {self.site}"

    def apply(self, place: Place) -> Place:
        row = must_have_site(place, self.site, "CloseSite")
        if self.patients_go_to == self.site:
            raise InputRefused(f"CloseSite: patients of {self.site} cannot go to itself", [], "Name another site")
        if self.patients_go_to:
            must_have_site(place, self.patients_go_to, "CloseSite")
        others = place.sites.filter(
            (pl.col("practice_code") == row["practice_code"])
            & (pl.col("status") == "open")
            & (pl.col("site_code") != self.site)
        )
        if row["practice_code"] is not None and others.is_empty() and not self.patients_go_to:
            raise InputRefused(
                f"CloseSite: {self.site} is the last open site of {row['practice_code']}",
                [],
                "Say where its patients go (`patients_go_to`), move the practice, or close it with ClosePractice",
            )
        closed = _changed(place, self.site, status="closed")
        owner = place.sites.filter(pl.col("site_code") == self.patients_go_to)["practice_code"].to_list()
        if not self.patients_go_to or row["practice_code"] is None or owner == [row["practice_code"]]:
            return closed
        return serving(closed, self.patients_go_to, "", (str(row["practice_code"]),))


@dataclass(frozen=True)
class OpenSite:
    """Open a site for a practice: a new one, at a postcode or by its easting and northing, or one that is shut."""

    site: str
    practice: str
    reason: str
    on: date | None = None
    postcode: str = ""
    easting: int | None = None
    northing: int | None = None
    name: str = ""
    rooms: int | None = None
    m2: float | None = None
    keeps: ClassVar[tuple[str, ...]] = EVERYBODY
    ends: ClassVar[frozenset[Thing]] = NOTHING
    sets: ClassVar[frozenset[Thing]] = NOTHING

    @property
    def needs(self) -> frozenset[Thing]:
        return things("practice", self.practice)

    @property
    def makes(self) -> frozenset[Thing]:
        return things("site", self.site)

    @property
    def words(self) -> str:
        return f"open site {self.site}"

    def apply(self, place: Place) -> Place:
        must_have_practice(place, self.practice, "OpenSite")
        _not_below_nought(self, rooms=self.rooms, m2=self.m2)
        return _opened(place, self, self.site, self.practice, "branch", "OpenSite")


@dataclass(frozen=True)
class OpenHub:
    """Open a hub that serves several practices (`serves`; nobody named means all of the place)."""

    hub: str
    reason: str
    on: date | None = None
    postcode: str = ""
    easting: int | None = None
    northing: int | None = None
    serves: tuple[str, ...] = ()
    rooms: int | None = None
    name: str = ""
    m2: float | None = None
    keeps: ClassVar[tuple[str, ...]] = EVERYBODY
    ends: ClassVar[frozenset[Thing]] = NOTHING
    sets: ClassVar[frozenset[Thing]] = NOTHING

    @property
    def needs(self) -> frozenset[Thing]:
        return things("practice", *self.serves)

    @property
    def makes(self) -> frozenset[Thing]:
        return things("site", self.hub)

    @property
    def words(self) -> str:
        return f"open hub {self.hub}"

    def apply(self, place: Place) -> Place:
        for code in self.serves:
            must_have_practice(place, code, "OpenHub")
        _not_below_nought(self, rooms=self.rooms, m2=self.m2)
        opened = _opened(place, self, self.hub, None, "hub", "OpenHub")
        return serving(opened, self.hub, self.name, self.serves or tuple(place.practices["practice_code"]))


@dataclass(frozen=True)
class MoveSite:
    """Move a site to a postcode or an easting and northing; its code and rooms stay."""

    site: str
    reason: str
    on: date | None = None
    postcode: str = ""
    easting: int | None = None
    northing: int | None = None
    keeps: ClassVar[tuple[str, ...]] = (*EVERYBODY, "sites")
    makes: ClassVar[frozenset[Thing]] = NOTHING
    ends: ClassVar[frozenset[Thing]] = NOTHING

    @property
    def needs(self) -> frozenset[Thing]:
        return things("site", self.site)

    @property
    def sets(self) -> frozenset[Thing]:
        return things("position of site", self.site)

    @property
    def words(self) -> str:
        return f"move site {self.site}"

    def apply(self, place: Place) -> Place:
        row = must_have_site(place, self.site, "MoveSite")
        easting, northing = _position(self, "MoveSite")
        where = {"easting": easting, "northing": northing, "postcode": self.postcode or None}
        moved = _changed(place, self.site, **where)
        if row["kind"] != "main" or "easting" not in place.practices.columns:
            return moved
        mine = pl.col("practice_code") == row["practice_code"]
        columns = [
            pl.when(mine).then(pl.lit(v, place.practices.schema[c])).otherwise(pl.col(c)).alias(c)
            for c, v in where.items()
        ]
        return moved.with_tables(practices=place.practices.with_columns(columns))


@dataclass(frozen=True)
class ExtendSite:
    """Add rooms or square metres to a site; unknown and more is the more that is known to be added, and stays unknown."""

    site: str
    reason: str
    on: date | None = None
    rooms: int = 0
    m2: float = 0.0
    keeps: ClassVar[tuple[str, ...]] = (*EVERYBODY, "sites")
    makes: ClassVar[frozenset[Thing]] = NOTHING
    ends: ClassVar[frozenset[Thing]] = NOTHING
    sets: ClassVar[frozenset[Thing]] = NOTHING

    @property
    def needs(self) -> frozenset[Thing]:
        return things("site", self.site)

    @property
    def words(self) -> str:
        return f"extend site {self.site}"

    def apply(self, place: Place) -> Place:
        row = must_have_site(place, self.site, "ExtendSite")
        _not_below_nought(self, rooms=self.rooms, m2=self.m2)
        if not self.rooms and not self.m2:
            raise InputRefused(f"ExtendSite: nothing is added to {self.site}", [], "Give `rooms` or `m2`")
        rooms, m2 = row["consulting_rooms"], row["gia_m2"]
        return _changed(
            place,
            self.site,
            consulting_rooms=None if rooms is None else rooms + self.rooms,  # type: ignore[operator]
            gia_m2=None if m2 is None else m2 + self.m2,  # type: ignore[operator]
        )


@dataclass(frozen=True)
class EquipSite:
    """Equip a site, such as with an ECG machine; what it has stays."""

    site: str
    equipment: str
    reason: str
    on: date | None = None
    keeps: ClassVar[tuple[str, ...]] = (*EVERYBODY, "sites")
    makes: ClassVar[frozenset[Thing]] = NOTHING
    ends: ClassVar[frozenset[Thing]] = NOTHING
    sets: ClassVar[frozenset[Thing]] = NOTHING

    @property
    def needs(self) -> frozenset[Thing]:
        return things("site", self.site)

    @property
    def words(self) -> str:
        return f"equip site {self.site} with {self.equipment}"

    def apply(self, place: Place) -> Place:
        row = must_have_site(place, self.site, "EquipSite")
        held = [w for w in str(row["equipment"] or "").split("; ") if w]
        if self.equipment in held:
            raise InputRefused(f"EquipSite: {self.site} has {self.equipment} already", [], "Leave this edit out")
        return _changed(place, self.site, equipment="; ".join([*held, self.equipment]))


@dataclass(frozen=True)
class SetHours:
    """Set a session of opening of a site on a weekday; one that begins at the same time is replaced."""

    site: str
    weekday: str
    opens: str
    closes: str
    reason: str
    on: date | None = None
    kind: str = "core"
    keeps: ClassVar[tuple[str, ...]] = (*EVERYBODY, "sites")
    makes: ClassVar[frozenset[Thing]] = NOTHING
    ends: ClassVar[frozenset[Thing]] = NOTHING

    @property
    def needs(self) -> frozenset[Thing]:
        return things("site", self.site)

    @property
    def sets(self) -> frozenset[Thing]:
        return things("hours", f"{self.site} {self.weekday} {self.opens}")

    @property
    def words(self) -> str:
        return f"open {self.site} on {self.weekday} from {self.opens} to {self.closes}"

    def apply(self, place: Place) -> Place:
        must_have_site(place, self.site, "SetHours")
        if self.weekday not in WEEKDAYS:
            raise InputRefused(f"SetHours: `{self.weekday}` is not a weekday", [], did_you_mean(self.weekday, WEEKDAYS))
        if not self.opens < self.closes:
            raise InputRefused(
                f"SetHours: {self.site} would close at {self.closes}, not after it opens at {self.opens}",
                [],
                "Write times of 24 hours, such as 08:00 and 18:30",
            )
        same = (pl.col("site_code") == self.site) & (pl.col("weekday") == self.weekday)
        stays = place.hours.filter(~(same & (pl.col("opens") == self.opens)))
        over = stays.filter(same & (pl.col("opens") < self.closes) & (pl.col("closes") > self.opens))
        if over.height:
            other = over.row(0, named=True)
            raise InputRefused(
                f"SetHours: {self.opens} to {self.closes} overlaps with {other['opens']} to {other['closes']} at {self.site}",
                [],
                "Change the other session too",
            )
        row = pl.DataFrame(
            [(self.site, self.weekday, self.opens, self.closes, self.kind)], schema=HOURS.schema, orient="row"
        )
        return place.with_tables(hours=pl.concat([stays, row]).sort("site_code", "weekday", "opens"))


def _changed(place: Place, site: str, **values: object) -> Place:
    """The place with some columns of one site changed."""
    mine = pl.col("site_code") == site
    columns = [
        pl.when(mine).then(pl.lit(value, place.sites.schema[name])).otherwise(pl.col(name)).alias(name)
        for name, value in values.items()
    ]
    return place.with_tables(sites=place.sites.with_columns(columns))


def _opened(place: Place, edit: OpenSite | OpenHub, site: str, practice: str | None, kind: str, verb: str) -> Place:
    """The place with a new site, or with one that was shut or a candidate open again."""
    held = place.sites.filter(pl.col("site_code") == site)
    rooms: Mapping[str, object] = {
        k: v for k, v in (("consulting_rooms", edit.rooms), ("gia_m2", edit.m2)) if v is not None
    }
    if held.height:
        row = held.row(0, named=True)
        if row["status"] == "open":
            raise InputRefused(f"{verb}: the site {site} is open already", [], "Give a new site another code")
        where = dict(zip(("easting", "northing"), _position(edit, verb), strict=True)) if _says_where(edit) else {}
        return _changed(place, site, status="open", kind=kind, practice_code=practice, **where, **rooms)
    easting, northing = _position(edit, verb)
    record: dict[str, object] = {
        "site_code": site, "practice_code": practice, "kind": kind, "site_name": edit.name or site, "status": "open",
        "postcode": edit.postcode or None, "easting": easting, "northing": northing, "known_on": edit.on or place.as_at,
    }  # fmt: skip
    full = {c: [record.get(c, rooms.get(c))] for c in place.sites.columns}
    new = pl.DataFrame(full, schema=place.sites.schema)
    return place.with_tables(sites=pl.concat([place.sites, new]).sort(["practice_code", "site_code"], nulls_last=True))


def _says_where(edit: Any) -> bool:
    return bool(edit.postcode) or edit.easting is not None or edit.northing is not None


def _position(edit: Any, verb: str) -> tuple[int, int]:
    """Easting and northing that an edit gives, or those of its postcode; an error says if there is neither."""
    if edit.easting is not None and edit.northing is not None:
        return int(edit.easting), int(edit.northing)
    if edit.postcode:
        return locate_postcode(edit.postcode)
    raise InputRefused(f"{verb}: it is not said where", [], "Give `postcode`, or `easting` and `northing`")


def _not_below_nought(edit: Any, **numbers: float | None) -> None:
    for name, value in numbers.items():
        if value is not None and value < 0:
            raise InputRefused(f"{type(edit).__name__}: `{name}` is {value:g}, below nought", [], "Give 0 or more")
