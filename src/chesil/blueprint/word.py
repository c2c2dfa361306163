"""The Word edition: native headings, tables and pictures with alternative texts, in the user's own template if given."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from docx import Document
from docx.image.image import Image
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.shape import CT_Inline
from docx.parts.image import ImagePart
from docx.shared import Mm, Pt
from docxtpl import DocxTemplate
from jinja2.exceptions import TemplateError

from chesil.blueprint.book import Book
from chesil.blueprint.column_widths import lay_out
from chesil.blueprint.document import Block, Bullets, Chart, Map, Paragraph, Section, Subheading, Table
from chesil.blueprint.pictures import chart_png, svg_png
from chesil.blueprint.plain_text import plain, shown_text
from chesil.blueprint.printed import for_print
from chesil.blueprint.same_twice import make_same_twice
from chesil.blueprint.words import LICENCES, figure_text
from chesil.core.errors import ChesilError, InputRefused, Problem, did_you_mean
from chesil.core.whole_files import whole_file

PICTURE_WIDTH = Mm(160)
PICTURE_HEIGHT = Mm(205)
"""The most that stands on a page beneath its heading."""
LEGEND_WIDTH = Mm(95)
QUIET_HALF_POINTS = 18
TABLE_WIDTH_PT, TWENTIETHS = 470, 20
"""Width of the text in points, and Word's unit of width."""
WIDER = 1.15
"""How much wider a template's typeface may be than the blueprint's own, by which widths are reckoned."""
INLINE, ALONE = re.compile(r"\{\{\s*(body\b|section\()"), re.compile(r"\{\{p\s+(body\b|section\()[^}]*\}\}")
"""A placeholder of whole pages written as if it were a word, and written as it must be."""
PLACEHOLDERS = {
    "title": "title of the study",
    "about": "what the study says it is",
    "edition": "board, practice or public",
    "approval": "draft, for engagement, or approved by whom and when",
    "edition_words": "the sentence that says which edition it is",
    "as_at": "the date of the blueprint",
    "fingerprint": "the pack's fingerprint",
    "body": "every section; write it {{p body }} on a line of its own",
    "licences": "the attribution that the data's licences ask for",
    "figure": 'one figure: {{ figure("list_size", "QVV") }}',
    "section": 'one section: {{p section("workforce") }} on a line of its own',
}


def write_word(
    book: Book, path: Path, template: Path | None = None, tell: Callable[[str], None] = lambda _: None
) -> Path:
    """Write the book as a Word file at `path`, whole or not at all.

    With a `template` its styles are used and its placeholders filled (see `PLACEHOLDERS`); a placeholder that is not
    known is refused by name, with every other. Without one, a plain document in the built-in styles.
    """
    tell("writing the Word file")
    with whole_file(path) as temporary:
        if template is None:
            document = _plain_document(book)
            document.save(str(temporary))
        else:
            _from_template(book, template, temporary)
        make_same_twice(temporary, book.as_at)
    return path


def _plain_document(book: Book) -> Any:
    document = Document()
    _set_up(document, book)
    document.add_heading(book.title, level=0)
    document.add_paragraph("A blueprint for primary care")
    document.add_paragraph(f"{book.edition_words} {book.approval}").runs[0].bold = True
    for line in (book.about, f"As at {book.as_at:%-d %B %Y}. Pack {book.fingerprint}."):
        if line:
            document.add_paragraph(line)
    fill_with_book(document, for_print(book))
    return document


def fill_with_book(document: Any, book: Book) -> None:
    """Add every section and chapter, and the attribution, to a document or a part of one."""
    for section in book.sections:
        fill_with_section(document, section, book, level=1)
    for chapter in book.chapters:
        _paragraph(document, chapter.name, "Heading 1")
        for section in chapter.sections:
            fill_with_section(document, section, book, level=2)
    _paragraph(document, "Licences", "Heading 1")
    for line in LICENCES:
        _paragraph(document, line)


def fill_with_section(document: Any, section: Section, book: Book, *, level: int) -> None:
    """Add one section with its heading at a level."""
    _paragraph(document, section.heading, f"Heading {level}")
    for words in section.lead:
        _paragraph(document, plain(words, book))
    for block in section.blocks:
        _add(document, block, book, level + 1)


