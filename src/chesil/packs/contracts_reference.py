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

_MODES = ("drive", "cycle", "walk")
_LAND = Column(
    "land_class", "text", "kind of land (2011 classification)", one_of=("conurbation", "town", "fringe", "village")
)

TRAVEL_MODEL = TableContract(
    name="travel_model",
    about="The modelled travel times: for each mode, kind of land and distance, the pace; fitted to published times.",
    key=("mode", "land_class", "from_km"),
    columns=(
        Column("mode", "text", "means of travel", one_of=_MODES),
        _LAND,
        Column("from_km", "float", "distance by land from which the pace holds", "km", low=0),
        Column("start_seconds", "float", "time at this end, whatever the distance", "seconds", low=0),
        Column("seconds_per_km", "float", "pace", "seconds a km", low=0),
        Column("log_error", "float", "standard deviation of log(published / modelled) where held out", "log", low=0),
    ),
)

TRAVEL_ERRORS = TableContract(
    name="travel_errors",
    about="How far modelled times were out of published ones in squares of 50 km that were held out of the fit.",
    key=("mode", "publication", "part", "land_class"),
    columns=(
        Column("mode", "text", "means of travel", one_of=_MODES),
        Column("publication", "text", "which published times"),
        Column("part", "text", "part of England: Dorset, fitted without it, or the rest"),
        _LAND,
        Column("journeys", "int", "journeys compared", "journeys", low=0),
        Column("median_minutes", "float", "median of the published times", "minutes", low=0),
        Column("bias_minutes", "float", "mean of modelled less published", "minutes"),
        Column("mean_error_minutes", "float", "mean absolute difference", "minutes", low=0),
        Column("median_error_minutes", "float", "median absolute difference", "minutes", low=0),
        Column("rmse_minutes", "float", "root of the mean square", "minutes", low=0),
        Column("log_error", "float", "standard deviation of log(published / modelled), robust", "log", low=0),
        Column(
            "square_log_error", "float", "the same of the means of whole squares of 50 km (of all land)", "log", True, 0
        ),
    ),
)

TRAVEL_PUBLIC = TableContract(
    name="travel_public",
    about="Where published minutes by public transport lie between driving (0) and walking (1): a tenth and nine tenths.",
    key=("land_class", "from_km"),
    columns=(
        _LAND,
        Column("from_km", "float", "distance from which it holds", "km", low=0),
        Column("low_share", "float", "a tenth of areas lie below", "share", low=0, high=1),
        Column("high_share", "float", "a tenth of areas lie above", "share", low=0, high=1),
        Column("areas", "int", "areas it rests on", "areas", low=0),
    ),
)

REFERENCE_CONTRACTS = (
    PROJECTIONS,
    LIFE_TABLES,
    DISTRICT_DEATHS,
    DISTRICT_POPULATION,
    HEALTH_INDEX,
    TRAVEL_MODEL,
    TRAVEL_ERRORS,
    TRAVEL_PUBLIC,
)
