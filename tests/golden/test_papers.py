"""The papers and slides around a blueprint, the practice edition, and the public edition derived without computing again."""

import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from docx import Document
from pptx import Presentation

from chesil.blueprint.book import Book, make_book
from chesil.blueprint.document import Bullets, Paragraph, Shown, Table
from chesil.blueprint.for_edition import study_for_edition
from chesil.blueprint.papers import paper_books, write_papers
from chesil.blueprint.pdf import write_pdf
from chesil.blueprint.plain_text import plain
from chesil.blueprint.practice import circles, find_circle, practice_book
from chesil.blueprint.readability import reading_age, sentences_of
from chesil.blueprint.reference_pages import REFERENCE
from chesil.blueprint.sections import section_makers
from chesil.blueprint.slides import HEIGHT, WIDTH, chosen_sections, height_of, write_slides
from chesil.core.errors import ChesilError
from chesil.plan import Plan, plan_in_edition

PUBLIC_AGE = 12


@pytest.fixture(scope="module")
def book(dorset_plan: Plan) -> Book:
    return make_book(dorset_plan)


@pytest.fixture(scope="module")
def public_plan(dorset_plan: Plan) -> Plan:
    made = plan_in_edition(dorset_plan, study_for_edition(dorset_plan.study, "public"))
    assert made is not None
    return made


def _texts(book: Book) -> list[str]:
    found = []
    for section in [*book.sections, *(s for c in book.chapters for s in c.sections)]:
        found += [section.heading, *(plain(w, book) for w in section.lead)]
        for block in section.blocks:
            if isinstance(block, Bullets):
                found += [plain(w, book) for w in block.items]
            elif isinstance(block, Paragraph):
                found.append(plain(block.words, book))
            elif isinstance(block, Table):
                found += [plain((r.name, " ", *r.cells), book) for r in block.rows]
    return found


def test_the_public_summary_reads_at_twelve(book: Book, dorset_plan: Plan) -> None:
    texts = _texts(paper_books(book, dorset_plan)["public-summary"])
    sentences = [s for t in texts for s in sentences_of(t)]
    assert len(sentences) > 12 and reading_age(sentences) <= PUBLIC_AGE
    assert max(len(s.split()) for s in sentences) <= 20


def test_papers_hold_only_figures_of_the_book_and_say_their_gaps(book: Book, dorset_plan: Plan, tmp_path: Path) -> None:
    for name, paper in paper_books(book, dorset_plan).items():
        assert paper.sections, name
        for section in paper.sections:
            assert all(f.id in book.figures for f in section.figures)
    paths = write_papers(book, dorset_plan, tmp_path)
    cover = "\n".join(p.text for p in Document(str(paths[0])).paragraphs)
    for head in (
        "Purpose",
        "Recommendation",
        "Engagement",
        "Quality",
        "Risk",
        "Finance",
        "Legal",
        "Workforce",
        "Equality",
    ):
        assert head in cover
    assert "No engagement is recorded" in cover and "nothing has been decided" in cover
    assert "825,523" in cover
    sheet = {r.cells[0].text: r.cells[1].text for r in Document(str(paths[0])).tables[0].rows}
    assert sheet["State of the blueprint"].startswith("Draft") and sheet["Meeting and date"] == "to be filled in"
    assert cover.count("Involve the people who use the service") == 2  # what is missing, and the law that asks for it
    assert "section 14Z45" in cover and "less for each patient" in cover
    risks = next(t for t in Document(str(paths[0])).tables if t.rows[0].cells[0].text == "Risk")
    held = {r["risk"] for o in dorset_plan.study.options.values() for r in o.risks}
    assert {r.cells[0].text for r in risks.rows[1:]} == held and held


def test_easy_read_says_numbers_in_round_words(book: Book, dorset_plan: Plan) -> None:
    words = " ".join(_texts(paper_books(book, dorset_plan)["easy-read"]))
    assert "about 830,000 people" in words and "%" not in words and "5.0" not in words


def test_the_public_summary_names_each_option_and_whose_drive_grows(book: Book, dorset_plan: Plan) -> None:
    words = " ".join(_texts(paper_books(book, dorset_plan)["public-summary"]))
    assert all(o.title in words for o in dorset_plan.study.options.values())
    assert "longer where 2,958 people live" in words


def test_lines_for_the_media_can_be_read_out(book: Book, dorset_plan: Plan) -> None:
    lines = _texts(paper_books(book, dorset_plan)["media-lines"])
    assert max(len(s.split()) for t in lines for s in sentences_of(t)) <= 30


def test_each_page_of_a_paper_is_numbered(book: Book, dorset_plan: Plan, tmp_path: Path) -> None:
    for path in write_papers(book, dorset_plan, tmp_path):
        assert 'w:instr="PAGE"' in Document(str(path)).sections[0].footer.paragraphs[0]._p.xml


def test_questions_are_answered_from_the_options_and_their_figures(book: Book, dorset_plan: Plan) -> None:
    asked = {s.heading: s for s in paper_books(book, dorset_plan)["questions-and-answers"].sections}
    said = {
        q: " ".join(plain(w, book) for b in s.blocks if isinstance(b, Bullets) for w in b.items)
        for q, s in asked.items()
    }
    shut = dorset_plan.study.options["close_branch"].title
    assert f"would shut under “{shut}”, and under no other" in said["Is my surgery closing?"]
    assert "nobody has proposed them" in said["Is my surgery closing?"]
    further = dorset_plan.figures["equality_further", "QVV~close_branch:drive:all:everybody"].value
    assert f"Under “{shut}” {further:,.0f} people" in said["Will I have to travel further?"]
    assert "less for each patient" in said["Is this to save money?"]


