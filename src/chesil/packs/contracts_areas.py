"""The contracts of the pack's area tables: one row a small area (LSOA 2011) unless said otherwise."""

from chesil.core.tables import Column, TableContract

LSOA11 = Column("lsoa11", "text", "code of the small area (LSOA 2011)", pattern="E01[0-9]{6}")

DOMAINS = ("income", "employment", "education", "health", "crime", "barriers", "environment")

ETHNICITIES = ("asian", "black", "mixed", "white", "other")
CENSUS_AGE_BANDS = ("0_15", "16_24", "25_34", "35_49", "50_64", "65_plus")


def _score(name: str, about: str) -> Column:
    return Column(name, "float", about, "score", missing=True)


def _people(name: str, about: str, unit: str = "people") -> Column:
    return Column(name, "int", about, unit, missing=True, low=0)


def _minutes(name: str, about: str) -> Column:
    return Column(name, "float", f"mean drive minutes to the nearest {about}", "minutes", missing=True, low=0)


AREAS = TableContract(
    name="areas",
    about="One row a small area of England (LSOA 2011): its names, the areas it lies in, its middle.",
    key=("lsoa11",),
    columns=(
        LSOA11,
        Column("area_name", "text", "name of the small area, as published"),
        Column("msoa11", "text", "middle-layer area it lies in", pattern="E02[0-9]{6}"),
        Column("msoa_name", "text", "House of Commons Library name of the middle-layer area", missing=True),
        Column("ltla18", "text", "district of 2018"),
        Column("ltla21", "text", "district of 2021"),
        Column("ltla24", "text", "district of 2024, where most of its people of 2021 live"),
        Column("sub_icb_code", "text", "sub-ICB location of 2022"),
        Column("ruc11_code", "text", "rural-urban class of 2011"),
        Column("ruc21_code", "text", "rural-urban class of 2021, of most of its people"),
        Column("easting", "int", "population-weighted centroid, easting", "metres", low=0, high=700_000),
        Column("northing", "int", "population-weighted centroid, northing", "metres", low=0, high=700_000),
    ),
)

AREA_LOOKUP = TableContract(
    name="area_lookup",
    about="One row a pair of a small area of 2011 and one of 2021 that share land.",
    key=("lsoa11", "lsoa21"),
    columns=(
        LSOA11,
        Column("lsoa21", "text", "code of the small area (LSOA 2021)", pattern="E01[0-9]{6}"),
        Column("change", "text", "unchanged (U), split (S), merged (M), irregular (X)", one_of=("U", "S", "M", "X")),
        Column("people_2021", "int", "Census 2021 residents of the 2021 area", "people", low=0),
    ),
)

AREA_AGES = TableContract(
    name="area_ages",
    about="Residents of each small area by single year of age, mid-2020; age_90 means 90 and over. No sex.",
    key=("lsoa11",),
    columns=(LSOA11, *(Column(f"age_{a}", "int", f"residents aged {a}", "people", low=0) for a in range(91))),
)

AREA_DEPRIVATION = TableContract(
    name="area_deprivation",
    about="Deprivation scores of each small area: 2015, 2019 (domains) and 2025 (brought across from LSOA 2021).",
    key=("lsoa11",),
    columns=(
        LSOA11,
        _score("imd_score_2015", "Index of Multiple Deprivation 2015"),
        _score("imd_score_2019", "Index of Multiple Deprivation 2019"),
        *(_score(f"{d}_score_2019", f"{d} domain 2019") for d in DOMAINS),
        _score("idaci_score_2019", "income deprivation affecting children 2019"),
        _score("idaopi_score_2019", "income deprivation affecting older people 2019"),
        _score("imd_score_2025", "Index of Multiple Deprivation 2025"),
        *(_score(f"{d}_score_2025", f"{d} domain 2025") for d in DOMAINS),
        _people("population_2015", "residents of mid-2015 without prisoners, the denominators of 2019"),
        _people("population_2015_0_15", "of these aged 0 to 15"),
        _people("population_2015_16_59", "of these aged 16 to 59"),
        _people("population_2015_60_plus", "of these aged 60 and over"),
    ),
)

