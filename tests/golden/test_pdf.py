"""The printed edition: tagged, titled, with alternative texts, the same twice, and the same figures as the web page."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from chesil.blueprint.book import Book, make_book
from chesil.blueprint.column_widths import lay_out, width_em
from chesil.blueprint.document import Paragraph, Row, Section, Shown, Subheading, Table
from chesil.blueprint.pdf import write_pdf
from chesil.blueprint.printed import MOST_COLUMNS, MOST_ROWS, for_print
from chesil.blueprint.words import figure_text
from chesil.plan import Plan


@pytest.fixture(scope="module")
def book(dorset_plan: Plan) -> Book:
    """Dorset's book with its place sections and one network, which is enough to set every kind of block."""
    whole = make_book(dorset_plan)
    return replace(whole, chapters=whole.chapters[:1])


@pytest.fixture(scope="module")
def pdf(book: Book, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pdf(book, tmp_path_factory.mktemp("pdf") / "dorset.pdf")


def test_it_is_a_tagged_pdf_for_everyone(pdf: Path) -> None:
    reader = PdfReader(pdf)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"].startswith("en")  # type: ignore[index, union-attr]
    assert b"pdfuaid" in root["/Metadata"].get_data()  # type: ignore[index, union-attr]
    assert reader.metadata is not None and reader.metadata.title == "Dorset"
    assert len(reader.outline) >= 3


def _text(pdf: Path) -> str:
    return " ".join(page.extract_text() for page in PdfReader(pdf).pages)


def _plain(text: str) -> str:
    return re.sub(r"[\s\u00ad\u2010-]+", "", text)


def test_every_figure_of_the_printed_book_stands_in_print_as_on_the_page(pdf: Path, book: Book) -> None:
    printed, paper = _plain(_text(pdf)), for_print(book)
    sections: list[Section] = [*paper.sections, *(s for c in paper.chapters for s in c.sections)]
    for section in sections:
        assert _plain(section.heading) in printed, section.heading
        for table in (b for b in section.blocks if isinstance(b, Table)):
            for row in table.rows:
                for cell in (c for c in row.cells if isinstance(c, Shown)):
                    figure = book.figures[cell.figure.id]
                    text = cell.text or figure_text(figure, book.cards[figure.measure])
                    assert _plain(text) in printed, (section.key, row.name, text)


def _cells(tables: list[Table]) -> Counter[tuple[str, str, str, str]]:
    """Every cell of some tables under its caption (without the number of a part), its row and its head."""
    return Counter(
        (
            re.sub(r" \(\d of \d\)$", "", t.caption),
            row.name,
            head or "What",
            cell if isinstance(cell, str) else cell.figure.id,
        )
        for t in tables
        for row in t.rows
        for head, cell in zip(t.heads[1:], row.cells, strict=True)
    )


def test_paper_leaves_out_nothing_of_the_place_and_no_finding_of_a_network(book: Book) -> None:
    paper = for_print(book)
    annex = [b for s in paper.chapters[-1].sections for b in s.blocks if isinstance(b, Table)]
    in_place = [b for s in paper.sections for b in s.blocks if isinstance(b, Table)]
    every = [b for s in book.sections for b in s.blocks if isinstance(b, Table)]
    assert _cells([*in_place, *annex]) == _cells(every)
    assert all(len(t.heads) <= MOST_COLUMNS for t in (*in_place, *annex))
    assert all(len(t.rows) > MOST_ROWS for t in annex) and all(len(t.rows) <= MOST_ROWS for t in in_place)
    for whole, short in zip(book.chapters, paper.chapters, strict=False):
        assert [(s.heading, s.lead) for s in short.sections] == [(s.heading, s.lead) for s in whole.sections]
    assert {f.measure for s in paper.sections for f in s.figures} <= set(paper.cards)


def test_no_heading_stands_alone_at_the_foot_of_a_page(pdf: Path, book: Book) -> None:
    subheadings = {_plain(b.text) for s in book.sections for b in s.blocks if isinstance(b, Subheading)}
    for page in PdfReader(pdf).pages:
        lines = [line.strip() for line in page.extract_text().splitlines() if line.strip()]
        last = next((line for line in reversed(lines) if not line.startswith("As at ")), "")
        assert _plain(last) not in subheadings, last


def test_words_get_room_beside_numbers_and_no_word_or_head_is_broken() -> None:
    rows = [("One practice", "12", "a threshold that takes many words to say " * 3)] * 3
    heads = ("Practice", "Flagged, of all that are known of", "Threshold")
    made = lay_out(heads, rows, 470)
    assert sum(made.widths_pt) == pytest.approx(470, abs=0.1)
    assert made.widths_pt[2] > made.widths_pt[0] > width_em("One practice") * made.size_pt
    assert made.widths_pt[1] > width_em("Flagged,") * made.size_pt
    short = lay_out(("Network", "65 and over, 1 July 2026"), [("Purbeck", "33.4%")], 470)
    assert short.lines <= 4 and short.size_pt == 9
    many = lay_out(("What",) * 12, [("implausible",) * 12], 470)
    assert many.size_pt < 9 and sum(many.widths_pt) == pytest.approx(470, abs=0.2)


def test_words_that_lead_to_a_table_stay_with_it(book: Book, tmp_path: Path) -> None:
    rows = tuple(Row(f"Row {k}", ("1",)) for k in range(12))
    lead = (Subheading("The heading"), Paragraph(("The words that lead.",)), Table("C", ("Head", "N"), rows))
    found = set()
    for lines in range(20, 46, 3):
        filler = tuple(Paragraph((f"Filler {k}.",)) for k in range(lines))
        section = Section("x", "X", "A finding", (), (*filler, *lead))
        made = write_pdf(replace(book, sections=(section,), chapters=()), tmp_path / f"{lines}.pdf")
        pages = [p.extract_text() for p in PdfReader(made).pages]
        at = {next(k for k, t in enumerate(pages) if w in t) for w in ("The heading", "The words that lead", "Row 0")}
        assert len(at) == 1, (lines, at)
        found |= at
    assert len(found) > 1  # somewhere it did not fit and went over whole


def test_what_only_a_screen_can_do_is_not_printed(pdf: Path) -> None:
    assert not re.search(r"\bPress\b|search the map|Move the weights", _text(pdf))


def test_a_table_of_the_annex_is_named_with_its_page(pdf: Path) -> None:
    pages = [p.extract_text() for p in PdfReader(pdf).pages]
    ask = r"table\s+(\d+)\s+of\s+the\s+annex,\s+with\s+its\s+\d+\s+rows\.\s+Page\s+(\d+)"
    said = re.findall(ask, " ".join(pages))
    assert said
    assert all(f"Table {number}." in pages[int(page) - 1] for number, page in said)


def test_the_same_twice(book: Book, pdf: Path, tmp_path: Path) -> None:
    assert write_pdf(book, tmp_path / "again.pdf").read_bytes() == pdf.read_bytes()


def test_a_name_with_markup_is_printed_not_run(book: Book, tmp_path: Path) -> None:
    nasty = '#panic("x") *bold* $x$ <label> @ref'
    changed = replace(book, title=nasty, sections=book.sections[:1], chapters=())
    assert _plain(nasty) in _plain(_text(write_pdf(changed, tmp_path / "nasty.pdf")))
