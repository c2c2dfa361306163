"""The area tables of the pack: every value of a small area, brought to LSOA 2011."""

import polars as pl

from chesil.packing.across import across_weights, counts_across, means_across, most_people
from chesil.packing.raw import Built, Raw
from chesil.packs.contracts_areas import AREA_CENSUS, CENSUS_AGE_BANDS, DOMAINS, ETHNICITIES

ACROSS = "Brought from LSOA 2021 to LSOA 2011 by Census 2021 population; merged areas share by mid-2020 population."

INDICATORS_2019 = {
    "years_of_life_lost_2019": "years_of_potential_life_lost_indicator",
    "illness_and_disability_2019": "comparative_illness_and_disability_ratio_indicator",
    "acute_morbidity_2019": "acute_morbidity_indicator",
    "mood_and_anxiety_2019": "mood_and_anxiety_disorders_indicator",
    "road_distance_gp_km_2019": "road_distance_to_a_gp_surgery_indicator_km",
}
INDICATORS_2025 = {
    "years_of_life_lost_2025": "years_of_potential_life_lost_indicator",
    "illness_and_disability_2025": "comparative_illness_and_disability_ratio_indicator",
    "acute_morbidity_2025": "acute_morbidity_indicator",
    "mental_health_2025": "mental_health_indicator",
    "connectivity_2025": "connectivity_score",
    "patient_to_gp_ratio_2025": "patient_to_gp_ratio",
}


def build_area_tables(raw: Raw) -> dict[str, Built]:
    """All tables with one row a small area, and the look-up to LSOA 2021."""
    weights = _weights(raw)
    return {
        "areas": _areas(raw, weights),
        "area_lookup": _lookup(raw),
        "area_ages": Built(raw.read("population_mid2020").sort("lsoa11"), (raw.origin("population_mid2020"),)),
        "area_deprivation": _deprivation(raw, weights),
        "area_census": _census(raw, weights),
        "area_travel": Built(_english(raw.read("ahah_minutes")), (raw.origin("ahah_minutes"),)),
        "area_fuel_poverty": _fuel_poverty(raw, weights),
        "area_indicators": _indicators(raw, weights),
    }


def _english(table: pl.DataFrame) -> pl.DataFrame:
    return table.filter(pl.col("lsoa11").str.starts_with("E01")).sort("lsoa11")


def _people_2021(raw: Raw) -> pl.DataFrame:
    return raw.read("census_population_2021").group_by("lsoa21").agg(pl.col("people").sum())


def _weights(raw: Raw) -> pl.DataFrame:
    people_2020 = raw.read("population_mid2020").select(
        "lsoa11", pl.sum_horizontal([f"age_{a}" for a in range(91)]).alias("people")
    )
    return across_weights(raw.read("lookup_lsoa11_lsoa21"), _people_2021(raw), people_2020)


def _areas(raw: Raw, weights: pl.DataFrame) -> Built:
    icb = raw.read("lookup_lsoa11_icb22").select("lsoa11", "sub_icb_code")
    later = most_people(
        raw.read("lookup_lsoa21_ltla24").join(raw.read("rural_urban_2021"), on="lsoa21"),
        weights,
        ["ltla24", "ruc21_code"],
    )
    table = (
        raw.read("lookup_lsoa11_msoa11")
        .rename({"lsoa11_name": "area_name"})
        .join(raw.read("msoa_names"), on="msoa11", how="left")
        .join(raw.read("lookup_lsoa11_ltla18").select("lsoa11", "ltla18"), on="lsoa11", how="left")
        .join(raw.read("lookup_lsoa11_ltla21").select("lsoa11", "ltla21"), on="lsoa11", how="left")
        .join(icb, on="lsoa11", how="left")
        .join(later, on="lsoa11", how="left")
        .join(raw.read("rural_urban_2011").select("lsoa11", "ruc11_code"), on="lsoa11", how="left")
        .join(raw.read("lsoa11_centroids").select("lsoa11", "easting", "northing"), on="lsoa11", how="left")
        .with_columns(pl.col("easting", "northing").round().cast(pl.Int64))
    )
    names = (
        "lookup_lsoa11_msoa11",
        "msoa_names",
        "lookup_lsoa11_ltla18",
        "lookup_lsoa11_ltla21",
        "lookup_lsoa11_icb22",
        "lookup_lsoa21_ltla24",
        "rural_urban_2021",
        "rural_urban_2011",
        "lsoa11_centroids",
    )
    return Built(_english(table), (raw.origin(*names),))


def _lookup(raw: Raw) -> Built:
    table = (
        raw.read("lookup_lsoa11_lsoa21")
        .rename({"change_code": "change"})
        .join(_people_2021(raw).rename({"people": "people_2021"}), on="lsoa21")
    )
    return Built(
        _english(table).sort("lsoa11", "lsoa21"), (raw.origin("lookup_lsoa11_lsoa21", "census_population_2021"),)
    )


