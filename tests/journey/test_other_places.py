"""The whole product on places that it was not made for: every section in both editions, and nothing odd in any sentence."""

import os
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from chesil.blueprint.book import Book, make_book
from chesil.blueprint.document import Bullets, Chart, Map, Paragraph, Section, Shown, Subheading, Table, Words
from chesil.blueprint.for_edition import study_for_edition
from chesil.blueprint.words import figure_text
from chesil.plan import make_plan
from chesil.study import Study, read_study

SLOW = pytest.mark.skipif(
    not os.environ.get("CHESIL_SLOW"), reason="ten seconds or more each: run with CHESIL_SLOW=1 in the environment"
)

PLACES = [
    pytest.param('practices = ["J81012", "J81013"]', "2025/26", id="two practices"),
    pytest.param('practices = ["M81026"]', "2025/26", id="one practice, a network of its own"),
    pytest.param('place = "E06000019"', "2025/26", id="a council on the Welsh border"),
    pytest.param('areas = ["E01020493", "E01020494", "E01020495"]', "2025/26", id="areas without a practice"),
    pytest.param('place = "U02749"', "2025/26", id="a network", marks=SLOW),
    pytest.param('practices = ["A81001", "J81012", "L82017"]', "2025/26", id="three regions", marks=SLOW),
    pytest.param('place = "E06000059"', "2025/26", id="a council", marks=SLOW),
    pytest.param('place = "11J"', "2025/26", id="a sub-ICB", marks=SLOW),
    pytest.param('place = "QVV"', "2015/16", id="a board before flows and networks", marks=SLOW),
    pytest.param('place = "QT6"', "2022/23", id="islands, an older vintage", marks=SLOW),
]

ODD = {
    "no value": re.compile(r"\bNone\b(?! (is|are|lie|can|of)\b)|\b(nan|NaN|inf)\b"),
    "a nought with a sign": re.compile(r"(?<![\w.,])[-−]£?0(\.0+)?%?(?![\w.,])"),
    "one of many": re.compile(r"(?<![\w,.–-])1 (practices|sites|areas|networks|years|people|patients|rooms|targets|groups)\b"),
    "codes for a name": re.compile(r"[A-Z]\d{5}, [A-Z]\d{5}’s"),
    "a full stop twice": re.compile(r"(?<!\.)\.\.(?!\.)"),
    "a space before a stop": re.compile(r"\w [,.;](?=\s|$)"),
    "a legal form": re.compile(r", (County|City) of\b(?! \(E)"),
}  # fmt: skip


def study_of(folder: Path, wanted: str, vintage: str) -> Study:
    text = f'schema_version = 1\ntitle = "Elsewhere"\n{wanted}\nvintage = "{vintage}"\nas_at = {date(2026, 11, 24)}\n'
    (folder / "study.toml").write_text(text)
    return read_study(folder)


def words_of(book: Book, section: Section) -> list[str]:
    """Every heading, sentence, caption and cell of a section, as a reader of the edition sees it."""

    def word(one: str | Shown) -> str:
        if isinstance(one, str):
            return one
        safe = book.figures[one.figure.id]
        return one.text if one.text and safe.is_known else figure_text(safe, book.cards[safe.measure])

    def sentence(words: Words) -> str:
        return "".join(word(w) for w in words)

    found = [section.heading, *(sentence(s) for s in section.lead)]
    for block in section.blocks:
        match block:
            case Subheading(text):
                found.append(text)
            case Paragraph(words, _):
                found.append(sentence(words))
            case Bullets(items):
                found += [sentence(i) for i in items]
            case Chart() | Map():
                found += [block.alt, block.caption]
            case Table():
                found += [block.caption, *block.heads, block.note]
                found += [text for r in block.rows for text in (r.name, *(word(c) for c in r.cells))]
    return [t for t in found if t]


@pytest.mark.parametrize(("wanted", "vintage"), PLACES)
def test_a_place_is_told_in_both_editions_without_odd_words(tmp_path: Path, wanted: str, vintage: str) -> None:
    study = study_of(tmp_path, wanted, vintage)
    plan = make_plan(study)
    for edition in ("board", "public"):
        book = make_book(replace(plan, study=study_for_edition(study, edition)))
        assert [s.key for s in book.sections][:1] == ["index"]
        faults = []
        for section in (*book.sections, *(s for c in book.chapters for s in c.sections)):
            assert section.heading and section.lead is not None
            said = words_of(book, section)
            assert len(said) > 1
            empty = [b.caption for b in section.blocks if isinstance(b, Table) and not b.rows]
            faults += [f"{section.key}: an empty table: {c}" for c in empty]
            faults += [f"{section.key}: {what}: {t[:200]}" for t in said for what, odd in ODD.items() if odd.search(t)]
            cells = {c for b in section.blocks if isinstance(b, Table) for r in b.rows for c in r.cells}
            sentences = [t for t in said if len(t) > 60 and t.endswith(".") and t not in cells]
            faults += [f"{section.key}: said twice: {t[:200]}" for t in set(sentences) if sentences.count(t) > 1]
        assert not faults, "\n".join(faults[:40])


def test_the_public_edition_tells_no_flag_about_a_practice_that_stands_alone(tmp_path: Path) -> None:
    study = study_for_edition(study_of(tmp_path, 'practices = ["M81026"]', "2025/26"), "public")
    book = make_book(make_plan(study))
    flags = [f for f in book.figures.values() if book.cards[f.measure].of_practices == "private"]
    alone = [f for f in flags if f.unit_code.split(":")[0] == "M81026"]
    assert alone
    assert all(f.value is None and f.numerator is None for f in alone)
    heading = next(s.heading for s in book.sections if s.key == "resilience")
    assert heading.endswith("is not shown") and "criteria" not in heading
