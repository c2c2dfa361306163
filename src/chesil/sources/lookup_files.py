"""The layouts that the look-ups between areas share: a row an area, or a finer row whose pairs repeat."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from chesil.core.tables import TableContract, check_table
from chesil.sources.reading import pick_columns, read_text_table, wanted_of
from chesil.sources.workbooks import english

GEOPORTAL = "https://geoportal.statistics.gov.uk/"


def read_lookup(
    path: Path,
    contract: TableContract,
    names: Mapping[str, str | tuple[str, ...]],
    absent_ok: tuple[str, ...] = (),
) -> pl.DataFrame:
    """Read England's rows of a look-up, each pair once (the publisher's own file may have a row an output area).

    An area with two different answers is a repeated key, and refuses the file.
    """
    wide = pick_columns(read_text_table(path), wanted_of(contract, names, absent_ok), path)
    table = english(wide, contract.names[0], path)
    pairs = table.unique(maintain_order=True)
    return check_table(pairs, contract, path.name, first_row=2 if pairs.height == table.height else 1)
