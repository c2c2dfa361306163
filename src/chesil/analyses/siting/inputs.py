"""What siting rests on: areas with people and weights, sites that are open or could be, and minutes between them."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.analyses.siting.settings import SitingSettings, counts_of
from chesil.core.errors import InputRefused, Problem, did_you_mean
from chesil.place.catchments import areas_by_group
from chesil.place.place import Place
from chesil.place.travel import TravelTimes

Array = NDArray[np.float64]
GROUPS_IN_NEED = {
    "no_car_share": ("no_car_share_2011", "in households without a car (2011)"),
    "ill_share": ("illness_share_2011", "with a long-term illness (2011)"),
    "over_65_share": ("residents_2021_65_plus", "aged 65 or over (2021)"),
    "deprived_share": ("in_most_deprived_fifth_2025", "in England’s most deprived fifth of areas (2025)"),
    "rural_share": ("is_rural_2011", "in villages and the country (2011)"),
}
"""Shares of each area's people in groups in need: the column of the place that each comes from, and its words."""
AGES_2021 = ("0_15", "16_24", "25_34", "35_49", "50_64", "65_plus")


@dataclass(frozen=True, eq=False)
class SitingInputs:
    """Areas and sites in order of code, and minutes between them (areas, sites).

    `areas` has lsoa11, area_name, people, the shares of `GROUPS_IN_NEED` (blank if unknown), weight and locality; `sites`
    has code, site_name, practice_code, is_open, locality, rooms, m2, expansion_m2, cost_gbp (a year) and list_size (of the
    whole practice), blank where unknown.
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


def siting_sites(
    place: Place, services: pl.DataFrame | None = None, premises: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Open and candidate sites with coordinates (and hospital sites, if given): code, easting, northing and what they are.

    A site given twice at one spot is one building to a traveller and stays two sites: each can close. What a site costs a
    year is the rent, notional rent or reimbursement of the register; else an even part of its practice's premises payments
    (`premises`: practice_code, gbp), since no publication says which building they are for.
    """
    known = place.sites.filter(pl.col("status").is_in(["open", "candidate"])).drop_nulls(["easting", "northing"])
    count = place.sites.filter(pl.col("status") == "open").group_by("practice_code").len("held")
    paid = premises if premises is not None else pl.DataFrame(schema={"practice_code": pl.String, "gbp": pl.Float64})
    known = known.join(count, on="practice_code", how="left", maintain_order="left")
    known = known.join(paid.select("practice_code", "gbp"), on="practice_code", how="left", maintain_order="left")
    share = pl.when(pl.col("status") == "open").then(pl.col("gbp") / pl.col("held"))
    rent = pl.coalesce("rent_gbp", "notional_rent_gbp", "reimbursed_gbp", share).alias("cost_gbp")
    columns = [
        pl.col("site_code").alias("code"), "site_name", "practice_code", (pl.col("status") == "open").alias("is_open"),
        pl.col("easting").cast(pl.Int64), pl.col("northing").cast(pl.Int64),
        pl.col("consulting_rooms").cast(pl.Float64).alias("rooms"),
        pl.col("gia_m2").cast(pl.Float64).alias("m2"), pl.col("expansion_m2").cast(pl.Float64).fill_null(0.0), rent,
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
            pl.lit(None, pl.Float64).alias("rooms"), pl.lit(None, pl.Float64).alias("m2"),
            pl.lit(0.0).alias("expansion_m2"), pl.lit(None, pl.Float64).alias("cost_gbp"),
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
            **_shares(areas),
            "weight": people * need * carless,
            "locality": [owner.get(a, "") for a in areas["lsoa11"]],
        }
    )
    nearest_area = times.seconds.argmin(axis=0) if times.seconds.size else np.zeros(0, dtype=int)
    locality = [
        of_practice.get(p or "", "") or table["locality"][int(k)]
        for p, k in zip(sites["practice_code"], nearest_area, strict=True)
    ]
    lists = place.registrations.group_by("practice_code").agg(pl.col("patients").sum().alias("list_size"))
    sites = sites.join(lists, on="practice_code", how="left", maintain_order="left")
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


def _shares(areas: pl.DataFrame) -> dict[str, pl.Series]:
    """The share of each area's people in each group in need, blank where it is not published."""
    found = {}
    for name, (column, _) in GROUPS_IN_NEED.items():
        if column not in areas.columns:
            found[name] = pl.Series(name, [None] * areas.height, dtype=pl.Float64)
        elif column.endswith("65_plus"):
            everyone = pl.sum_horizontal([f"residents_2021_{a}" for a in AGES_2021])
            found[name] = areas.select((pl.col(column) / everyone).fill_nan(None)).to_series().rename(name)
        else:
            found[name] = areas[column].cast(pl.Float64).rename(name)
    return found


def _check_sites(place: Place, sites: pl.DataFrame, settings: SitingSettings) -> None:
    problems = []
    known_localities = localities_of(place, settings.locality)
    for setting in ("locality_least_in", "locality_most_in"):
        problems += [
            Problem(f"`{c}` is not a locality of {settings.locality}", f"study.toml [siting] {setting}", "",
                    did_you_mean(c, known_localities) or "`chesil places` lists networks")
            for c in counts_of(getattr(settings, setting)) if c not in known_localities
        ]  # fmt: skip
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
