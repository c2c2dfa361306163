"""The Excel annex: one sheet a table with real numbers, every figure with its parts, measures, sources."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter

from chesil.blueprint.book import Book
from chesil.blueprint.document import Row, Shown, Table
from chesil.blueprint.plain_text import shown_text
from chesil.blueprint.views import measure_view, receipt_view
from chesil.blueprint.words import LICENCES
from chesil.core.figure import Figure
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
    "measure", "unit code", "unit name", "period", "scenario", "value", "95% lower", "95% upper", "99.8% lower",
    "99.8% upper", "numerator", "denominator", "how", "why none", "notes",
)  # fmt: skip
HOW_HEADS = ("how", "measure", "title", "unit", "vintage", "how worked out", "limits", "kind", "sources")
"""What figures share stands once, under the number in their column `how`."""
GROUP = "Group"
MOST_TITLE = 17
"""Letters of a section's name in the name of a sheet, which has a number and perhaps "by group" too."""


@dataclass(frozen=True)
class Sheet:
    """A table as a sheet: which part of the blueprint it is from, and its rows, each with its group if it has one."""

    part: str
    table: Table
    rows: tuple[tuple[str, Row], ...]
    is_by_group: bool = False


def write_excel(book: Book, path: Path, tell: Callable[[str], None] = lambda _: None) -> Path:
    """Write the annex at `path`, whole or not at all: contents, a sheet a table, all figures, measures, sources.

    Numbers are numbers in the measure's own unit, unrounded, shown with the card's decimals; a text that begins like a
    formula stays text.
    """
    tell("writing the Excel annex")
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
    }
    with whole_file(path) as temporary:
        workbook = xlsxwriter.Workbook(str(temporary), options)
        # With the date of the blueprint in place of now, the same book gives the same bytes.
        made = datetime.combine(book.as_at, time(), UTC)
        workbook.set_properties({"title": f"{book.title}: annex of tables", "author": "Chesil", "created": made})
        _Annex(workbook, book).write()
        workbook.close()
    return path


def sheets_of(book: Book) -> tuple[Sheet, ...]:
    """The tables of a book, a sheet each; tables that every group has in the same shape are one, with a column of groups."""
    sheets = [
        Sheet(section.name, table, tuple(("", r) for r in table.rows))
        for section in book.sections
        for table in section.blocks
        if isinstance(table, Table)
    ]
    return (*sheets, *_stacked(book))