def test_six_slides_each_with_its_finding_a_described_picture_and_the_edition(book: Book, tmp_path: Path) -> None:
    path = write_slides(book, tmp_path / "s.pptx")
    slides = list(Presentation(str(path)).slides)
    assert len(slides) == 6
    for slide, section in zip(slides, chosen_sections(book), strict=True):
        texts = [s.text_frame.text for s in slide.shapes if s.has_text_frame]
        assert texts[0] == section.heading and plain(section.lead[0], book) in texts[1]
        assert "Board edition" in texts[-1] and "24 November 2026" in texts[-1]
        for shape in (s for s in slide.shapes if s.shape_type == 13):
            assert len(shape._element.nvPicPr.cNvPr.get("descr")) > 20
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.left + shape.width <= WIDTH
            assert shape.top >= 0 and shape.top + shape.height <= HEIGHT
        for shape in (s for s in slide.shapes if s.has_text_frame):
            size = shape.text_frame.paragraphs[0].runs[0].font.size.pt
            words = [p.text for p in shape.text_frame.paragraphs]
            assert height_of(words, shape.width, size) <= shape.height, (section.key, words)
    assert write_slides(book, tmp_path / "again.pptx").read_bytes() == path.read_bytes()


def test_a_practice_edition_is_about_one_practice_and_says_so_on_every_page(
    book: Book, dorset_plan: Plan, tmp_path: Path
) -> None:
    code = "J81612"
    circle = find_circle(dorset_plan, code)
    mine = practice_book(book, dorset_plan, circle)
    assert 1 < len(mine.figures) < len(book.figures) / 5
    allowed = {code, *circle.neighbours}
    for section in mine.sections:
        for figure in section.figures:
            unit = figure.unit_code.partition(":")[0]
            assert unit not in circle.names or unit in allowed
            assert unit == code or unit not in circle.names or not figure.measure.startswith(("resilience", "closure"))
    others = set(circle.names) - allowed
    words = "\n".join(_texts(mine))
    assert not [c for c in others if c in words]
    with pytest.raises(ChesilError, match="not a practice"):
        find_circle(dorset_plan, "J8161")
    from pypdf import PdfReader

    pages = [p.extract_text() for p in PdfReader(write_pdf(mine, tmp_path / "p.pdf")).pages]
    assert len(pages) < 70
    assert all(code in re.sub(r"\s", "", t) for t in pages)


def test_neighbours_are_those_who_share_most_patients_worked_out_slowly(dorset_plan: Plan) -> None:
    rows = dorset_plan.place.registrations
    code = "J81612"
    mine = dict(rows.filter(pl.col("practice_code") == code).select("lsoa11", "patients").iter_rows())
    shared: dict[str, float] = {}
    for area, patients in mine.items():
        there = dict(rows.filter(pl.col("lsoa11") == area).select("practice_code", "patients").iter_rows())
        total = sum(v for v in there.values() if v)
        for other, count in there.items():
            if other != code and count:
                shared[other] = shared.get(other, 0.0) + patients * count / total
    best = sorted((o for o in shared if o in circles(dorset_plan)), key=lambda o: (-shared[o], o))[:5]
    assert circles(dorset_plan)[code].neighbours == tuple(best)


def test_a_derived_public_edition_names_no_flag(dorset_plan: Plan, public_plan: Plan) -> None:
    practices = set(dorset_plan.place.practices["practice_code"])
    secret = {
        (m, c)
        for m, c in dorset_plan.figures
        if c.partition(":")[0] in practices and m.startswith(("resilience", "closure"))
    }
    assert len(secret) > 100
    assert not secret & set(public_plan.figures)
    public = make_book(public_plan)
    flagged = {
        r
        for r in dorset_plan.assessments["resilience"]
        .tables["flags"]
        .filter(pl.col("state") == "flag")["practice_code"]
    }
    assert flagged
    for section in public.sections:
        if section.key in ("resilience", "closure"):
            words = "\n".join(_texts(replace(public, sections=(section,), chapters=())))
            assert not [c for c in flagged if c in words]
    small = [
        f for f in public.figures.values()
        if f.standing != "counted" and f.numerator is not None and 1 <= f.numerator <= 4
        and public.cards[f.measure].counts == "people"
    ]  # fmt: skip
    assert not small
    assert all(
        isinstance(c, str | Shown)
        for s in public.sections
        for b in s.blocks
        if isinstance(b, Table)
        for r in b.rows
        for c in r.cells
    )


def test_every_chapter_of_the_strategy_of_2016_is_mapped_to_a_page_that_there_is(book: Book) -> None:
    text = (Path(__file__).parents[2] / "docs" / "strategy-of-2016.md").read_text(encoding="utf-8")
    chapters = [line for line in text.splitlines() if line.startswith("|")][2:]
    named = set(re.findall(r"`([a-z-]+)\.html`", text))
    there = {m.key for m in section_makers()} | {name.removesuffix(".html") for name, _ in REFERENCE}
    assert len(chapters) >= 13 and all(len(line.split("|")) == 5 for line in chapters)
    assert named and named <= there, named - there
    of_dorset = {s.key for s in book.sections} | {name.removesuffix(".html") for name, _ in REFERENCE}
    assert named - of_dorset == {"audit"}  # which is in the study of 2016 itself
