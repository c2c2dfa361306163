"""The contracts of what people say of an option: answers on groups without data, steps of involvement, and sign-off."""

from chesil.core.tables import Column, TableContract

OPTION = Column("option", "text", "name of the option (its file without .toml)")

EQUALITY_ANSWERS = TableContract(
    name="equality_answers",
    about="One row an option and group of people without data: what was answered, by whom, when.",
    key=("option", "group"),
    columns=(
        OPTION,
        Column("group", "text", "group, as the assessment names it"),
        Column("answer", "text", "what people answered"),
        Column("answered_by", "text", "who answered"),
        Column("answered_on", "date", "day of the answer"),
    ),
)

INVOLVEMENT = TableContract(
    name="involvement",
    about="One row an option and step of involvement, scrutiny and equality: when, by whom, with which evidence.",
    key=("option", "step"),
    columns=(
        OPTION,
        Column("step", "text", "step, as involvement_steps names it"),
        Column("done_on", "date", "day on which it was done or decided"),
        Column("by", "text", "who did it or decided"),
        Column("found", "text", "what was found, said or decided"),
        Column("evidence", "text", "where the evidence is"),
    ),
)

SIGN_OFFS = TableContract(
    name="sign_offs",
    about="One row an option whose equality assessment a person has signed; software never writes one.",
    key=("option",),
    columns=(
        OPTION,
        Column("signed_by", "text", "who signed"),
        Column("role", "text", "in which role"),
        Column("signed_on", "date", "day of signing"),
        Column("words", "text", "what they wrote", missing=True),
    ),
)

EQUALITY_CONTRACTS = (EQUALITY_ANSWERS, INVOLVEMENT, SIGN_OFFS)
