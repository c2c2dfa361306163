"""Publishing: one book written in every format that is asked for, into one folder, whole or not at all."""

from collections.abc import Callable, Sequence
from pathlib import Path

from chesil.blueprint.book import Book
from chesil.blueprint.excel import write_excel
from chesil.blueprint.html import render_pages, write_pages
from chesil.blueprint.pack import refuse_published, write_pack
from chesil.blueprint.papers import write_papers
from chesil.blueprint.pdf import write_pdf
from chesil.blueprint.single_file import write_single_file
from chesil.blueprint.slides import write_slides
from chesil.blueprint.word import write_word
from chesil.core.whole_files import whole_folder
from chesil.place.place import plain_name
from chesil.plan import Plan
from chesil.study import Study


def publish(
    book: Book,
    study: Study,
    out: Path,
    formats: Sequence[str],
    *,
    template: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
    plan: Plan | None = None,
) -> Path:
    """Write the pages, as a folder and as one file, and any of "pdf", "word", "excel", "slides", "papers" and "pack" into
    `out`; return the path of index.html. Slides and papers are made of the `plan` behind the book.

    Raises `ChesilError` if `out` holds a published version.
    """
    refuse_published(out)
    name = f"{plain_name(book.title)}-{book.edition}"
    with whole_folder(out) as folder:
        inside = folder / "made"
        pages = render_pages(book, tell)
        write_pages(book, inside, tell, pages)
        for path in inside.iterdir():
            path.replace(folder / path.name)
        inside.rmdir()
        write_single_file(book, folder / f"{name}.html", tell, pages)
        if "pdf" in formats:
            write_pdf(book, folder / f"{name}.pdf", tell)
        if "word" in formats:
            write_word(book, folder / f"{name}.docx", template, tell)
        if "excel" in formats:
            write_excel(book, folder / f"{name}.xlsx", tell)
        if "slides" in formats and plan is not None:
            write_slides(book, folder / f"{name}.pptx", tell)
        if "papers" in formats and plan is not None:
            write_papers(book, plan, folder, tell)
        if "pack" in formats:
            write_pack(book, study, folder / f"{name}.pack.zip", tell)
    return out / "index.html"
