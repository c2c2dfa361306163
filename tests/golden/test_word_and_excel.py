"""The Word and Excel editions: native, the same figures as the page, the same twice, and templates honoured or refused."""

from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from python_calamine import CalamineWorkbook

from chesil.blueprint.book import Book, make_book
from chesil.blueprint.document import Section, Shown, Table
from chesil.blueprint.excel import sheet_name, write_excel
from chesil.blueprint.plain_text import plain, shown_text
from chesil.blueprint.printed import for_print
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
    assert names[0] == "Contents" and {"All figures", "Measures", "Sources"} <= set(names)
    tables = [b for s in _sections(book) for b in s.blocks if isinstance(b, Table)]
    assert len(names) == len(tables) + 4
    for name, table in zip(names[1:], tables, strict=False):
        rows = workbook.get_sheet_by_name(name).to_python()
        top = next(k for k, r in enumerate(rows) if r[: len(table.heads)] == list(table.heads))
        for k, row in enumerate(table.rows, start=top + 1):
            for column, cell in enumerate(row.cells, start=1):
                if (
                    isinstance(cell, Shown)
                    and not cell.text
                    and (value := book.figures[cell.figure.id].value) is not None
                ):
                    assert rows[k][column] == pytest.approx(value)
    every = workbook.get_sheet_by_name("All figures").to_python()
    assert len(every) == len(book.figures) + 1


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
