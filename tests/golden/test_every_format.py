"""Golden files: a small made-up book in every format, as the text that a reader gets; the formats agree figure for figure.

After a change that is meant: `CHESIL_GOLDEN=write python -m pytest tests/golden/test_every_format.py`, and read the difference.
"""

import os
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn
from pptx import Presentation
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from chesil.blueprint.book import Book, Chapter
from chesil.blueprint.document import Bullets, Paragraph, Row, Section, Shown, Subheading, Table
from chesil.blueprint.excel import write_excel
from chesil.blueprint.html import render_pages
from chesil.blueprint.pack import write_pack
from chesil.blueprint.pdf import write_pdf
from chesil.blueprint.plain_text import shown_text
from chesil.blueprint.slides import write_slides
from chesil.blueprint.word import write_word
from chesil.core.figure import Figure
from chesil.core.receipt import Receipt
from chesil.measures.card import load_measure
from chesil.study import read_study

FILES = Path(__file__).parent / "files"
RECEIPT = Receipt(
    id="made_up", publisher="Nobody", publication="A made-up table", reference_date=date(2026, 7, 1), licence="None",
    file="made_up.csv", sha256="0" * 64, rows_read=3, obtained="local",
)  # fmt: skip
STUDY = 'schema_version = 1\ntitle = "Testbury"\npractices = ["J81002"]\nas_at = 2026-11-24\nedition = "public"\n'


def _figure(measure: str, code: str, value: float | None, **more: object) -> Figure:
    given = {"numerator": value, "receipts": ("made_up",), "reason": "" if value is not None else "not published"}
    return Figure(
        measure, code, "2025/26", "2026-07-01", load_measure(measure).unit, "count", value=value, unit_name=f"Unit {code}",
        **{**given, **more},  # type: ignore[arg-type]
    )  # fmt: skip


FIGURES = {
    "list": _figure("list_size", "A", 12345.0),
    "old": _figure("share_65_plus", "A", 26.04, lower=25.9, upper=26.15, numerator=3215.0, denominator=12345.0),
    "money": _figure("payments_per_weighted_patient", "A", 153.129, numerator=1890377.0, denominator=12345.0),
    "less": _figure("list_change", "A", -3.46),
    "hidden": _figure(
        "list_beyond",
        "A",
        None,
        standing="modelled",
        reason="fewer than 5, or would give such a number away: not shown",
    ),
    "unknown": _figure("share_no_car", "A", None),
    "replied": _figure("deprivation", "A", 17.25, reply="The two halves of our list differ"),
}


@pytest.fixture(scope="module")
def book() -> Book:
    f = {k: Shown(v) for k, v in FIGURES.items()}
    rows = (
        Row("Unit A & Sons", (f["list"], f["old"], "as typed")),
        Row("Total", (f["money"], f["less"], "–"), is_total=True),
    )
    table = Table(
        "A table of everything", ("Unit", "People", "Share", "Words"), rows, text_columns=(3,), note="Note beneath."
    )
    first = Section(
        "index", "Overview", "Testbury is made up",
        (("It has ", f["list"], " patients; ", Shown(FIGURES["old"], "about 1 in 4"), " are older (", f["old"], ")."),),
        (Subheading("What is in a table"), table, Bullets((("Not known: ", f["unknown"], "."), ("Withheld: ", f["hidden"]))),
         Paragraph(("A quiet word on ", f["replied"], "."), is_quiet=True)),
    )  # fmt: skip
    chapter = Section("overview", "A", "Unit A loses patients", (("It changed by ", f["less"], "."),), ())
    return Book(
        title="Testbury", about="A made-up place.", edition="public",
        edition_words="Public edition: small numbers and flags about named practices are withheld.",
        approval="Draft: nothing has been decided.", as_at=date(2026, 11, 24), fingerprint="0123456789ab",
        sections=(first,), chapters=(Chapter("A", "Unit A", (chapter,)),),
        cards={v.measure: load_measure(v.measure) for v in FIGURES.values()},
        figures={v.id: v for v in FIGURES.values()}, receipts={"made_up": RECEIPT}, groups=(("ALL", ("A",)),),
    )  # fmt: skip


