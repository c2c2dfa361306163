"""The Excel annex: one sheet a table with real numbers, every figure with its parts, measures, sources, decisions."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xlsxwriter

from chesil.blueprint.book import Book
from chesil.blueprint.document import Section, Shown, Table
from chesil.blueprint.plain_text import shown_text
from chesil.blueprint.same_twice import make_same_twice
from chesil.blueprint.views import measure_view, receipt_view
from chesil.blueprint.words import LICENCES
from chesil.core.whole_files import whole_file

MEASURE_FIELDS = (
    "name", "title", "unit", "formula", "why_it_matters", "caveat", "checked_against", "limits_words",
)  # fmt: skip
SOURCE_FIELDS = (
    "id", "publisher", "publication", "reference_date", "licence", "url", "file", "rows", "obtained", "caveat", "sha256",
)  # fmt: skip
MOST_NAME = 31
"""Letters that Excel allows in a sheet's name."""
FIGURE_HEADS = (
    "measure", "unit code", "unit name", "vintage", "period", "scenario", "value", "95% lower", "95% upper", "99.8% lower",
    "99.8% upper", "numerator", "denominator", "unit", "how worked out", "limits", "kind", "why none", "notes", "sources",
)  # fmt: skip


def write_excel(book: Book, path: Path, tell: Callable[[str], None] = lambda _: None) -> Path:
    """Write the annex at `path`, whole or not at all: contents, a sheet a table, all figures, measures, sources.

    Numbers are numbers in the measure's own unit, unrounded, shown with the card's decimals; a text that begins like a
    formula stays text.
    """
    tell("writing the Excel annex")
    with whole_file(path) as temporary:
        options = {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "in_memory": True,
        }
        workbook = xlsxwriter.Workbook(str(temporary), options)
        workbook.set_properties({"title": f"{book.title}: annex of tables", "author": "Chesil"})
        _Annex(workbook, book).write()
        workbook.close()
        make_same_twice(temporary, book.as_at)
    return path


