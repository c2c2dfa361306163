"""The contracts of the pack's reference tables: districts, projections, life tables, measured travel times."""

from chesil.core.tables import Column, TableContract

_DISTRICT = Column("district_name", "text", "name of the district, as published then")

PROJECTIONS = TableContract(
    name="projections",
    about="Projected residents by single year of age, 2022 to 2047, where published here (two Dorset councils).",
    key=("area_code", "age", "year"),
    columns=(
        Column("area_code", "text", "council of 2021"),
        Column("area_name", "text", "name of the council"),
        Column("age", "int", "single year of age; 90 means 90 and over", "years", low=0, high=90),
        Column("year", "int", "mid-year", low=2000, high=2100),
        Column("people", "float", "projected residents", "people", low=0),
    ),
)

LIFE_TABLES = TableContract(
    name="life_tables",
    about="National life tables of England and Wales, three-year periods.",
    key=("period", "sex", "age"),
    columns=(
        Column("period", "text", "three calendar years"),
        Column("sex", "text", "sex", one_of=("female", "male")),
        Column("age", "int", "exact age", "years", low=0),
        Column("mx", "float", "central rate of mortality", "a year", low=0),
        Column("qx", "float", "chance of dying before the next birthday", "share", low=0, high=1),
        Column("lx", "float", "survivors of 100,000 born", "people", low=0),
        Column("dx", "float", "deaths of 100,000 born", "people", low=0),
        Column("ex", "float", "expectation of life", "years", low=0),
    ),
)

DISTRICT_DEATHS = TableContract(
    name="district_deaths",
    about="Deaths of 2014 by district, sex and age.",
    key=("district_name", "sex", "age_from"),
    columns=(
        _DISTRICT,
        Column("sex", "text", "sex", one_of=("female", "male")),
        Column("age_from", "int", "youngest age of the band", "years", low=0),
        Column("age_to", "int", "oldest age of the band", "years", missing=True, low=0),
        Column("deaths", "int", "deaths", "deaths", low=0),
    ),
)

DISTRICT_POPULATION = TableContract(
    name="district_population",
    about="Residents of mid-2014 by district, sex and single year of age (90 means 90 and over).",
    key=("district_name", "sex", "age"),
    columns=(
        _DISTRICT,
        Column("sex", "text", "sex", one_of=("female", "male")),
        Column("age", "int", "single year of age", "years", low=0, high=90),
        Column("people", "int", "residents", "people", low=0),
    ),
)

HEALTH_INDEX = TableContract(
    name="health_index",
    about="Indicators of the ONS Health Index by district; units differ and are not in the publication's file.",
    key=("ltla21", "year", "indicator"),
    columns=(
        Column("ltla21", "text", "district of 2021"),
        Column("year", "int", "year", low=2000, high=2100),
        Column("indicator", "text", "indicator as published"),
        Column("value", "float", "value as published", missing=True),
    ),
)

REFERENCE_CONTRACTS = (PROJECTIONS, LIFE_TABLES, DISTRICT_DEATHS, DISTRICT_POPULATION, HEALTH_INDEX)
