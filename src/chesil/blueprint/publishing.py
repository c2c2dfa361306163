"""Publishing: books written in every format that is asked for, each into its own folder, whole or not at all."""

import pickle
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from chesil.blueprint.book import Book
from chesil.blueprint.charts import chart_text, draw_text
from chesil.blueprint.excel import write_excel
from chesil.blueprint.fonts import register_for_charts
from chesil.blueprint.html import render_pages, write_pages
from chesil.blueprint.pack import refuse_published, write_pack
from chesil.blueprint.papers import paper_books, write_paper_books
from chesil.blueprint.pdf import write_pdf
from chesil.blueprint.pictures import charts_of, with_drawn_charts
from chesil.blueprint.single_file import write_single_file
from chesil.blueprint.slides import write_slides
from chesil.blueprint.word import write_word
from chesil.blueprint.workers import Workers, share_out
from chesil.core.whole_files import whole_folder
from chesil.place.place import plain_name
from chesil.plan import Plan
from chesil.study import Study


@dataclass(frozen=True, eq=False)
class Publication:
    """A book to publish: the study behind it, the folder it takes, its formats, and the papers around it by file name."""

    book: Book
    study: Study
    folder: Path
    formats: tuple[str, ...]
    template: Path | None = None
    papers: Mapping[str, Book] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{plain_name(self.book.title)}-{self.book.edition}"

    @property
    def kinds(self) -> tuple[str, ...]:
        """What to write. The pages are always written."""
        return tuple(k for k in WRITERS if k == "web" or k in self.formats)


def publication_of(
    book: Book, plan: Plan, folder: Path, formats: Sequence[str], template: Path | None = None
) -> Publication:
    """A book as it is to be published, with its papers if they are asked for: these are made of the plan behind the book."""
    papers = paper_books(book, plan) if "papers" in formats else {}
    return Publication(book, plan.study, folder, tuple(formats), template, papers)


def publish(publication: Publication, tell: Callable[[str], None] = lambda _: None) -> Path:
    """Write one publication into its folder, whole or not at all; return the path of its index.html.

    Raises `ChesilError` if the folder holds a published version.
    """
    refuse_published(publication.folder)
    with whole_folder(publication.folder) as folder:
        for kind in publication.kinds:
            WRITERS[kind](publication, folder, tell)
    return publication.folder / "index.html"


def publish_all(
    publications: Iterable[Publication], workers: Workers | None, tell: Callable[[str], None] = lambda _: None
) -> list[Path]:
    """Write several publications; return the paths of their index.html. What comes out is the same with and without workers.

    With workers they are written beside each other, all of them or none, and charts are drawn, each once for all, while
    later books are made. Without, one after the other.
    """
    if workers is None:
        return [publish(p, tell) for p in publications]
    with ExitStack() as stack:
        kept = Path(stack.enter_context(TemporaryDirectory()))
        try:
            given, drawing = _drawing(publications, workers)
            folders = [stack.enter_context(whole_folder(p.folder)) for p in given]
            tasks = [(n, kind) for kind in WRITERS for n, p in enumerate(given) if kind in p.kinds]

            def here(task: tuple[int, str]) -> None:
                WRITERS[task[1]](given[task[0]], folders[task[0]], tell)

            while tasks and tasks[-1][1] in WITHOUT_PICTURES and not all(d.done() for d in drawing.values()):
                here(tasks.pop())
            tell("drawing charts")
            drawn = {text: promise.result() for text, promise in drawing.items()}
            given = [_with_pictures(p, drawn) for p in given]
            file = kept / "publications.pickle"
            file.write_bytes(pickle.dumps(given, protocol=5))
            for done in share_out(tasks, workers, lambda t: workers.give(_write_part, file, *t, folders[t[0]]), here):
                tell(f"writing: {done} of {len(tasks)} done")
        except BaseException:
            workers.drop()
            raise
    return [p.folder / "index.html" for p in given]


def get_ready() -> None:
    """What a worker does before its first work: by the time this runs, what it needs is imported."""
    register_for_charts()


def _drawing(
    publications: Iterable[Publication], workers: Workers
) -> tuple[list[Publication], dict[str, "Future[str]"]]:
    """The publications, made one by one, and the promise of each chart in any of them by its text."""
    given: list[Publication] = []
    drawing: dict[str, Future[str]] = {}
    for publication in publications:
        refuse_published(publication.folder)
        given.append(publication)
        for book in (publication.book, *publication.papers.values()):
            for text in (chart_text(c.specification) for c in charts_of(book)):
                if text not in drawing:
                    drawing[text] = workers.give(draw_text, text)
    return given, drawing


def _with_pictures(publication: Publication, drawn: Mapping[str, str]) -> Publication:
    papers = {n: with_drawn_charts(b, drawn) for n, b in publication.papers.items()}
    return replace(publication, book=with_drawn_charts(publication.book, drawn), papers=papers)


def _write_part(file: Path, number: int, kind: str, folder: Path) -> None:
    WRITERS[kind](_kept(file)[number], folder, lambda _: None)


@lru_cache(maxsize=1)
def _kept(file: Path) -> list[Publication]:
    found: list[Publication] = pickle.loads(file.read_bytes())
    return found


Tell = Callable[[str], None]


def _web(p: Publication, folder: Path, tell: Tell) -> None:
    inside = folder / "made"
    pages = render_pages(p.book, tell)
    write_pages(p.book, inside, tell, pages)
    for path in inside.iterdir():
        path.replace(folder / path.name)
    inside.rmdir()
    write_single_file(p.book, folder / f"{p.name}.html", tell, pages)


def _pdf(p: Publication, folder: Path, tell: Tell) -> None:
    write_pdf(p.book, folder / f"{p.name}.pdf", tell)


def _word(p: Publication, folder: Path, tell: Tell) -> None:
    write_word(p.book, folder / f"{p.name}.docx", p.template, tell)


def _excel(p: Publication, folder: Path, tell: Tell) -> None:
    write_excel(p.book, folder / f"{p.name}.xlsx", tell)


def _slides(p: Publication, folder: Path, tell: Tell) -> None:
    write_slides(p.book, folder / f"{p.name}.pptx", tell)


def _papers(p: Publication, folder: Path, tell: Tell) -> None:
    tell("writing the papers")
    write_paper_books(p.papers, folder)


def _pack(p: Publication, folder: Path, tell: Tell) -> None:
    write_pack(p.book, p.study, folder / f"{p.name}.pack.zip", tell)


WRITERS: Mapping[str, Callable[[Publication, Path, Tell], None]] = {
    "word": _word, "pdf": _pdf, "slides": _slides, "papers": _papers, "web": _web, "excel": _excel, "pack": _pack,
}  # fmt: skip
"""In the order in which they are shared out: those with pictures as PNG side by side, those without pictures last."""
WITHOUT_PICTURES = ("excel", "pack")