def _add(document: Any, block: Block, book: Book, level: int) -> None:
    match block:
        case Subheading(text):
            _paragraph(document, text, f"Heading {level}")
        case Paragraph(words, is_quiet):
            _paragraph(document, plain(words, book), size=QUIET_HALF_POINTS if is_quiet else 0)
        case Bullets(items):
            for item in items:
                _paragraph(document, plain(item, book), "List Bullet")
        case Chart(_, alt, caption):
            _picture(document, chart_png(block), alt, PICTURE_WIDTH)
            _paragraph(document, caption, "Caption")
        case Map(svg, legend, alt, caption):
            _picture(document, svg_png(svg), alt, PICTURE_WIDTH)
            if legend:
                _picture(document, svg_png(legend), f"Legend: {caption}", LEGEND_WIDTH)
            _paragraph(document, caption, "Caption")
        case Table():
            _paragraph(document, block.caption, "Caption", stays=True)
            document.element.body.insert_element_before(parse_xml(_table_xml(block, book)), "w:sectPr")
            _paragraph(document, block.note)


def _paragraph(document: Any, text: str, style: str = "", size: int = 0, *, stays: bool = False) -> None:
    """Add a paragraph as text: python-docx looks its style up anew for each, which takes seconds in a long document.

    A style that the document (a user's template, say) does not have is left out. `size` is in half points. One that
    `stays` is not parted from what follows.
    """
    named = _style_ids(document.part).get(style.lower())
    inner = (f"<w:pStyle w:val={quoteattr(named)}/>" if named else "") + ("<w:keepNext/>" if stays else "")
    properties = f"<w:pPr>{inner}</w:pPr>" if inner else ""
    small = f'<w:rPr><w:sz w:val="{size}"/></w:rPr>' if size else ""
    run = f'<w:r>{small}<w:t xml:space="preserve">{escape(_printable(text))}</w:t></w:r>' if text else ""
    xml = f"<w:p {nsdecls('w')}>{properties}{run}</w:p>"
    document.element.body.insert_element_before(parse_xml(xml), "w:sectPr")


@lru_cache(maxsize=4)
def _style_ids(part: Any) -> dict[str, str]:
    """The ids of a document's styles by their names in small letters."""
    return {s.name_val.lower(): s.styleId for s in part.styles.element.style_lst if s.name_val and s.styleId}


def _picture(document: Any, png: bytes, alt: str, width: Any) -> None:
    # Built here: python-docx hashes every earlier picture and searches the whole document for each new one.
    part = document.part
    number = len(part.rels) + 1
    image = Image.from_blob(png)
    name = f"picture{number}.png"
    held = ImagePart.from_image(image, PackURI(f"/word/media/{name}"))
    across, down = image.scaled_dimensions(width, None)
    if down > PICTURE_HEIGHT:
        across, down = image.scaled_dimensions(None, PICTURE_HEIGHT)
    inline = CT_Inline.new_pic_inline(number, part.relate_to(held, RELATIONSHIP_TYPE.IMAGE), name, across, down)
    paragraph = document.add_paragraph()
    paragraph.add_run()._r.add_drawing(inline)
    # python-docx gives no way to set the alternative text; it is an attribute of the drawing's properties.
    drawing = paragraph._p.findall(f".//{qn('wp:docPr')}")[-1]
    drawing.set("descr", alt)


def _table_xml(table: Table, book: Book) -> str:
    """A native table with a repeated head: built as text, since cell by cell takes minutes for a long document."""
    rows: list[tuple[Sequence[str], bool, bool]] = [(table.heads, True, True)]
    rows += [((r.name, *(shown_text(c, book) for c in r.cells)), False, r.is_total) for r in table.rows]
    left = {0, *table.text_columns}
    layout = lay_out(table.heads, [cells for cells, is_head, _ in rows if not is_head], TABLE_WIDTH_PT / WIDER)
    grid = "".join(f'<w:gridCol w:w="{w * WIDER * TWENTIETHS:.0f}"/>' for w in layout.widths_pt)
    half_points = round(2 * layout.size_pt)
    body = "".join(_row_xml(cells, is_head, is_bold, left, half_points) for cells, is_head, is_bold in rows)
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="5000" w:type="pct"/>'
        '<w:tblBorders><w:top w:val="single" w:sz="6" w:color="212B32"/><w:bottom w:val="single" w:sz="6" w:color="212B32"/>'
        '<w:insideH w:val="single" w:sz="4" w:color="D8DDE0"/></w:tblBorders>'
        f'<w:tblLook w:firstRow="1"/><w:tblCaption w:val={quoteattr(table.caption)}/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{body}</w:tbl>"
    )


