"""The contracts of tables about money: an index of prices with its source."""

from chesil.core.tables import Column, TableContract

DEFLATORS = TableContract(
    name="deflators",
    about="An index of prices by financial year, with its source, to show money in real terms.",
    key=("year",),
    columns=(
        Column("year", "text", "financial year, such as 2022/23", pattern="20[0-9]{2}/[0-9]{2}"),
        Column("index", "float", "index of prices", low=0.001),
        Column("source", "text", "publication and release"),
    ),
)

MONEY_CONTRACTS = (DEFLATORS,)
