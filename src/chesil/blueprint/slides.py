"""The summary in six slides: each title the finding, two or three sentences, one picture; edition and date at the foot."""

import io
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
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
WORDS_WIDTH, GAP = Mm(112), Mm(8)
TOP, BODY_TOP, BODY_HEIGHT, FOOT_HEIGHT = Mm(9), Mm(38), Mm(134), Mm(10)
CAPTION_HEIGHT, LEGEND_HEIGHT = Mm(18), Mm(18)
TITLE_SIZE, WORDS_SIZE, SMALL_SIZE, SMALLEST, AFTER = 26, 18, 10, 8, 8
LINE = 1.25
"""Height of a line of text as a share of its size, with what stands between lines."""
LETTER_WIDTH = 0.53
"""Mean width of a letter as a share of its size: what a box holds is counted with it, since nothing here sets type."""
INK, QUIET = RGBColor(0x21, 0x2B, 0x32), RGBColor(0x4C, 0x62, 0x72)
TITLE_ONLY = 5
LARGE_TYPE: Mapping[str, Mapping[str, Any]] = {
    "axis": {"labelFontSize": 15, "titleFontSize": 15, "labelLimit": 600},
    "legend": {"labelFontSize": 15, "titleFontSize": 15, "labelLimit": 600, "orient": "bottom"},
    "title": {"fontSize": 17, "subtitleFontSize": 14},
    "header": {"labelFontSize": 15},
    "text": {"fontSize": 15},
}
"""What a chart's words are set in when it is seen across a room: the picture stays the same."""


def write_slides(book: Book, path: Path, tell: Callable[[str], None] = lambda _: None) -> Path:
    """Write the summary at `path`, whole or not at all. The same book gives the same bytes."""
    tell("writing the slides")
    show = Presentation()
    show.slide_width, show.slide_height = WIDTH, HEIGHT
    show.core_properties.title, show.core_properties.author = f"{book.title}: summary", "Chesil"
    sections = chosen_sections(book)
    for number, section in enumerate(sections, start=1):
        _slide(show, section, book, f"{number} of {len(sections)}")
    with whole_file(path) as temporary:
        show.save(str(temporary))
        make_same_twice(temporary, book.as_at)
    return path


def chosen_sections(book: Book) -> list[Section]:
    """At most six sections: those asked for first, then others that begin with an answer, in the order of the book."""
    held = [s for s in book.sections if s.lead]
    wanted = sorted(held, key=lambda s: FIRST.index(s.key) if s.key in FIRST else len(FIRST))[:MOST_SLIDES]
    return [s for s in held if s in wanted]


def _slide(show: Any, section: Section, book: Book, where: str) -> None:
    slide = show.slides.add_slide(show.slide_layouts[TITLE_ONLY])
    inner = WIDTH - 2 * EDGE
    title = slide.shapes.title
    title.left, title.top, title.width, title.height = EDGE, TOP, inner, BODY_TOP - TOP - Mm(3)
    _write(
        title.text_frame,
        [section.heading],
        _size_that_fits([section.heading], inner, title.height, TITLE_SIZE),
        bold=True,
    )
    drawn = next((b for b in section.blocks if isinstance(b, Map | Chart)), None)
    width = WORDS_WIDTH if drawn is not None else inner
    words = slide.shapes.add_textbox(EDGE, BODY_TOP, width, BODY_HEIGHT)
    said = [plain(w, book) for w in section.lead[:MOST_SENTENCES]]
    _write(words.text_frame, said, _size_that_fits(said, width, BODY_HEIGHT, WORDS_SIZE))
    if drawn is not None:
        _illustrate(slide, drawn, EDGE + width + GAP, inner - width - GAP)
    foot = slide.shapes.add_textbox(EDGE, HEIGHT - Mm(15), inner, FOOT_HEIGHT)
    line = f"{book.title} · {book.edition_words} · As at {book.as_at:%-d %B %Y} · {book.approval} · {where}"
    _write(foot.text_frame, [line], SMALL_SIZE, QUIET)


def _illustrate(slide: Any, drawn: Map | Chart, left: int, width: int) -> None:
    """A chart or a map as large as its frame allows, a map's legend beneath it, and the caption last."""
    legend = drawn.legend if isinstance(drawn, Map) else ""
    height = BODY_HEIGHT - CAPTION_HEIGHT - (LEGEND_HEIGHT if legend else 0)
    picture = svg_png(drawn.svg) if isinstance(drawn, Map) else chart_png(in_large_type(drawn))
    below = _place(slide, picture, drawn.alt, left, BODY_TOP, width, height)
    if legend:
        below = _place(slide, svg_png(legend), f"Legend: {drawn.caption}", left, below, width, LEGEND_HEIGHT)
    caption = slide.shapes.add_textbox(left, below, width, CAPTION_HEIGHT)
    _write(
        caption.text_frame,
        [drawn.caption],
        _size_that_fits([drawn.caption], width, CAPTION_HEIGHT, SMALL_SIZE),
        QUIET,
    )


def in_large_type(chart: Chart) -> Chart:
    """The same chart with words to be read across a room."""
    config = dict(chart.specification.get("config", {}))
    larger = {part: {**config.get(part, {}), **type_} for part, type_ in LARGE_TYPE.items()}
    return replace(chart, specification={**chart.specification, "config": {**config, **larger}}, svg="")


def _place(slide: Any, png: bytes, alt: str, left: int, top: int, width: int, height: int) -> int:
    """Put a picture in as large as its frame allows without changing its shape; return where it ends."""
    shape = slide.shapes.add_picture(io.BytesIO(png), left, top)
    scale = min(width / shape.width, height / shape.height)
    shape.width, shape.height = Emu(int(shape.width * scale)), Emu(int(shape.height * scale))
    shape._element.nvPicPr.cNvPr.set("descr", alt)
    return int(top + shape.height)


def _size_that_fits(paragraphs: list[str], width: int, height: int, largest: int) -> int:
    """The largest size in points, at most `largest`, at which the paragraphs stand in a box, never under the smallest."""
    return next((s for s in range(largest, SMALLEST, -1) if height_of(paragraphs, width, s) <= height), SMALLEST)


def height_of(paragraphs: list[str], width: int, size: int) -> int:
    """About how high paragraphs of a size in points stand in a box of a width, in English Metric Units."""
    letters = max(1, int((width - Mm(5)) / (Pt(size) * LETTER_WIDTH)))
    lines = sum(len(textwrap.wrap(p, letters)) or 1 for p in paragraphs)
    return int(lines * Pt(size) * LINE + (len(paragraphs) - 1) * Pt(AFTER) + Mm(3))


def _write(frame: Any, paragraphs: list[str], size: int, colour: RGBColor = INK, *, bold: bool = False) -> None:
    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
    for k, text in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if k == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.LEFT
        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold, run.font.name, run.font.color.rgb = Pt(size), bold, "Arial", colour
        paragraph.space_after = Pt(AFTER)