def _deprivation(raw: Raw, weights: pl.DataFrame) -> Built:
    scores = raw.read("iod_2019_scores")
    names = {f"{d}_score": f"{d}_score_2019" for d in DOMAINS} | {
        "imd_score": "imd_score_2019",
        "idaci_score": "idaci_score_2019",
        "idaopi_score": "idaopi_score_2019",
        "population_total_2015": "population_2015",
        "population_0_15": "population_2015_0_15",
        "population_16_59": "population_2015_16_59",
        "population_60_plus": "population_2015_60_plus",
    }
    in_2025 = {"imd_score": "imd_score_2025"} | {f"{d}_score": f"{d}_score_2025" for d in DOMAINS}
    table = (
        raw.read("imd_2015")
        .select("lsoa11", pl.col("imd_score").alias("imd_score_2015"))
        .join(
            scores.select("lsoa11", *(pl.col(k).alias(v) for k, v in names.items())),
            on="lsoa11",
            how="full",
            coalesce=True,
        )
        .join(means_across(raw.read("imd_2025"), weights, list(in_2025)).rename(in_2025), on="lsoa11", how="left")
        .with_columns(pl.col("^population_2015.*$").cast(pl.Int64))
    )
    return Built(
        _english(table),
        (
            raw.origin("imd_2015", columns=("imd_score_2015",)),
            raw.origin("iod_2019_scores", columns=tuple(names.values())),
            raw.origin("imd_2025", "lookup_lsoa11_lsoa21", columns=tuple(in_2025.values()), note=ACROSS),
        ),
    )


def _wide(table: pl.DataFrame, value: str, names: dict[str, str]) -> pl.DataFrame:
    """One column a category, named by `names`; categories with the same name are added up."""
    return (
        table.with_columns(pl.col("category").replace_strict(names, default=None).alias("column"))
        .drop_nulls("column")
        .group_by("lsoa21", "column")
        .agg(pl.col(value).sum())
        .pivot(on="column", index="lsoa21", values=value)
    )


def _census(raw: Raw, weights: pl.DataFrame) -> Built:
    parts = (
        _wide(raw.read("census_population_2021"), "people", {b: f"residents_2021_{b}" for b in CENSUS_AGE_BANDS}),
        _wide(raw.read("census_ethnicity_2021"), "people", {e: f"{e}_2021" for e in ETHNICITIES}),
        _wide(
            raw.read("census_disability_2021"),
            "people",
            {"disabled": "disabled_2021", "not_disabled": "not_disabled_2021"},
        ),
        _wide(raw.read("census_tenure_2021"), "households", TENURES),
    )
    wide = parts[0]
    for part in parts[1:]:
        wide = wide.join(part, on="lsoa21", how="full", coalesce=True)
    columns = sorted(c for c in wide.columns if c != "lsoa21")
    table = (
        counts_across(wide, weights, columns)
        .join(
            raw.read("census_no_car_2011").rename({"no_car_share": "no_car_share_2011"}),
            on="lsoa11",
            how="full",
            coalesce=True,
        )
        .join(
            raw.read("census_long_term_illness_2011").rename({"illness_share": "illness_share_2011"}),
            on="lsoa11",
            how="full",
            coalesce=True,
        )
    )
    census = ("census_population_2021", "census_ethnicity_2021", "census_disability_2021", "census_tenure_2021")
    return Built(
        _english(table).select(AREA_CENSUS.names),
        (
            raw.origin("census_no_car_2011", columns=("no_car_share_2011",)),
            raw.origin("census_long_term_illness_2011", columns=("illness_share_2011",)),
            raw.origin(*census, "lookup_lsoa11_lsoa21", columns=tuple(columns), note=ACROSS),
        ),
    )


TENURES = {
    "owned_outright": "owned_2021",
    "owned_mortgage": "owned_2021",
    "shared_ownership": "owned_2021",
    "social_rented_council": "social_rented_2021",
    "social_rented_other": "social_rented_2021",
    "private_rented_landlord": "private_rented_2021",
    "private_rented_other": "private_rented_2021",
    "rent_free": "private_rented_2021",
}


def _fuel_poverty(raw: Raw, weights: pl.DataFrame) -> Built:
    table = counts_across(raw.read("fuel_poverty"), weights, ["households", "households_fuel_poor"])
    return Built(_english(table), (raw.origin("fuel_poverty", "lookup_lsoa11_lsoa21", note=ACROSS),))


def _indicators(raw: Raw, weights: pl.DataFrame) -> Built:
    old = raw.read("iod_2019_indicators").select("lsoa11", *(pl.col(v).alias(k) for k, v in INDICATORS_2019.items()))
    new = raw.read("iod_2025_indicators").select("lsoa21", *(pl.col(v).alias(k) for k, v in INDICATORS_2025.items()))
    table = old.join(means_across(new, weights, list(INDICATORS_2025)), on="lsoa11", how="left")
    return Built(
        _english(table),
        (
            raw.origin("iod_2019_indicators", columns=tuple(INDICATORS_2019)),
            raw.origin("iod_2025_indicators", "lookup_lsoa11_lsoa21", columns=tuple(INDICATORS_2025), note=ACROSS),
        ),
    )


def build_reference_tables(raw: Raw) -> dict[str, Built]:
    """District, projection and life tables, as read."""
    as_read = {
        "projections": ("population_projection", ["area_code", "age", "year"]),
        "life_tables": ("life_tables", ["period", "sex", "age"]),
        "district_deaths": ("deaths_by_district", ["district_name", "sex", "age_from"]),
        "district_population": ("population_by_district", ["district_name", "sex", "age"]),
        "health_index": ("health_index", ["ltla21", "year", "indicator"]),
    }
    return {name: Built(raw.read(source).sort(key), (raw.origin(source),)) for name, (source, key) in as_read.items()}
