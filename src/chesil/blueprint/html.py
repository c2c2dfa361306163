"""The web edition: a folder of pages that opens from disk, with no server and no network."""

import csv
import io
import json
from collections.abc import Callable, Iterable
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from chesil.blueprint.book import Book, make_book
from chesil.blueprint.fonts import FOLDER as FONTS
from chesil.blueprint.fonts import WEB_FILES
from chesil.blueprint.section_html import section_view
from chesil.blueprint.views import figure_row, journeys, measure_view, receipt_view
from chesil.core.figure import Figure
from chesil.core.whole_files import whole_folder
from chesil.plan import Plan

STATIC = ("style.css", "page.js")
CSV_FIELDS = (
    "measure", "unit_code", "unit_name", "vintage", "period", "scenario", "value", "lower", "upper", "lower998", "upper998",
    "numerator", "denominator", "unit", "method", "limits", "standing", "reason", "notes", "receipts", "reply",
)  # fmt: skip


def publish_html(plan: Plan, out: Path, tell: Callable[[str], None] = lambda _: None) -> Path:
    """Write the pages of a plan into `out`, whole or not at all; return the path of index.html."""
    return write_pages(make_book(plan, tell), out, tell)


def write_pages(book: Book, out: Path, tell: Callable[[str], None] = lambda _: None) -> Path:
    """Write a book as pages into `out`, whole or not at all; return the path of index.html."""
    environment = Environment(loader=PackageLoader("chesil.blueprint"), undefined=StrictUndefined, autoescape=True)
    write = partial(_write, book, environment)
    with whole_folder(out) as folder:
        for name in STATIC:
            (folder / name).write_bytes(files("chesil.blueprint").joinpath("templates", name).read_bytes())
        for name in WEB_FILES:
            (folder / name).write_bytes((FONTS / name).read_bytes())
        for section in book.sections:
            tell(f"writing {section.name.lower()}")
            view = section_view(section, book.cards, book.figures, "")
            write(folder / f"{section.key}.html", "section.html", "", {"section": view}, section.figures)
        for chapter in book.chapters:
            tell(f"writing {chapter.name}")
            views = [section_view(s, book.cards, book.figures, "../") for s in chapter.sections]
            page = {"name": chapter.name, "code": chapter.code, "first": views[0], "sections": views[1:]}
            shown = [f for s in chapter.sections for f in s.figures]
            write(folder / "networks" / f"{chapter.code}.html", "network.html", "../", page, shown)
        tell("writing figures, measures and sources")
        receipts = [receipt_view(r) for r in book.used_receipts]
        by_measure: dict[str, list[Figure]] = {}
        for figure in book.figures.values():
            by_measure.setdefault(figure.measure, []).append(figure)
        measures = [measure_view(m, by_measure[m.name]) for m in book.cards.values()]
        groups = [{"measure": m, "rows": [figure_row(f, m) for f in by_measure[m.name]]} for m in book.cards.values()]
        write(folder / "figures.html", "figures.html", "", {"groups": groups}, [])
        write(folder / "measures.html", "measures.html", "", {"measures": measures}, [])
        write(folder / "sources.html", "sources.html", "", {"receipts": receipts}, [])
        (folder / "figures.csv").write_text(_csv(book.figures.values()), encoding="utf-8")
    return out / "index.html"


def _write(
    book: Book,
    environment: Environment,
    path: Path,
    template: str,
    root: str,
    page: dict[str, Any],
    used: Iterable[Figure],
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    safe = [book.figures[f.id] for f in used]
    text = json.dumps(
        journeys(safe, book.cards, book.receipts), ensure_ascii=False, separators=(",", ":"), sort_keys=True
    )
    site = {
        "title": book.title,
        "edition": book.edition,
        "edition_words": book.edition_words,
        "approval": book.approval,
        "as_at": f"{book.as_at:%-d %B %Y}",
        "fingerprint": book.fingerprint,
        "pages": [{"file": f"{s.key}.html", "name": s.name} for s in book.sections],
    }
    # A closing tag inside the data would end the script; JSON may write < as an escape.
    safe_json = Markup(text.replace("<", "\\u003c"))
    html = environment.get_template(template).render(site=site, root=root, page_json=safe_json, **page)
    path.write_text(html, encoding="utf-8")


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