def _stacked(book: Book) -> Iterator[Sheet]:
    found: dict[tuple[str, tuple[str, ...], int], list[tuple[str, str, Table]]] = {}
    for chapter in book.chapters:
        for section in chapter.sections:
            shapes: Counter[tuple[str, ...]] = Counter()
            for table in (b for b in section.blocks if isinstance(b, Table)):
                heads = tuple("The group" if h == chapter.name else h for h in table.heads)
                shapes[heads] += 1
                found.setdefault((section.key, heads, shapes[heads]), []).append((chapter.name, section.name, table))
    for (_, heads, _), tables in found.items():
        name, part, first = tables[0]
        notes = dict.fromkeys(t.note for _, _, t in tables if t.note)
        caption = first.caption.replace(name, "each group")
        table = Table(caption[:1].upper() + caption[1:], heads, (), first.text_columns, " ".join(notes))
        yield Sheet(
            "Each group" if part == name else part,
            table,
            tuple((n, r) for n, _, t in tables for r in t.rows),
            is_by_group=True,
        )


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
        for count, sheet in enumerate(sheets_of(self.book), start=1):
            self._table(count, sheet)
        self._figures()
        first = {f.measure: f for f in reversed(list(self.book.figures.values()))}
        self._texts("Measures", MEASURE_FIELDS, [measure_view(m, [first[m.name]]) for m in self.book.cards.values()])
        self._texts("Sources", SOURCE_FIELDS, [receipt_view(r) for r in self.book.used_receipts])
        self._contents()

    def _listed(self, name: str, words: str, heads: Sequence[str]) -> Any:
        """A new sheet of no part of the blueprint, with its heads, listed in the contents."""
        sheet = self.workbook.add_worksheet(name)
        self.listed.append((name, "", words))
        self._heads(sheet, 0, heads)
        return sheet

    def _heads(self, sheet: Any, row: int, heads: Sequence[str]) -> None:
        for column, text in enumerate(heads):
            sheet.write_string(row, column, text, self.head)

    def _number(self, decimals: int) -> Any:
        if decimals not in self.numbers:
            picture = "#,##0" + ("." + "0" * decimals if decimals else "")
            self.numbers[decimals] = self.workbook.add_format({"num_format": picture})
        return self.numbers[decimals]

    def _table(self, count: int, made: Sheet) -> None:
        table, whose = made.table, ", by group" if made.is_by_group else ""
        name = sheet_name(f"{count} {made.part[:MOST_TITLE].strip()}{whose}")
        sheet = self.workbook.add_worksheet(name)
        self.listed.append((name, f"{made.part}{whose}", table.caption))
        sheet.write_string(0, 0, table.caption, self.bold)
        sheet.write_string(
            1, 0, f"{self.book.title}, as at {self.book.as_at:%-d %B %Y}. {self.book.edition_words}", self.quiet
        )
        sheet.write_string(2, 0, table.note, self.quiet)
        top = 4
        heads = (GROUP, *table.heads) if made.is_by_group else table.heads
        self._heads(sheet, top, heads)
        names = len(heads) - len(table.heads) + 1
        sheet.set_column(0, names - 1, 44)
        sheet.set_column(names, max(names, len(heads) - 1), 18)
        units: set[str] = set()
        for at, (group, row) in enumerate(made.rows, start=top + 1):
            style = self.bold if row.is_total else None
            for column, text in enumerate((group, row.name) if made.is_by_group else (row.name,)):
                sheet.write_string(at, column, text, style)
            for column, cell in enumerate(row.cells, start=names):
                self._cell(sheet, at, column, cell, units)
        sheet.freeze_panes(top + 1, names)
        if made.is_by_group:
            sheet.autofilter(top, 0, top + len(made.rows), len(heads) - 1)
        used = [self.book.figures[c.figure.id] for _, r in made.rows for c in r.cells if isinstance(c, Shown)]
        replies = dict.fromkeys(self._reply(f) for f in used if f.reply)
        sources = [self.book.receipts[r].sentence for r in sorted({r for f in used for r in f.receipts})]
        below = ["Units: " + ("; ".join(sorted(units)) or "as in the heads"), *replies, *sources]
        for at, text in enumerate(below, start=top + len(made.rows) + 2):
            sheet.write_string(at, 0, text, self.quiet)

    def _reply(self, figure: Figure) -> str:
        return f"{figure.unit_name}, {self.book.cards[figure.measure].title}: the practice replies: {figure.reply}"

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
        sheet = self._listed(
            "All figures", "Every figure with its limits, parts and how it is worked out", FIGURE_HEADS
        )
        hows: dict[tuple[str, ...], int] = {}
        for row, f in enumerate(self.book.figures.values(), start=1):
            unit = f.unit or self.book.cards[f.measure].unit
            how = (f.measure, unit, f.vintage, f.method, f.limits, f.standing, "; ".join(f.receipts))
            number = hows.setdefault(how, len(hows) + 1)
            values = (
                f.measure, f.unit_code, f.unit_name, f.period, f.scenario, f.value, f.lower, f.upper, f.lower998, f.upper998,
                f.numerator, f.denominator, number, f.reason, " ".join(f.notes),
            )  # fmt: skip
            for column, value in enumerate(values):
                if isinstance(value, str):
                    if value:
                        sheet.write_string(row, column, value)
                elif value is not None:
                    sheet.write_number(row, column, value)
        sheet.freeze_panes(1, 3)
        sheet.autofilter(0, 0, max(1, len(self.book.figures)), len(FIGURE_HEADS) - 1)
        sheet.set_column(0, 2, 24)
        self._hows(hows)

    def _hows(self, hows: dict[tuple[str, ...], int]) -> None:
        words = "Method, limits and sources, by the number in `how` of all figures"
        sheet = self._listed("How worked out", words, HOW_HEADS)
        for (measure, *others), number in hows.items():
            sheet.write_number(number, 0, number)
            for column, text in enumerate((measure, self.book.cards[measure].title, *others), start=1):
                sheet.write_string(number, column, text, self.wrap)
        sheet.freeze_panes(1, 3)
        sheet.autofilter(0, 0, max(1, len(hows)), len(HOW_HEADS) - 1)
        sheet.set_column(1, len(HOW_HEADS) - 1, 30)

    def _texts(self, name: str, fields: tuple[str, ...], records: list[dict[str, str]]) -> None:
        sheet = self._listed(name, f"{name} in full", [f.replace("_", " ") for f in fields])
        sheet.set_column(0, len(fields) - 1, 30, self.wrap)
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
        self._heads(sheet, 3, ("Sheet", "Part", "What it holds"))
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