AREA_CENSUS = TableContract(
    name="area_census",
    about="Census counts of each small area: 2021 (from LSOA 2021) and two shares of 2011.",
    key=("lsoa11",),
    columns=(
        LSOA11,
        *(
            _people(f"residents_2021_{b}", f"residents of 2021 aged {b.replace('_', ' to ', 1)}")
            for b in CENSUS_AGE_BANDS
        ),
        *(_people(f"{e}_2021", f"residents of 2021 in the {e} ethnic group") for e in ETHNICITIES),
        _people("disabled_2021", "residents disabled under the Equality Act"),
        _people("not_disabled_2021", "residents not disabled under the Equality Act"),
        _people("owned_2021", "households that own their home", "households"),
        _people("social_rented_2021", "households that rent from a council or housing association", "households"),
        _people("private_rented_2021", "households that rent privately or live rent free", "households"),
        Column("no_car_share_2011", "float", "share of households with no car or van", "share", True, 0, 1),
        Column("illness_share_2011", "float", "share of people with long-term illness", "share", True, 0, 1),
    ),
)

AREA_TRAVEL = TableContract(
    name="area_travel",
    about="Published mean drive minutes from each small area to the nearest service (AHAH version 3).",
    key=("lsoa11",),
    columns=(
        LSOA11,
        _minutes("gp_minutes", "GP surgery (not the one people are registered with)"),
        _minutes("dentist_minutes", "dentist"),
        _minutes("pharmacy_minutes", "pharmacy"),
        _minutes("hospital_minutes", "NHS hospital site of any kind (not only acute)"),
    ),
)

AREA_TRAVEL_2011 = TableContract(
    name="area_travel_2011",
    about="Published minutes to a GP in about 2011 by public transport or walking, cycle and car; never under five.",
    key=("lsoa11",),
    columns=(
        LSOA11,
        *(
            Column(f"{name}_minutes_2011", "float", f"minutes to a GP by {words}", "minutes", missing=True, low=0)
            for name, words in (
                ("public_transport", "public transport or walking"),
                ("cycle", "cycle"),
                ("car", "car"),
            )
        ),
    ),
)

AREA_FUEL_POVERTY = TableContract(
    name="area_fuel_poverty",
    about="Households in fuel poverty (LILEE measure) of 2022, modelled by the publisher.",
    key=("lsoa11",),
    columns=(
        LSOA11,
        _people("households", "households", "households"),
        _people("households_fuel_poor", "households in fuel poverty", "households"),
    ),
)

AREA_INDICATORS = TableContract(
    name="area_indicators",
    about="Underlying indicators of the Indices of Deprivation that need and access analyses use.",
    key=("lsoa11",),
    columns=(
        LSOA11,
        _score("years_of_life_lost_2019", "years of potential life lost, comparative"),
        _score("illness_and_disability_2019", "comparative illness and disability ratio"),
        _score("acute_morbidity_2019", "comparative acute morbidity"),
        _score("mood_and_anxiety_2019", "mood and anxiety disorders"),
        Column("road_distance_gp_km_2019", "float", "road distance to a GP surgery", "km", missing=True, low=0),
        _score("years_of_life_lost_2025", "years of potential life lost, comparative"),
        _score("illness_and_disability_2025", "comparative illness and disability ratio"),
        _score("acute_morbidity_2025", "comparative acute morbidity"),
        _score("mental_health_2025", "mental health indicator"),
        _score("connectivity_2025", "connectivity score"),
        _score("patient_to_gp_ratio_2025", "patients to a GP near the area"),
    ),
)

POSTCODES = TableContract(
    name="postcodes",
    about="Live postcodes of England of April 2025 on a 10 m grid (Code-Point Open).",
    key=("sector", "unit"),
    columns=(
        Column("sector", "text", "postcode without its last two letters, such as DT1 1"),
        Column("unit", "text", "last two letters of the postcode"),
        Column("easting_10m", "int", "easting in tens of metres", "10 m", low=0, high=70_000),
        Column("northing_10m", "int", "northing in tens of metres", "10 m", low=0, high=70_000),
    ),
)

GROUPS = TableContract(
    name="groups",
    about="Every grouping: which practices or small areas belong to which group, as at a vintage.",
    key=("group_type", "group_code", "member_code", "vintage"),
    columns=(
        Column("group_type", "text", "kind of group: pcn, sub_icb, icb, ltla18, ltla21, ltla24, msoa11 or a study's"),
        Column("group_code", "text", "code of the group"),
        Column("group_name", "text", "name of the group, as published"),
        Column("member_type", "text", "what its members are", one_of=("practice", "area")),
        Column("member_code", "text", "practice code or LSOA 2011 code"),
        Column("vintage", "text", "vintage at which the membership holds"),
    ),
)

AREA_CONTRACTS = (
    AREAS,
    AREA_LOOKUP,
    AREA_AGES,
    AREA_DEPRIVATION,
    AREA_CENSUS,
    AREA_TRAVEL,
    AREA_TRAVEL_2011,
    AREA_FUEL_POVERTY,
    AREA_INDICATORS,
    POSTCODES,
    GROUPS,
)
