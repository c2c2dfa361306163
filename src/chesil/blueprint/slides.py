"""The summary in six slides: each title the finding, two or three sentences, one picture; edition and date at the foot."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.util import Emu, Mm, Pt

from chesil.blueprint.book import Book
from chesil.blueprint.document import Chart, Map, Section
from chesil.blueprint.pictures import chart_png, svg_png
from chesil.blueprint.plain_text import plain
from chesil.blueprint.same_twice import make_same_twice
from chesil.core.whole_files import whole_file

MOST_SLIDES, MOST_SENTENCES = 6, 3
FIRST = ("index", "need", "access", "workforce", "options", "money", "resilience", "siting", "equality", "variation")
"""Which sections a committee asks for first; the slides are the first that the book has, in the book's order."""
WIDTH, HEIGHT, EDGE = Mm(338.7), Mm(190.5), Mm(14)
INK, QUIET = RGBColor(0x21, 0x2B, 0x32), RGBColor(0x4C, 0x62, 0x72)
TITLE_ONLY = 5


def write_slides(book: Book, path: Path, tell: Callable[[str], None] = lambda _: None) -> Path:
    """Write the summary at `path`, whole or not at all. The same book gives the same bytes."""
    tell("writing the slides")
    show = Presentation()
    show.slide_width, show.slide_height = WIDTH, HEIGHT
    show.core_properties.title, show.core_properties.author = f"{book.title}: summary", "Chesil"
    for section in chosen_sections(book):
        _slide(show, section, book)
    with whole_file(path) as temporary:
        show.save(str(temporary))
        make_same_twice(temporary, book.as_at)
    return path


def chosen_sections(book: Book) -> list[Section]:
    """At most six sections: those asked for first, then others that begin with an answer, in the order of the book."""
    held = [s for s in book.sections if s.lead]
    wanted = sorted(held, key=lambda s: FIRST.index(s.key) if s.key in FIRST else len(FIRST))[:MOST_SLIDES]
    return [s for s in held if s in wanted]


def _slide(show: Any, section: Section, book: Book) -> None:
    slide = show.slides.add_slide(show.slide_layouts[TITLE_ONLY])
    inner = WIDTH - 2 * EDGE
    title = slide.shapes.title
    title.left, title.top, title.width, title.height = EDGE, Mm(8), inner, Mm(30)
    _write(title.text_frame, [section.heading], 26, bold=True)
    picture = _picture(section)
    half = inner // 2 - Mm(4) if picture is not None else inner
    words = slide.shapes.add_textbox(EDGE, Mm(42), half, Mm(128))
    _write(words.text_frame, [plain(w, book) for w in section.lead[:MOST_SENTENCES]], 18)
    if picture is not None:
        png, alt = picture
        _place(slide, png, alt, EDGE + half + Mm(8), Mm(42), half, Mm(128))
    foot = slide.shapes.add_textbox(EDGE, HEIGHT - Mm(16), inner, Mm(10))
    _write(
        foot.text_frame,
        [f"{book.title} · {book.edition_words} · As at {book.as_at:%-d %B %Y} · {book.approval}"],
        10,
        QUIET,
    )


def _picture(section: Section) -> tuple[bytes, str] | None:
    """The section's first chart or map with its alternative text."""
    for block in section.blocks:
        if isinstance(block, Map):
            return svg_png(block.svg), block.alt
        if isinstance(block, Chart):
            return chart_png(block), block.alt
    return None


def _place(slide: Any, png: bytes, alt: str, left: int, top: int, width: int, height: int) -> None:
    """A picture as large as its frame allows without changing its shape."""
    shape = slide.shapes.add_picture(io.BytesIO(png), left, top)
    scale = min(width / shape.width, height / shape.height)
    shape.width, shape.height = Emu(int(shape.width * scale)), Emu(int(shape.height * scale))
    shape._element.nvPicPr.cNvPr.set("descr", alt)


def _write(frame: Any, paragraphs: list[str], size: int, colour: RGBColor = INK, *, bold: bool = False) -> None:
    frame.word_wrap = True
    for k, text in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if k == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold, run.font.name, run.font.color.rgb = Pt(size), bold, "Arial", colour
        paragraph.space_after = Pt(8)