def _row_xml(cells: Sequence[str], is_head: bool, is_bold: bool, left: set[int], half_points: int) -> str:
    head = "<w:tblHeader/>" if is_head else ""
    bold = "<w:b/>" if is_bold else ""
    inner = "".join(
        f'<w:tc><w:p><w:pPr><w:keepNext w:val="0"/><w:spacing w:before="20" w:after="20"/>'
        f'<w:jc w:val="{"left" if k in left else "right"}"/></w:pPr><w:r><w:rPr>{bold}<w:sz w:val="{half_points}"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(_printable(text))}</w:t></w:r></w:p></w:tc>'
        for k, text in enumerate(cells)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>{inner}</w:tr>"


def _printable(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(c for c in text if c >= " " or c in "\t\n")


def _set_up(document: Any, book: Book) -> None:
    properties = document.core_properties
    properties.title, properties.author, properties.language = book.title, "Chesil", "en-GB"
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(10.5)
    normal.element.rPr.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="en-GB"/>'))
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(22)
    section.header.paragraphs[0].text = f"{book.title} · {book.edition_words}"
    foot = section.footer.paragraphs[0]
    foot.text = f"As at {book.as_at:%-d %B %Y} · pack {book.fingerprint} · {book.approval} · page "
    foot._p.append(parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>'))


def read_template(template: Path) -> tuple[Any, set[str]]:
    """A template and the placeholders that it asks for; refused by name, all at once, if any is not known."""
    if not template.is_file():
        raise ChesilError(f"There is no template {template}", [], "Name a Word file (.docx) that is there")
    try:
        document = DocxTemplate(str(template))
        wanted = document.get_undeclared_template_variables()
    except TemplateError as error:
        raise InputRefused(
            f"The template {template.name} cannot be used",
            [Problem(f"a placeholder cannot be read: {error}", template.name)],
            "Write each with two brackets before and after its name, as in {{ title }}",
        ) from error
    except Exception as error:
        way = f"Open it in Word and save it as .docx, then try again ({error})"
        raise ChesilError(f"{template} is not a Word file that can be read", [], way) from error
    if inline := [
        t for t in _paragraph_texts(document) if INLINE.search(t) or (ALONE.search(t) and not ALONE.fullmatch(t))
    ]:
        problems = [
            Problem(f"`{text}` would be left out or lose what stands beside it", template.name) for text in inline
        ]
        ways = "body and section are whole pages: write {{p body }} or {{p section(…) }} on a line of its own"
        raise InputRefused(f"The template {template.name} cannot be used", problems, ways)
    unknown = sorted(wanted - set(PLACEHOLDERS))
    if unknown:
        problems = [
            Problem(f"`{name}` is not a placeholder", template.name, "", did_you_mean(name, PLACEHOLDERS))
            for name in unknown
        ]
        ways = "; ".join(f"{name}: {about}" for name, about in PLACEHOLDERS.items())
        raise InputRefused(f"The template {template.name} cannot be used", problems, f"There are {ways}")
    return document, wanted


def _paragraph_texts(template: Any) -> list[str]:
    return [
        "".join(t.text or "" for t in p.iter(qn("w:t"))).strip()
        for p in template.get_docx().element.body.iter(qn("w:p"))
    ]


def _from_template(book: Book, template: Path, to: Path) -> None:
    document, wanted = read_template(template)
    body = document.new_subdoc()
    if "body" in wanted:
        fill_with_book(body, for_print(book))
    document.render(
        {
            "title": book.title, "about": book.about, "edition": book.edition, "edition_words": book.edition_words,
            "approval": book.approval, "as_at": f"{book.as_at:%-d %B %Y}", "fingerprint": book.fingerprint, "body": body,
            "licences": " ".join(LICENCES), "figure": lambda m, c: _figure(book, m, c),
            "section": lambda key: _section(document, book, key),
        },
        autoescape=True,
    )  # fmt: skip
    document.save(str(to))


def _figure(book: Book, measure: str, code: str) -> str:
    for figure in book.figures.values():
        if figure.measure == measure and figure.unit_code == code:
            return figure_text(figure, book.cards[measure])
    near = did_you_mean(measure, book.cards)
    raise InputRefused(
        "The template asks for a figure that is not computed",
        [Problem(f"there is no figure of `{measure}` for `{code}`", "", "", near)],
        "Take the names from figures.csv",
    )


def _section(document: Any, book: Book, key: str) -> Any:
    keys = {s.key: s for s in book.sections}
    if key not in keys:
        raise InputRefused(
            "The template asks for a section that is not there",
            [Problem(f"there is no section `{key}`", "", "", did_you_mean(key, keys))],
            f"There are {', '.join(keys)}",
        )
    part = document.new_subdoc()
    fill_with_section(part, keys[key], book, level=1)
    return part
