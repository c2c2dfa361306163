"""The located tables of the pack: postcodes on a 10 m grid, surgeries and services."""

from datetime import date

import polars as pl
from pyproj import Transformer

from chesil.packing.raw import Built, Raw

ENGLAND_COUNTRY = "E92000001"


def build_postcodes(raw: Raw) -> Built:
    """Live English postcodes, to the nearest 10 m. A postcode with no position is left out."""
    table = (
        raw.read("code_point_open")
        .filter((pl.col("country") == ENGLAND_COUNTRY) & (pl.col("easting") > 0))
        .select(
            pl.col("postcode").str.head(-2).alias("sector"),
            pl.col("postcode").str.tail(2).alias("unit"),
            (pl.col("easting") / 10).round().cast(pl.Int64).alias("easting_10m"),
            (pl.col("northing") / 10).round().cast(pl.Int64).alias("northing_10m"),
        )
        .sort("sector", "unit")
    )
    return Built(table, (raw.origin("code_point_open"),))


def locate(raw: Raw) -> pl.DataFrame:
    """postcode, easting, northing for live postcodes and, from published latitudes, ended ones of practices."""
    live = _live_postcodes(raw)
    ended = to_grid(raw.read("practice_coordinates").select("postcode", "latitude", "longitude").drop_nulls())
    return (
        pl.concat([live, ended.select(live.columns)]).drop_nulls().unique("postcode", keep="first", maintain_order=True)
    )


def _live_postcodes(raw: Raw) -> pl.DataFrame:
    return build_postcodes(raw).table.select(
        (pl.col("sector") + pl.col("unit")).alias("postcode"),
        (pl.col("easting_10m") * 10).alias("easting"),
        (pl.col("northing_10m") * 10).alias("northing"),
    )


def to_grid(table: pl.DataFrame) -> pl.DataFrame:
    """Add easting and northing (metres, British National Grid) from latitude and longitude; good to about 3 m."""
    transformer = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
    east, north = transformer.transform(table["longitude"].to_numpy(), table["latitude"].to_numpy())
    return table.with_columns(
        pl.Series("easting", east).round().cast(pl.Int64), pl.Series("northing", north).round().cast(pl.Int64)
    )


def build_sites(raw: Raw, practices: pl.DataFrame, places: pl.DataFrame) -> Built:
    """Main sites of all practices of the vintages (as last known) and the branches of 2017."""
    known_on = {"2015/16": date(2016, 3, 31), "2022/23": date(2023, 2, 1), "2025/26": date(2026, 7, 1)}
    main = (
        practices.sort("practice_code", "vintage")
        .group_by("practice_code", maintain_order=True)
        .last()
        .select(
            pl.col("practice_code").alias("site_code"),
            "practice_code",
            pl.lit("main").alias("kind"),
            pl.col("practice_name").alias("site_name"),
            "postcode",
            "easting",
            "northing",
            pl.col("vintage").replace_strict(known_on, return_dtype=pl.Date).alias("known_on"),
        )
    )
    when = raw.dates("ods_branches")[-1]
    branches = (
        raw.read("ods_branches", when)
        .filter(pl.col("practice_code").is_in(main["practice_code"].implode()) & pl.col("close_date").is_null())
        .join(places, on="postcode", how="left")
        .select(
            "site_code",
            "practice_code",
            pl.lit("branch").alias("kind"),
            pl.col("name").alias("site_name"),
            "postcode",
            "easting",
            "northing",
            pl.lit(when).alias("known_on"),
        )
    )
    return Built(
        pl.concat([main, branches]).sort("site_code"),
        (
            raw.origin(
                "ods_branches", "code_point_open", note="Branches are those of 2017; none is published here since."
            ),
            raw.origin(("gp_list_map", date(2026, 7, 1))),
        ),
    )


def build_services(raw: Raw) -> Built:
    """Pharmacies, NHS trust sites, dentists and GP sites in England: those whose postcode is a live English one."""
    english = _live_postcodes(raw).select("postcode")
    kinds = {
        "pharmacy": "pharmacy_sites",
        "hospital_site": "hospital_sites",
        "dentist": "dentist_sites",
        "gp_site": "gp_sites",
    }
    parts = [
        to_grid(raw.read(source).drop_nulls(["latitude", "longitude"]).join(english, on="postcode")).select(
            pl.lit(kind).alias("kind"), "name", "postcode", "easting", "northing"
        )
        for kind, source in kinds.items()
    ]
    table = pl.concat(parts).unique(["kind", "name", "postcode"], keep="first", maintain_order=True)
    return Built(table.sort("kind", "name", "postcode"), (raw.origin(*kinds.values()),))
