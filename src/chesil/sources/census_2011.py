"""The two layouts of a Census 2011 share by small area: the share itself, or the counts it is made from."""

from pathlib import Path

import polars as pl

from chesil.core.tables import TableContract, check_table
from chesil.sources.reading import Wanted, pick_columns, read_text_table, refused
from chesil.sources.workbooks import english

CODES = ("lsoa_code", "lsoa11_code", "LSOA11CD", "geography code")


def read_share_2011(
    path: Path, contract: TableContract, share: str, parts: tuple[str, ...], whole: str
) -> pl.DataFrame:
    """Read England's shares; in the publisher's bulk file they are the sum of `parts` over `whole`.

    `share` is the column of the converted file. An area with nobody to count has no share and refuses the file.
    """
    name = contract.columns[-1].name
    text = read_text_table(path)
    code = Wanted("lsoa11", "text", CODES)
    if any(c.strip().startswith(whole) for c in text.columns):
        counts = [Wanted(p, "int", (p, f"{p}; measures: Value")) for p in (*parts, whole)]
        table = english(pick_columns(text, [code, *counts], path), "lsoa11", path)
        empty = table.filter((pl.col(whole) == 0) | pl.col(whole).is_null())["lsoa11"].to_list()
        if empty:
            raise refused(path, f"{len(empty):,} areas have nobody to count, first {empty[0]}")
        negative = table.filter(pl.any_horizontal(pl.col(*parts, whole) < 0))["lsoa11"].to_list()
        if negative:
            raise refused(path, f"{len(negative):,} areas have a count below 0, first {negative[0]}")
        summed = pl.sum_horizontal(list(parts), ignore_nulls=False)
        table = table.select("lsoa11", (summed / pl.col(whole)).alias(name))
    else:
        table = english(pick_columns(text, [code, Wanted(name, "float", (share,))], path), "lsoa11", path)
    return check_table(table, contract, path.name, first_row=2)