class _Annex:
    """The workbook being filled: its formats, and the sheets written so far for the contents."""

    def __init__(self, workbook: Any, book: Book) -> None:
        self.workbook, self.book = workbook, book
        self.bold = workbook.add_format({"bold": True})
        self.head = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
        self.wrap = workbook.add_format({"text_wrap": True, "valign": "top"})
        self.quiet = workbook.add_format({"italic": True, "font_color": "#4c6272"})
        self.numbers: dict[int, Any] = {}
        self.contents = workbook.add_worksheet("Contents")
        self.listed: list[tuple[str, str, str]] = []

    def write(self) -> None:
        parts: list[tuple[str, Section]] = [("", s) for s in self.book.sections]
        parts += [(c.name, s) for c in self.book.chapters for s in c.sections]
        count = 0
        for chapter, section in parts:
            for table in (b for b in section.blocks if isinstance(b, Table)):
                count += 1
                self._table(count, chapter, section, table)
        self._figures()
        first = {f.measure: f for f in reversed(list(self.book.figures.values()))}
        self._texts("Measures", MEASURE_FIELDS, [measure_view(m, [first[m.name]]) for m in self.book.cards.values()])
        self._texts("Sources", SOURCE_FIELDS, [receipt_view(r) for r in self.book.used_receipts])
        self._contents()

    def _number(self, decimals: int) -> Any:
        if decimals not in self.numbers:
            picture = "#,##0" + ("." + "0" * decimals if decimals else "")
            self.numbers[decimals] = self.workbook.add_format({"num_format": picture})
        return self.numbers[decimals]

    def _table(self, count: int, chapter: str, section: Section, table: Table) -> None:
        name = sheet_name(f"{count} {chapter or section.name}")
        sheet = self.workbook.add_worksheet(name)
        self.listed.append((name, f"{chapter}: {section.name}" if chapter else section.name, table.caption))
        sheet.write_string(0, 0, table.caption, self.bold)
        sheet.write_string(
            1, 0, f"{self.book.title}, as at {self.book.as_at:%-d %B %Y}. {self.book.edition_words}", self.quiet
        )
        sheet.write_string(2, 0, table.note, self.quiet)
        top = 4
        for column, text in enumerate(table.heads):
            sheet.write_string(top, column, text, self.head)
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, max(1, len(table.heads) - 1), 18)
        units: set[str] = set()
        for at, row in enumerate(table.rows, start=top + 1):
            sheet.write_string(at, 0, row.name, self.bold if row.is_total else None)
            for column, cell in enumerate(row.cells, start=1):
                self._cell(sheet, at, column, cell, units)
        sheet.freeze_panes(top + 1, 1)
        last = top + len(table.rows) + 2
        sheet.write_string(last, 0, "Units: " + ("; ".join(sorted(units)) or "as in the heads"), self.quiet)
        for figure in {f.id: f for row in table.rows for c in row.cells if isinstance(c, Shown)
                       and (f := self.book.figures[c.figure.id]).reply}.values():  # fmt: skip
            sheet.write_string(
                last + 1,
                0,
                f"{figure.unit_name}, {self.book.cards[figure.measure].title}: the practice replies: {figure.reply}",
                self.quiet,
            )
            last += 1
        used = sorted({r for row in table.rows for c in row.cells if isinstance(c, Shown)
                       for r in self.book.figures[c.figure.id].receipts})  # fmt: skip
        for k, receipt in enumerate(used):
            sheet.write_string(last + 1 + k, 0, self.book.receipts[receipt].sentence, self.quiet)

    def _cell(self, sheet: Any, row: int, column: int, cell: "str | Shown", units: set[str]) -> None:
        if isinstance(cell, str):
            sheet.write_string(row, column, cell)
            return
        figure = self.book.figures[cell.figure.id]
        card = self.book.cards[figure.measure]
        units.add(f"{card.title}: {figure.unit or card.unit}")
        if figure.value is None or cell.text:
            sheet.write_string(row, column, shown_text(cell, self.book))
        else:
            sheet.write_number(row, column, figure.value, self._number(card.decimals))

    def _figures(self) -> None:
        sheet = self.workbook.add_worksheet("All figures")
        self.listed.append(("All figures", "", "Every figure with its limits, parts, method and sources"))
        for column, head in enumerate(FIGURE_HEADS):
            sheet.write_string(0, column, head, self.head)
        for row, f in enumerate(self.book.figures.values(), start=1):
            values = (
                f.measure, f.unit_code, f.unit_name, f.vintage, f.period, f.scenario, f.value, f.lower, f.upper, f.lower998,
                f.upper998, f.numerator, f.denominator, f.unit, f.method, f.limits, f.standing, f.reason, " ".join(f.notes),
                "; ".join(f.receipts),
            )  # fmt: skip
            for column, value in enumerate(values):
                if isinstance(value, str):
                    sheet.write_string(row, column, value)
                elif value is not None:
                    sheet.write_number(row, column, value)
        sheet.freeze_panes(1, 3)
        sheet.autofilter(0, 0, max(1, len(self.book.figures)), len(FIGURE_HEADS) - 1)
        sheet.set_column(0, 2, 24)

    def _texts(self, name: str, fields: tuple[str, ...], records: list[dict[str, str]]) -> None:
        sheet = self.workbook.add_worksheet(name)
        self.listed.append((name, "", f"{name} in full"))
        for column, field in enumerate(fields):
            sheet.write_string(0, column, field.replace("_", " "), self.head)
            sheet.set_column(column, column, 30, self.wrap)
        for row, record in enumerate(records, start=1):
            for column, field in enumerate(fields):
                sheet.write_string(row, column, record[field], self.wrap)
        sheet.freeze_panes(1, 1)

    def _contents(self) -> None:
        sheet = self.contents
        sheet.write_string(0, 0, f"{self.book.title}: annex of tables", self.bold)
        sheet.write_string(
            1,
            0,
            f"As at {self.book.as_at:%-d %B %Y}. {self.book.edition_words} {self.book.approval} Pack {self.book.fingerprint}.",
        )
        for column, head in enumerate(("Sheet", "Part", "What it holds")):
            sheet.write_string(3, column, head, self.head)
        for row, (name, part, caption) in enumerate(self.listed, start=4):
            sheet.write_url(row, 0, f"internal:'{name}'!A1", string=name)
            sheet.write_string(row, 1, part)
            sheet.write_string(row, 2, caption)
        for k, line in enumerate(LICENCES):
            sheet.write_string(len(self.listed) + 6 + k, 0, line, self.quiet)
        sheet.set_column(0, 1, 34)
        sheet.set_column(2, 2, 90)
        sheet.freeze_panes(4, 0)


def sheet_name(text: str) -> str:
    """A name that Excel takes: without its forbidden letters and not too long."""
    return re.sub(r"[\[\]:*?/\\']", " ", text)[:MOST_NAME].strip()
