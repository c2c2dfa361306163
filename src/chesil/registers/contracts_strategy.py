"""The contracts of a strategy entered as data: its documents, what they state, and the sums to be done again."""

from chesil.core.tables import Column, TableContract, maybe

CHECK_KINDS = ("equals", "same", "remainder", "worked_out", "unclear")


DOCUMENTS = TableContract(
    name="documents",
    about="One row a document that statements are taken from.",
    key=("document",),
    columns=(
        Column("document", "text", "your short name of the document", pattern="[a-z0-9_]+"),
        Column("publisher", "text", "who published it"),
        Column("title", "text", "its title"),
        Column("published_on", "date", "day of publication (the first of the month or year where no more is known)"),
        maybe("url", "text", "where it can be found"),
        maybe("licence", "text", "licence, if stated"),
    ),
)

STATEMENTS = TableContract(
    name="statements",
    about="One row a figure or fact that a document states, with where it stands there.",
    key=("statement",),
    columns=(
        Column("statement", "text", "your short name of the statement", pattern="[a-z][a-z0-9_]*"),
        Column("document", "text", "document that states it"),
        Column("about", "text", "what it is a figure of"),
        maybe("value", "float", "the figure"),
        maybe("text", "text", "what is stated, where it is not a number (such as a day)"),
        Column("unit", "text", "unit of the figure, such as GBP million, people, %"),
        maybe("to_nearest", "float", "what it is rounded to: 1, 0.1, 1000; blank if exact", low=0),
        Column("section", "text", "heading under which it stands"),
        maybe("page", "int", "printed page number, where the document prints one", low=1),
    ),
)

CHECKS = TableContract(
    name="checks",
    about="One row a sum to be done again over the statements.",
    key=("check",),
    columns=(
        Column("check", "text", "short name of the check, such as A1"),
        Column("question", "text", "what is asked"),
        Column("kind", "text", "equals, same, remainder, worked_out or unclear", one_of=CHECK_KINDS),
        Column("expression", "text", "the sum, in names of statements, such as gp_spend + local_spend"),
        maybe("against", "text", "statement that it should equal"),
        Column("unit", "text", "unit of the result"),
        maybe("decimals", "int", "decimals to print", low=0, high=4),
        maybe("note", "text", "what a reader should know"),
    ),
)

STRATEGY_CONTRACTS = (DOCUMENTS, STATEMENTS, CHECKS)
