"""The web edition: a folder of pages that opens from disk, with no server and no network."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from chesil.blueprint.book import Book, make_book
from chesil.blueprint.fonts import FOLDER as FONTS
from chesil.blueprint.fonts import WEB_FILES
from chesil.blueprint.reference_pages import REFERENCE, can_compare, figure_pages, reference_pages
from chesil.blueprint.section_html import safe_json, section_view
from chesil.blueprint.views import journeys, receipt_view
from chesil.core.figure import Figure
from chesil.core.whole_files import whole_folder
from chesil.plan import Plan

SCRIPTS = ("page.js", "map.js", "compare.js")
STATIC = ("style.css", *SCRIPTS)
PLACES = "places.js"
CSV_FIELDS = (
    "measure", "unit_code", "unit_name", "vintage", "period", "scenario", "value", "lower", "upper", "lower998", "upper998",
    "numerator", "denominator", "unit", "method", "limits", "standing", "reason", "notes", "receipts", "reply",
)  # fmt: skip


def publish_html(plan: Plan, out: Path, tell: Callable[[str], None] = lambda _: None) -> Path:
    """Write the pages of a plan into `out`, whole or not at all; return the path of index.html."""
    return write_pages(make_book(plan, tell), out, tell)


def write_pages(
    book: Book,
    out: Path,
    tell: Callable[[str], None] = lambda _: None,
    pages: Mapping[str, str] | None = None,
) -> Path:
    """Write a book as pages into `out`, whole or not at all; return the path of index.html.

    `pages` are those of `render_pages`, if they have been drawn already.
    """
    with whole_folder(out) as folder:
        for path, text in (pages if pages is not None else render_pages(book, tell)).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        for name in STATIC:
            (folder / name).write_bytes(template_bytes(name))
        (folder / PLACES).write_text(places_script(book), encoding="utf-8")
        for name in WEB_FILES:
            (folder / name).write_bytes((FONTS / name).read_bytes())
        (folder / "figures.csv").write_text(_csv(book.figures.values()), encoding="utf-8")
    return out / "index.html"


def template_bytes(name: str) -> bytes:
    """A file of the templates as it stands: the style, the script."""
    return files("chesil.blueprint").joinpath("templates", name).read_bytes()


def places_script(book: Book) -> str:
    """The book's gazetteer as a script, since a page that is opened from disk may read no other file."""
    return f"window.chesilPlaces={safe_json(book.gazetteer)};"


def render_pages(book: Book, tell: Callable[[str], None] = lambda _: None) -> dict[str, str]:
    """Every page of a book as HTML text by its path; the same text goes into the folder and into the single file."""
    environment = Environment(loader=PackageLoader("chesil.blueprint"), undefined=StrictUndefined, autoescape=True)
    render = partial(_render, book, environment)
    pages = {}
    for section in book.sections:
        tell(f"writing {section.name.lower()}")
        view = section_view(section, book.cards, book.figures, "")
        path = f"{section.key}.html"
        pages[path] = render(path, "section.html", "", {"section": view}, section.figures)
    for chapter in book.chapters:
        tell(f"writing {chapter.name}")
        views = [section_view(s, book.cards, book.figures, "../") for s in chapter.sections]
        page = {"name": chapter.name, "code": chapter.code, "first": views[0], "sections": views[1:]}
        shown = [f for s in chapter.sections for f in s.figures]
        path = f"networks/{chapter.code}.html"
        pages[path] = render(path, "network.html", "../", page, shown)
    tell("writing figures, measures and sources")
    by_measure: dict[str, list[Figure]] = {}
    for figure in book.figures.values():
        by_measure.setdefault(figure.measure, []).append(figure)
    for path, page in reference_pages(book, by_measure).items():
        pages[path] = render(path, path, "", page, [])
    for path, page in figure_pages(book, by_measure):
        pages[path] = render(path, "figures_of_measure.html", "../", page, [])
    return pages


def _render(
    book: Book,
    environment: Environment,
    path: str,
    template: str,
    root: str,
    page: dict[str, Any],
    used: Iterable[Figure],
) -> str:
    safe = [book.figures[f.id] for f in used]
    facts = journeys(safe, book.cards, book.receipts)
    site = {
        "title": book.title,
        "edition": book.edition,
        "edition_words": book.edition_words,
        "approval": book.approval,
        "as_at": f"{book.as_at:%-d %B %Y}",
        "fingerprint": book.fingerprint,
        "path": path,
        "scripts": (*SCRIPTS, PLACES),
        "pages": [{"file": f"{s.key}.html", "name": s.name} for s in book.sections],
        "reference": [{"file": f, "name": n} for f, n in REFERENCE if f != "compare.html" or can_compare(book)],
    }
    sources = [receipt_view(book.receipts[r]) for r in facts["receipts"]]
    return environment.get_template(template).render(
        site=site, root=root, page_json=safe_json(facts), sources=sources, **page
    )


def _csv(figures: Iterable[Figure]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_FIELDS)
    for figure in figures:
        record = figure.as_dict()
        writer.writerow([_cell(record[f]) for f in CSV_FIELDS])
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        value = " | ".join(value)
    # A spreadsheet would run a text that begins like a formula.
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value
