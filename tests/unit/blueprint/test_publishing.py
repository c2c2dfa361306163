"""Publishing with workers beside this process: the same bytes as without, and all of it or nothing."""

from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from chesil.blueprint.book import Book, make_book
from chesil.blueprint.publishing import Publication, get_ready, publish_all
from chesil.blueprint.workers import Workers, open_workers, share_out
from chesil.core.errors import ChesilError
from chesil.plan import Plan


@pytest.fixture(scope="module")
def book(dorset_plan: Plan) -> Book:
    """Two sections of Dorset with the figures they show: enough for a chart, a map, and every format."""
    whole = make_book(dorset_plan)
    sections = tuple(s for s in whole.sections if s.key in ("index", "money"))
    shown = {f.id for s in sections for f in s.figures}
    figures = {i: f for i, f in whole.figures.items() if i in shown}
    cards = {f.measure: whole.cards[f.measure] for f in figures.values()}
    return replace(whole, sections=sections, chapters=(), figures=figures, cards=cards)


def _publications(book: Book, plan: Plan, out: Path, template: Path | None = None) -> list[Publication]:
    formats = ("web", "pdf", "word", "excel", "slides", "papers", "pack")
    other = replace(book, title="Another")
    return [
        Publication(book, plan.study, out / "one", formats, template, {"paper": replace(book, title="A paper")}),
        Publication(other, plan.study, out / "two", ("web", "excel")),
    ]


def _all_bytes(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_workers_write_the_same_bytes_and_publish_all_or_nothing(book: Book, dorset_plan: Plan, tmp_path: Path) -> None:
    alone = publish_all(_publications(book, dorset_plan, tmp_path / "alone"), None)
    with open_workers(2, get_ready) as workers:
        beside = publish_all(_publications(book, dorset_plan, tmp_path / "beside"), workers)
        with pytest.raises(ChesilError, match="no-such-template"):
            missing = tmp_path / "no-such-template.docx"
            publish_all(_publications(book, dorset_plan, tmp_path / "failed", missing), workers)
    assert [p.relative_to(tmp_path / "alone") for p in alone] == [p.relative_to(tmp_path / "beside") for p in beside]
    found = _all_bytes(tmp_path / "alone")
    assert {"one/paper-board.docx", "one/dorset-board.pdf", "two/another-board.xlsx", "two/index.html"} <= set(found)
    assert _all_bytes(tmp_path / "beside") == found
    assert not any((tmp_path / "failed").iterdir())


def test_alone_there_are_no_workers() -> None:
    with open_workers(1, get_ready) as workers:
        assert workers is None


@pytest.mark.parametrize("count", [0, 1, 2, 3, 10])
def test_every_task_is_done_once_from_both_ends(count: int) -> None:
    given: list[int] = []
    done_here: list[int] = []

    def give(task: int) -> "Future[int]":
        given.append(task)
        promise: Future[int] = Future()
        promise.set_result(task)
        return promise

    with ProcessPoolExecutor(1) as pool:
        counts = list(share_out(range(count), Workers(1, pool), give, done_here.append))
    assert sorted([*given, *done_here]) == list(range(count))
    assert given == list(range(len(given))) and (not counts or counts[-1] == count)
