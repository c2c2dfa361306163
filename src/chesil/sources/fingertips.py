"""The layouts of Fingertips practice indicators: the site's own download, or an extract through its interface."""

from pathlib import Path

import polars as pl

from chesil.core.errors import some_of
from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import LAYOUT_WAY_OUT, Wanted, pick_columns, read_text_table, refused


def practice_imd_contract(year: int) -> TableContract:
    """The contract of the published deprivation of practices: code and mean score of the list."""
    return TableContract(
        name=f"practice_imd_{year}",
        about="One row a practice.",
        key=("practice_code",),
        columns=(
            Column("practice_code", "text", "ODS code of the practice", pattern="[A-Z][A-Z0-9][0-9]{4}"),
            Column("imd_score", "float", f"mean IMD {year} score of the practice's patients", unit="score", low=0),
        ),
    )


def read_practice_imd(path: Path, contract: TableContract, indicator: int, year: int) -> pl.DataFrame:
    """Read the rows of practices (not of networks, boards or England) of one indicator.

    A file of another indicator or year is refused, since its scores look alike. A practice with no score is left out.
    """
    wanted = (
        Wanted("practice_code", "text", ("PRACTICE_CODE", "Area Code")),
        Wanted("imd_score", "float", ("IMD_SCORE", "Value")),
        Wanted("area_type", "text", ("Area Type",), required=False),
        Wanted("indicator", "text", ("Indicator ID",), required=False),
        Wanted("year", "text", ("IMD_YEAR",), required=False),
    )
    rows = pick_columns(read_text_table(path), wanted, path)
    rows = rows.filter(pl.col("area_type").str.starts_with("GP").fill_null(True))
    others = [f"indicator {i}" for i in rows["indicator"].drop_nulls().unique() if i != str(indicator)]
    others += [f"year {y}" for y in rows["year"].drop_nulls().unique() if y != str(year)]
    if others or rows.is_empty():
        what = f"this is about {some_of(sorted(others))}" if others else "no row is of a practice"
        raise refused(path, what, f"indicator {indicator}, IMD {year} by practice, is wanted", LAYOUT_WAY_OUT)
    table = rows.drop_nulls("imd_score").select("practice_code", "imd_score")
    return check_table(table, contract, path.name, first_row=2)
