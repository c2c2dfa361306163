"""The papers around a blueprint: cover paper, public summary, easy read, media lines, questions; all from its figures."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from chesil.blueprint.book import Book
from chesil.blueprint.papers import cover_paper, easy_read, media_lines, public_summary, questions
from chesil.blueprint.papers.facts import facts_of
from chesil.blueprint.word import write_word
from chesil.plan import Plan

PAPERS = (cover_paper, public_summary, easy_read, media_lines, questions)
"""Each has NAME, title and sections, made of the same blocks as a blueprint, so that any format can draw it."""


def paper_books(book: Book, plan: Plan) -> dict[str, Book]:
    """Each paper as a book of its own, by the name of its file; it holds what the edition may show and no more."""
    facts = facts_of(book, plan)
    return {
        p.NAME: replace(book, title=p.title(facts), about="", sections=p.sections(facts), chapters=()) for p in PAPERS
    }


def write_papers(book: Book, plan: Plan, folder: Path, tell: Callable[[str], None] = lambda _: None) -> list[Path]:
    """Write every paper as a Word file into a folder, each whole or not at all."""
    tell("writing the papers")
    return write_paper_books(paper_books(book, plan), folder)


def write_paper_books(books: Mapping[str, Book], folder: Path) -> list[Path]:
    """The papers' books, by the name of the file, as Word files."""
    return [write_word(b, folder / f"{name}-{b.edition}.docx") for name, b in books.items()]
