"""The Word and Excel editions: native, the same figures as the page, the same twice, and templates honoured or refused."""

import re
import zipfile
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest
from docx import Document
from docx.shared import Mm, RGBColor
from pptx import Presentation
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from chesil.blueprint.book import Book, make_book
from chesil.blueprint.document import Bullets, Row, Section, Shown, Subheading, Table
from chesil.blueprint.excel import sheet_name, sheets_of, write_excel
from chesil.blueprint.html import render_pages
from chesil.blueprint.pdf import write_pdf
from chesil.blueprint.plain_text import plain, shown_text
from chesil.blueprint.printed import for_print
from chesil.blueprint.slides import write_slides
from chesil.blueprint.word import write_word
from chesil.core.errors import ChesilError, InputRefused
from chesil.plan import Plan


@pytest.fixture(scope="module")
def book(dorset_plan: Plan) -> Book:
    whole = make_book(dorset_plan)
    return replace(whole, chapters=whole.chapters[:1])


@pytest.fixture(scope="module")
def word(book: Book, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_word(book, tmp_path_factory.mktemp("word") / "dorset.docx")


@pytest.fixture(scope="module")
def excel(book: Book, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_excel(book, tmp_path_factory.mktemp("excel") / "dorset.xlsx")


def _sections(book: Book) -> list[Section]:
    return [*book.sections, *(s for c in book.chapters for s in c.sections)]


def test_every_sentence_and_every_table_of_the_printed_book_stands_in_word(word: Path, book: Book) -> None:
    document = Document(str(word))
    paragraphs = {p.text for p in document.paragraphs}
    tables = [[[c.text for c in row.cells] for row in t.rows] for t in document.tables]
    wanted = []
    for section in _sections(for_print(book)):
        assert section.heading in paragraphs
        for words in section.lead:
            assert plain(words, book) in paragraphs
        for table in (b for b in section.blocks if isinstance(b, Table)):
            wanted.append([list(table.heads), *([r.name, *(shown_text(c, book) for c in r.cells)] for r in table.rows)])
    assert tables == wanted


def test_every_picture_in_word_has_an_alternative_text_and_every_table_a_head(word: Path) -> None:
    body = Document(str(word)).element.body
    pictures = [e for e in body.iter() if e.tag.endswith("}docPr")]
    assert len(pictures) > 3 and all(len(e.get("descr") or "") > 20 for e in pictures)
    tables = [e for e in body.iter() if e.tag.endswith("}tbl")]
    assert all(any(c.tag.endswith("}tblHeader") for c in t.iter()) for t in tables)


def test_excel_holds_real_numbers_on_one_sheet_a_table(excel: Path, book: Book) -> None:
    workbook = CalamineWorkbook.from_path(excel)
    names = workbook.sheet_names
    assert names[0] == "Contents" and names[-4:] == ["All figures", "How worked out", "Measures", "Sources"]
    sheets = sheets_of(book)
    assert len(names) == len(sheets) + 5
    for name, sheet in zip(names[1:], sheets, strict=False):
        rows = workbook.get_sheet_by_name(name).to_python()
        heads = [*(["Group"] if sheet.is_by_group else []), *sheet.table.heads]
        top = next(k for k, r in enumerate(rows) if r[: len(heads)] == heads)
        first = len(heads) - len(sheet.table.heads) + 1
        for k, (group, row) in enumerate(sheet.rows, start=top + 1):
            assert rows[k][:first] == ([group, row.name] if sheet.is_by_group else [row.name])
            for column, cell in enumerate(row.cells, start=first):
                if (
                    isinstance(cell, Shown)
                    and not cell.text
                    and (value := book.figures[cell.figure.id].value) is not None
                ):
                    assert rows[k][column] == pytest.approx(value)


def test_every_figure_stands_in_excel_with_its_method_limits_and_sources(excel: Path, book: Book) -> None:
    workbook = CalamineWorkbook.from_path(excel)
    every = workbook.get_sheet_by_name("All figures").to_python()
    assert len(every) == len(book.figures) + 1
    at = {name: k for k, name in enumerate(every[0])}
    hows = {row[0]: row for row in workbook.get_sheet_by_name("How worked out").to_python()[1:]}
    for row, f in zip(every[1:], book.figures.values(), strict=True):
        how = hows[row[at["how"]]]
        assert how[1] == f.measure and how[5:8] == [f.method, f.limits, f.standing]
        assert how[8] == "; ".join(f.receipts) and how[4] == f.vintage
        assert row[at["value"]] == ("" if f.value is None else pytest.approx(f.value))


def test_no_row_of_any_group_is_lost_where_tables_of_one_shape_share_a_sheet(dorset_plan: Plan) -> None:
    whole = make_book(dorset_plan)
    rows = {
        (chapter.name, row)
        for chapter in whole.chapters
        for section in chapter.sections
        for table in section.blocks
        if isinstance(table, Table)
        for row in table.rows
    }
    stacked = [s for s in sheets_of(whole) if s.is_by_group]
    assert {pair for sheet in stacked for pair in sheet.rows} == rows
    assert len(stacked) < 2 * max(
        sum(isinstance(b, Table) for s in c.sections for b in s.blocks) for c in whole.chapters
    )


def test_the_same_twice(book: Book, word: Path, excel: Path, tmp_path: Path) -> None:
    assert write_word(book, tmp_path / "again.docx").read_bytes() == word.read_bytes()
    assert write_excel(book, tmp_path / "again.xlsx").read_bytes() == excel.read_bytes()


def _template(path: Path, *lines: str) -> Path:
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(str(path))
    return path


def test_a_template_of_ones_own_is_filled_and_keeps_its_words(book: Book, tmp_path: Path) -> None:
    template = _template(
        tmp_path / "t.docx", "Paper for {{ title }}, {{ as_at }}", 'List: {{ figure("list_size", "QVV") }}',
        '{{p section("delivery") }}', "The end",
    )  # fmt: skip
    made = Document(str(write_word(book, tmp_path / "out.docx", template)))
    texts = [p.text for p in made.paragraphs]
    assert "Paper for Dorset, 24 November 2026" in texts and "List: 825,523" in texts and "The end" in texts
    assert any("targets that open figures can judge" in t for t in texts)


def test_a_template_that_would_lose_the_body_is_refused(book: Book, tmp_path: Path) -> None:
    for line in ("x {{ body }} y", "{{ body }}", '{{ section("delivery") }}', "Before {{p body }}"):
        with pytest.raises(InputRefused, match="on a line of its own"):
            write_word(book, tmp_path / "out.docx", _template(tmp_path / "t.docx", line))
    with pytest.raises(ChesilError, match="There is no template"):
        write_word(book, tmp_path / "out.docx", tmp_path / "absent.docx")
    with pytest.raises(InputRefused, match="two brackets"):
        write_word(book, tmp_path / "out.docx", _template(tmp_path / "t.docx", "Open {{ title"))
    assert not (tmp_path / "out.docx").exists()


def test_the_styles_header_and_footer_of_a_template_are_honoured(book: Book, tmp_path: Path) -> None:
    path = tmp_path / "house.docx"
    house = Document()
    house.styles["Heading 1"].font.name = "Courier New"
    house.styles["Heading 1"].font.color.rgb = RGBColor(0x80, 0, 0x40)
    house.styles["List Bullet"].element.getparent().remove(
        house.styles["List Bullet"].element
    )  # a template need not have all
    page = house.sections[0]
    page.left_margin = Mm(40)
    page.header.paragraphs[0].text = "NHS Somewhere · {{ edition_words }}"
    page.footer.paragraphs[0].text = "{{ approval }} · {{ fingerprint }}"
    house.add_paragraph("{{p body }}")
    house.save(str(path))
    few = replace(book, sections=book.sections[:1], chapters=())
    made = Document(str(write_word(few, tmp_path / "out.docx", path)))
    assert made.sections[0].header.paragraphs[0].text == f"NHS Somewhere · {book.edition_words}"
    assert made.sections[0].footer.paragraphs[0].text == f"{book.approval} · {book.fingerprint}"
    assert round(made.sections[0].left_margin.mm) == 40
    heading = next(p for p in made.paragraphs if p.text == book.sections[0].heading)
    assert heading.style.name == "Heading 1" and heading.style.font.name == "Courier New"
    assert any(t.rows[0].cells[0].text == "Network" for t in made.tables)
    house.sections[0].footer.paragraphs[0].text = "{{ aproval }}"
    house.save(str(path))
    with pytest.raises(InputRefused, match="aproval"):
        write_word(few, tmp_path / "out.docx", path)


NASTY = "<b>O'Brien & Sons</b> =1+1 {{ title }} #panic"


def _with_a_name(book: Book, name: str) -> Book:
    """The book with one practice renamed in a table, in a sentence, in a heading and in the title."""
    table = Table(
        "Practices of " + name, ("Practice", "Note"), (Row(name, (name,)), Row("=1+1", ("+1",))), text_columns=(1,)
    )
    section = Section("x", name, name, ((name, " is here."),), (Subheading(name), table, Bullets(((name,),))))
    return replace(book, title=name, sections=(section,), chapters=())


def test_a_name_with_markup_stands_as_it_is_in_every_format(book: Book, tmp_path: Path) -> None:
    named = _with_a_name(book, NASTY)
    document = Document(str(write_word(named, tmp_path / "a.docx")))
    assert [p.text for p in document.paragraphs].count(NASTY) >= 3 and document.tables[0].rows[1].cells[0].text == NASTY
    template = _template(tmp_path / "t.docx", "{{ title }}", "{{p body }}")
    filled = Document(str(write_word(named, tmp_path / "b.docx", template)))
    assert filled.paragraphs[0].text == NASTY
    assert filled.tables[0].rows[1].cells[0].text == NASTY

    workbook = CalamineWorkbook.from_path(write_excel(named, tmp_path / "a.xlsx"))
    rows = [r for n in workbook.sheet_names[:2] for r in workbook.get_sheet_by_name(n).to_python()]
    cells = [c for row in rows for c in row]
    assert NASTY in cells and "=1+1" in cells and "+1" in cells
    with zipfile.ZipFile(tmp_path / "a.xlsx") as opened:
        assert not [n for n in opened.namelist() if b"<f>" in opened.read(n)]  # no formula anywhere

    printed = "".join(p.extract_text() for p in PdfReader(write_pdf(named, tmp_path / "a.pdf")).pages)
    assert re.sub(r"\s", "", NASTY) in re.sub(r"\s", "", printed)
    slides = Presentation(str(write_slides(named, tmp_path / "a.pptx"))).slides
    assert next(s.text_frame.text for s in slides[0].shapes if s.has_text_frame) == NASTY
    pages = "".join(render_pages(named).values())
    assert escape(NASTY, quote=False) in pages.replace("&#39;", "'").replace("&#x27;", "'") and "<b>O" not in pages


def test_names_of_sheets_are_short_without_forbidden_letters_and_each_its_own(book: Book, tmp_path: Path) -> None:
    table = Table("A", ("Name", "Value"), (Row("a", ("b",)),))
    long = "A practice with a very long name: and/or [brackets]?* 'quoted'"
    sections = tuple(Section(f"s{k}", long, long, (), (table, table)) for k in range(3))
    names = CalamineWorkbook.from_path(
        write_excel(replace(book, sections=sections, chapters=()), tmp_path / "x.xlsx")
    ).sheet_names
    assert len(names) == len({n.lower() for n in names}) == 6 + 5
    assert all(0 < len(n) <= 31 and not set(n) & set("[]:*?/\\'") for n in names)


def test_a_template_that_cannot_be_filled_is_refused_and_nothing_is_written(book: Book, tmp_path: Path) -> None:
    out = tmp_path / "out.docx"
    with pytest.raises(InputRefused) as refused:
        write_word(book, out, _template(tmp_path / "a.docx", "{{ titel }} and {{ nonsense }}"))
    assert (
        "titel" in str(refused.value)
        and "Did you mean title" in str(refused.value)
        and "nonsense" in str(refused.value)
    )
    with pytest.raises(InputRefused, match="lst_size"):
        write_word(book, out, _template(tmp_path / "b.docx", '{{ figure("lst_size", "QVV") }}'))
    with pytest.raises(InputRefused, match="delivry"):
        write_word(book, out, _template(tmp_path / "c.docx", '{{p section("delivry") }}'))
    with pytest.raises(InputRefused):
        write_word(book, out, _template(tmp_path / "d.docx", "{{ title "))
    (tmp_path / "e.docx").write_text("not a document")
    with pytest.raises(ChesilError, match="not a Word file"):
        write_word(book, out, tmp_path / "e.docx")
    assert not out.exists()


def test_a_text_like_a_formula_stays_text(book: Book, tmp_path: Path) -> None:
    nasty = "=HYPERLINK(1)"
    changed = replace(book, title=nasty)
    rows = (
        CalamineWorkbook.from_path(write_excel(changed, tmp_path / "x.xlsx")).get_sheet_by_name("Contents").to_python()
    )
    assert rows[0][0] == f"{nasty}: annex of tables"
    assert sheet_name("a/b:c*d?e[f]g\\h" + "x" * 40) == ("a b c d e f g h" + "x" * 40)[:31]
