"""The contract of what people answered about groups for whom no data are held."""

from chesil.core.tables import Column, TableContract

EQUALITY_ANSWERS = TableContract(
    name="equality_answers",
    about="One row an option and group of people without data: what was answered, by whom, when.",
    key=("option", "group"),
    columns=(
        Column("option", "text", "name of the option (its file without .toml)"),
        Column("group", "text", "group, as the assessment names it"),
        Column("answer", "text", "what people answered"),
        Column("answered_by", "text", "who answered"),
        Column("answered_on", "date", "day of the answer"),
    ),
)

EQUALITY_CONTRACTS = (EQUALITY_ANSWERS,)