def _of_word(book: Book, folder: Path) -> Iterator[str]:
    document = Document(str(write_word(book, folder / "a.docx")))
    yield from (s.text for part in (document.sections[0].header, document.sections[0].footer) for s in part.paragraphs)
    for element in document.element.body:
        if element.tag == qn("w:tbl"):
            for row in element.iter(qn("w:tr")):
                yield " | ".join("".join(t.text or "" for t in c.iter(qn("w:t"))) for c in row.iter(qn("w:tc")))
        else:
            yield "".join(t.text or "" for t in element.iter(qn("w:t")))


def _of_excel(book: Book, folder: Path) -> Iterator[str]:
    workbook = CalamineWorkbook.from_path(write_excel(book, folder / "a.xlsx"))
    for name in workbook.sheet_names:
        yield f"[{name}]"
        yield from (" | ".join(map(str, row)) for row in workbook.get_sheet_by_name(name).to_python())


def _of_slides(book: Book, folder: Path) -> Iterator[str]:
    for slide in Presentation(str(write_slides(book, folder / "a.pptx"))).slides:
        yield from (p.text for s in slide.shapes if s.has_text_frame for p in s.text_frame.paragraphs)


def _of_pdf(book: Book, folder: Path) -> Iterator[str]:
    yield from (
        line for p in PdfReader(write_pdf(book, folder / "a.pdf")).pages for line in p.extract_text().splitlines()
    )


def _of_pages(book: Book, folder: Path) -> Iterator[str]:
    for name, page in sorted(render_pages(book).items()):
        if name == "index.html" or "A.html" in name:
            body = re.sub(r"(?s)<(script|style|head|dialog|svg).*?</\1>", "", page)
            yield f"[{name}]"
            for line in re.split(r"</(?:p|tr|li|h\d|caption|dt|dd|div)>", body):
                yield unescape(re.sub(r"\s+", " ", re.sub(r"</t[dh]>", " | ", line).replace("\n", " ")))
    assert folder


def _of_pack(book: Book, folder: Path) -> Iterator[str]:
    (folder / "study").mkdir(exist_ok=True)
    (folder / "study" / "study.toml").write_text(STUDY)
    with zipfile.ZipFile(write_pack(book, read_study(folder / "study"), folder / "a.pack.zip")) as opened:
        yield from opened.namelist()
        for name in ("README.txt", "figures.csv", "groups.csv", "study/study.toml"):
            yield f"[{name}]"
            yield from re.sub(r"Chesil \d[\w.]*", "Chesil VERSION", opened.read(name).decode()).splitlines()


WRITERS: dict[str, Callable[[Book, Path], Iterator[str]]] = {
    "word": _of_word, "excel": _of_excel, "slides": _of_slides, "pdf": _of_pdf, "pages": _of_pages, "pack": _of_pack,
}  # fmt: skip


def _text(lines: Iterator[str]) -> str:
    tidy = (re.sub(r"<[^>]*>", "", line).strip() for line in lines)
    return "\n".join(line for line in tidy if line) + "\n"


@pytest.mark.parametrize("kind", WRITERS)
def test_what_a_reader_gets_is_what_it_was(kind: str, book: Book, tmp_path: Path) -> None:
    made, golden = _text(WRITERS[kind](book, tmp_path)), FILES / f"{kind}.txt"
    if os.environ.get("CHESIL_GOLDEN") == "write":
        golden.write_text(made, encoding="utf-8")
    assert made == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["word", "pdf", "pages"])
def test_every_figure_reads_alike_in_every_format(kind: str, book: Book, tmp_path: Path) -> None:
    letters = re.sub(r"[\s\u00ad\u2010|-]+", "", _text(WRITERS[kind](book, tmp_path)))
    assert book.sections and all(f.id in book.figures for f in FIGURES.values())
    for figure in FIGURES.values():
        text, _, reply = shown_text(Shown(figure), book).partition(" [")
        assert figure.reply in reply and re.sub(r"\s", "", figure.reply) in letters
        assert re.sub(r"[\s\u2010-]+", "", text) in letters, (kind, figure.measure, text)
