"""The contracts of the pack's fitted tables: what was modelled on all England's practices, and how well it fits."""

from chesil.core.tables import Column, TableContract
from chesil.packs.contracts_practices import PRACTICE

MODELS = ("all_factors", "without_deprivation_and_ethnicity")
GROUPS_OF_FACTORS = ("none", "age", "sex", "deprivation", "ethnicity", "rurality", "list_change")
_YEAR = Column("year", "text", "financial year of the registers")
_REGISTER = Column("register", "text", "QOF group code, such as AST")
_MODEL = Column("model", "text", "which factors it has", one_of=MODELS)


def _share(name: str, about: str) -> Column:
    return Column(name, "float", about, "share", low=0, high=1)


PRACTICE_FACTORS = TableContract(
    name="practice_factors",
    about="What is visible of a practice's patients, 2022/23: one row a practice for which all of it is known.",
    key=("practice_code",),
    columns=(
        PRACTICE,
        Column("patients", "int", "patients whose ages are known", "patients", low=1),
        _share("age_0_4", "patients under 5"),
        _share("age_5_14", "patients of 5 to 14"),
        _share("age_15_44", "patients of 15 to 44"),
        _share("age_45_64", "patients of 45 to 64"),
        _share("age_65_plus", "patients of 65 and over"),
        _share("age_75_84", "patients of 75 to 84"),
        _share("age_85_plus", "patients of 85 and over"),
        _share("female", "patients recorded as female"),
        Column("imd_score", "float", "published deprivation of the practice's patients, 2019", "score", low=0),
        _share("asian", "Asian residents (Census 2021) of the areas where patients live"),
        _share("black", "Black residents (Census 2021) of the areas where patients live"),
        _share("mixed_or_other", "residents of mixed or other groups (Census 2021) of the areas where patients live"),
        _share("rural", "patients living in rural areas (2011)"),
        Column("list_change", "float", "yearly change of the list, January 2021 to July 2022, within 15%", "log ratio"),
    ),
)

RECORDING_MODELS = TableContract(
    name="recording_models",
    about="Coefficients of the count models of disease registers: one row a year, register, model and term. A term is "
    "its factor (or its logarithm) less a centre, to a power; the reference is where the model gives England's rate.",
    key=("year", "register", "model", "term"),
    columns=(
        _YEAR,
        _REGISTER,
        _MODEL,
        Column("term", "text", "name of the term"),
        Column("factor", "text", "column of practice_factors; blank for the constant", missing=True),
        Column("factor_group", "text", "the group that it is shown with", one_of=GROUPS_OF_FACTORS),
        Column("scale", "text", "plain or log", one_of=("plain", "log")),
        Column("centre", "float", "taken off before the power"),
        Column("power", "int", "power", low=1, high=2),
        Column("coefficient", "float", "change of the logarithm of the rate for one unit of the term"),
        Column("standard_error", "float", "its standard error", low=0),
        Column("reference", "float", "value of the term at which the model gives England's rate"),
    ),
)

RECORDING_COVARIANCES = TableContract(
    name="recording_covariances",
    about="Covariances of the coefficients, the upper half, of the newest year's models of all factors.",
    key=("year", "register", "model", "term", "other_term"),
    columns=(
        _YEAR,
        _REGISTER,
        _MODEL,
        Column("term", "text", "name of the term"),
        Column("other_term", "text", "name of the other term (or of the same)"),
        Column("covariance", "float", "covariance of the two coefficients"),
    ),
)

RECORDING_FITS = TableContract(
    name="recording_fits",
    about="How each model of a disease register fits England: one row a year, register and model.",
    key=("year", "register", "model"),
    columns=(
        _YEAR,
        _REGISTER,
        _MODEL,
        Column("practices", "int", "practices it was fitted on", low=1),
        Column("left_out", "int", "practices with a register that could not be used", low=0),
        Column("england_rate", "float", "patients on the register over the lists that it covers", "share", low=0),
        Column(
            "between", "float", "variance between practices of the ratio to the expected (negative binomial)", low=0
        ),
        Column("dispersion", "float", "Pearson's chi-squared over degrees of freedom", low=0),
        Column("deviance_explained", "float", "share of the deviance that the factors take away", "share", high=1),
        Column("raw_phi", "float", "mean squared z of the rates themselves, extremes drawn in", low=0),
        Column("next_year", "float", "correlation of the ratio with the other year's, same practices", low=-1, high=1),
        *(
            Column(f"calibration_{k}", "float", f"observed over fitted, tenth {k} by fitted rate", "ratio", low=0)
            for k in range(1, 11)
        ),
    ),
)

MODEL_CONTRACTS = (PRACTICE_FACTORS, RECORDING_MODELS, RECORDING_COVARIANCES, RECORDING_FITS)
