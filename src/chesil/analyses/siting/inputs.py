"""What siting rests on: areas with people and weights, sites that are open or could be, and minutes between them."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.analyses.siting.settings import SitingSettings
from chesil.core.errors import InputRefused, Problem
from chesil.place.catchments import areas_by_group
from chesil.place.place import Place
from chesil.place.travel import TravelTimes

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SitingInputs:
    """Areas and sites in order of code, and minutes between them (areas, sites).

    `areas` has lsoa11, area_name, people, no_car_share, weight and locality; `sites` has code, site_name, practice_code,
    is_open, locality, rooms, can_extend and cost_gbp (a year, blank if unknown).
    """

    areas: pl.DataFrame
    sites: pl.DataFrame
    minutes: Array
    errors: Array
    about: str
    method: str
    other_minutes: Array | None = None
    notes: tuple[str, ...] = ()

    @property
    def people(self) -> Array:
        return self.areas["people"].to_numpy().astype(np.float64)

    @property
    def weights(self) -> Array:
        return self.areas["weight"].to_numpy().astype(np.float64)

    @property
    def is_open(self) -> NDArray[np.bool_]:
        return self.sites["is_open"].to_numpy()

    @property
    def now(self) -> Array:
        """Minutes from each area to the nearest open site; infinite without one."""
        found: Array = self.minutes[:, self.is_open].min(axis=1, initial=np.inf)
        return found


def siting_sites(place: Place, services: pl.DataFrame | None = None) -> pl.DataFrame:
    """Open and candidate sites with coordinates (and hospital sites, if given): code, easting, northing and what they are.

    A site given twice at one spot is one building to a traveller and stays two sites: each can close.
    """
    known = place.sites.filter(pl.col("status").is_in(["open", "candidate"])).drop_nulls(["easting", "northing"])
    rent = pl.coalesce("rent_gbp", "notional_rent_gbp").alias("cost_gbp")
    columns = [
        pl.col("site_code").alias("code"), "site_name", "practice_code", (pl.col("status") == "open").alias("is_open"),
        pl.col("easting").cast(pl.Int64), pl.col("northing").cast(pl.Int64),
        pl.col("consulting_rooms").cast(pl.Float64).alias("rooms"),
        (pl.col("expansion_m2") > 0).fill_null(False).alias("can_extend"), rent,
    ]  # fmt: skip
    sites = known.select(columns)
    if services is not None and services.height:
        east, north = place.areas["easting"], place.areas["northing"]
        inside = services.filter(
            (pl.col("kind") == "hospital_site")
            & pl.col("easting").is_between(east.min(), east.max())
            & pl.col("northing").is_between(north.min(), north.max())
        ).unique(["easting", "northing"], keep="first", maintain_order=True)
        extra = inside.select(
            pl.format("hospital:{}", pl.col("postcode")).alias("code"), pl.col("name").alias("site_name"),
            pl.lit(None, pl.String).alias("practice_code"), pl.lit(False).alias("is_open"), "easting", "northing",
            pl.lit(None, pl.Float64).alias("rooms"), pl.lit(False).alias("can_extend"),
            pl.lit(None, pl.Float64).alias("cost_gbp"),
        ).unique("code", keep="first", maintain_order=True)  # fmt: skip
        sites = pl.concat([sites, extra.select(sites.columns).cast(sites.schema)])
    return sites.sort("code")


def localities_of(place: Place, grouping: str) -> dict[str, str]:
    """Codes and names of the localities: networks, or the groups of a drawn grouping."""
    rows = place.groups.filter((pl.col("group_type") == grouping) & (pl.col("group_code") != "U"))
    return dict(rows.select("group_code", "group_name").unique().sort("group_code").iter_rows())


def siting_inputs(
    place: Place, sites: pl.DataFrame, settings: SitingSettings, times: TravelTimes, other: TravelTimes | None = None
) -> SitingInputs:
    """The inputs from a place, its sites (from `siting_sites`) and travel times; `InputRefused` names what cannot be used."""
    _check_sites(place, sites, settings)
    owner = dict(areas_by_group(place, settings.locality).iter_rows())
    members = place.groups.filter((pl.col("group_type") == settings.locality) & (pl.col("member_type") == "practice"))
    of_practice = dict(members.select("member_code", "group_code").iter_rows())
    areas = place.areas.sort("lsoa11")
    people = (
        areas["residents_2020"].cast(pl.Float64).fill_null(0.0)
        if settings.demand == "residents"
        else areas["registered"].cast(pl.Float64).fill_null(0.0)
    )
    illness, no_car = areas["illness_share_2011"], areas["no_car_share_2011"]
    known = people.filter(illness.is_not_null()).to_numpy().sum()
    mean_illness = float((illness * people).drop_nulls().to_numpy().sum() / known) if known else 1.0
    need = (illness.fill_null(mean_illness) / mean_illness - 1) * settings.need_weight + 1
    carless = no_car.fill_null(0.0) * settings.no_car_weight + 1
    table = pl.DataFrame(
        {
            "lsoa11": areas["lsoa11"],
            "area_name": [
                f"{middle} ({small})" if middle else small
                for middle, small in areas.select("msoa_name", "area_name").iter_rows()
            ],
            "people": people,
            "no_car_share": no_car,
            "weight": people * need * carless,
            "locality": [owner.get(a, "") for a in areas["lsoa11"]],
        }
    )
    nearest_area = times.seconds.argmin(axis=0) if times.seconds.size else np.zeros(0, dtype=int)
    locality = [
        of_practice.get(p or "", "") or table["locality"][int(k)]
        for p, k in zip(sites["practice_code"], nearest_area, strict=True)
    ]
    notes = []
    nowhere = place.sites.filter(pl.col("status") == "open").height - int(sites["is_open"].sum())
    if nowhere:
        notes.append(f"{nowhere} open sites have no known position and are left out.")
    return SitingInputs(
        areas=table,
        sites=sites.with_columns(pl.Series("locality", locality, dtype=pl.String)),
        minutes=times.minutes,
        errors=times.errors,
        about=times.about,
        method=times.method,
        other_minutes=other.minutes if other is not None else None,
        notes=tuple(notes),
    )


def _check_sites(place: Place, sites: pl.DataFrame, settings: SitingSettings) -> None:
    problems = []
    twice = sites.filter(pl.col("code").is_duplicated())["code"].unique().sort()
    problems += [
        Problem(f"site {c} is listed twice", "sites", "It could be open and closed at once", "Keep one row of it")
        for c in twice
    ]
    known = set(sites["code"])
    for name in ("fixed", "forbidden"):
        problems += [
            Problem(f"`{c}` is not an open or candidate site", f"study.toml [siting] {name}", "",
                    f"Take it out, or give it a row with a position in the table of sites of {place.name}")
            for c in getattr(settings, name) if c not in known
        ]  # fmt: skip
    if sites.filter(pl.col("is_open")).is_empty():
        problems.append(
            Problem("no open site has a known position", "sites", "", "Give postcodes in the table of sites")
        )
    if place.areas.is_empty():
        problems.append(
            Problem(f"{place.name} has no areas of its own", "", "Journeys begin in areas", "Name a larger place")
        )
    if problems:
        raise InputRefused("Sites cannot be proposed", problems, "Put these right and try again")
