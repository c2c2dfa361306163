"""Templates: an empty workbook for each register, with every column explained and one row marked as an example."""

from pathlib import Path

import xlsxwriter

from chesil.core.tables import Column, TableContract
from chesil.core.whole_files import whole_file
from chesil.registers.importing import EXAMPLE_MARK

EXAMPLES = {"int": 3, "float": 12.5, "date": "2027-03-31", "bool": "yes", "text": "…"}


def write_template(contract: TableContract, path: Path) -> Path:
    """Write a workbook with a sheet to fill in and a sheet of notes; the importer passes over the example row."""
    with whole_file(path) as temporary:
        book = xlsxwriter.Workbook(str(temporary), {"strings_to_formulas": False, "strings_to_urls": False})
        bold = book.add_format({"bold": True, "bottom": 1})
        quiet = book.add_format({"italic": True, "font_color": "#4c6272"})
        sheet, notes = book.add_worksheet(contract.name), book.add_worksheet("notes")
        sheet.freeze_panes(1, 0)
        notes.set_column(0, 0, 24)
        notes.set_column(1, 3, 40)
        for k, heading in enumerate(("column", "what it holds", "unit", "allowed")):
            notes.write_string(0, k, heading, bold)
        for k, column in enumerate(contract.columns):
            sheet.set_column(k, k, max(14, len(column.name) + 2))
            sheet.write_string(0, k, column.name, bold)
            sheet.write(1, k, EXAMPLE_MARK if k == 0 else _example(column), quiet)
            needed = "" if column.missing else " (needed)"
            for n, text in enumerate((column.name, column.about + needed, column.unit, _allowed(column))):
                notes.write_string(k + 1, n, text)
            if column.one_of:
                sheet.data_validation(1, k, 5000, k, {"validate": "list", "source": list(column.one_of)})
        book.close()
    return path


def _example(column: Column) -> object:
    return column.one_of[0] if column.one_of else EXAMPLES[column.type]


def _allowed(column: Column) -> str:
    if column.one_of:
        return ", ".join(column.one_of)
    if column.type == "bool":
        return "yes or no"
    if column.low is not None and column.high is not None:
        return f"{column.low:,g} to {column.high:,g}"
    return {"date": "a date such as 2027-03-31", "int": "a whole number", "float": "a number"}.get(column.type, "text")
