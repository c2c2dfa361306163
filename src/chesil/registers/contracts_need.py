"""The contract of the table of need that a user brings: how many people are expected to have a condition, and who says so."""

from chesil.core.tables import Column, TableContract, maybe

EXPECTED_PEOPLE = TableContract(
    name="expected_people",
    about="One row a practice, network or place and condition: people expected to have it, as a named source says.",
    key=("unit_code", "condition"),
    columns=(
        Column("unit_code", "text", "code of the practice, network, group or place"),
        Column("condition", "text", "register's code, such as DEM", pattern="[A-Z][A-Z0-9]{1,5}"),
        Column("expected", "float", "people expected to have the condition", "people", low=0.5),
        maybe(
            "recorded",
            "int",
            "people recorded with it, of the same ages; blank takes the newest register",
            "people",
            low=0,
        ),
        Column("ages", "text", "ages that the expected number covers, such as 65 and over"),
        Column("source", "text", "publication that says so, with its date"),
        Column("reference_date", "date", "day to which the numbers refer"),
    ),
)

NEED_CONTRACTS = (EXPECTED_PEOPLE,)
