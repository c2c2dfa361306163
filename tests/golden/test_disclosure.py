"""Attacks on the public edition of Dorset: nobody can work out a number that it withholds from those that it shows."""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from docx import Document
from docx.oxml.ns import qn
from pptx import Presentation
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from scipy.optimize import linprog

from chesil.blueprint.book import Book, make_book
from chesil.blueprint.disclosure import SmallNumberRule
from chesil.blueprint.document import Chart, Map, Section, Table
from chesil.blueprint.for_edition import study_for_edition
from chesil.blueprint.publishing import publication_of, publish
from chesil.blueprint.words import place_name
from chesil.core.figure import Figure
from chesil.plan import Plan, plan_in_edition

RULE = SmallNumberRule()
FLAG = re.compile(
    r"\bflag|vulnerab|outlier|outside the [\d.]+% limits|retire|hand(ed)? back|would close|past a threshold|under pressure|"
    r"support plan|has replied",
    re.IGNORECASE,
)
"""Words that make a line a judgement of a practice if its name stands there too."""
PARTS_OF_THE_LIST = ("list_inside", "list_beyond", "list_unknown", "list_outside_england")


@pytest.fixture(scope="module")
def plan(dorset_plan: Plan) -> Plan:
    made = plan_in_edition(dorset_plan, study_for_edition(dorset_plan.study, "public"))
    assert made is not None
    return made


@pytest.fixture(scope="module")
def book(plan: Plan) -> Book:
    return make_book(plan)


def _shown(plan: Plan, book: Book) -> dict[tuple[str, str], Figure]:
    return {key: book.figures[f.id] for key, f in plan.figures.items()}


def _is_hidden(figure: Figure) -> bool:
    return figure.reason == RULE.words


def _equations(plan: Plan, shown: Mapping[tuple[str, str], Figure], measures: tuple[str, ...]):
    """What a reader knows: (total, cells that add up to it), by the (measure, unit) of each hidden cell."""
    groups = [(u.code, list(u.practices)) for u in (*plan.pcns, *(u for units in plan.drawn.values() for u in units))]
    practices = list(plan.place.practices["practice_code"])
    groups.append((plan.place.code, practices))
    for drawn in (plan.pcns, *plan.drawn.values()):
        held = {p for u in drawn for p in u.practices}
        groups.append((plan.place.code, [*(u.code for u in drawn), *(p for p in practices if p not in held)]))
    wholes = [((m, whole), [(m, part) for part in parts]) for m in measures for whole, parts in groups]
    if set(measures) == set(PARTS_OF_THE_LIST):
        units = {code for m, code in shown if m in measures}
        wholes += [(("list_size", code), [(m, code) for m in measures]) for code in units]
    for whole, parts in wholes:
        held = [p for p in parts if p in shown and (shown[p].is_known or _is_hidden(shown[p]))]
        if whole not in shown or not held or len(held) < len(parts):
            continue
        cells = {p: 1.0 for p in held if _is_hidden(shown[p])}
        total = -sum(shown[p].numerator or 0.0 for p in held if p not in cells)
        if _is_hidden(shown[whole]):
            cells[whole] = -1.0
        else:
            total += shown[whole].numerator or 0.0
        if cells:
            yield total, cells


def test_no_small_number_follows_from_any_sums_of_what_is_shown(plan: Plan, book: Book) -> None:
    shown = _shown(plan, book)
    hidden = {key for key, f in shown.items() if _is_hidden(f)}
    lots = {(m,) for m, _ in hidden if m not in PARTS_OF_THE_LIST} | {PARTS_OF_THE_LIST}
    attacked = 0
    for measures in sorted(lots):
        equations = list(_equations(plan, shown, measures))
        cells = sorted({c for _, held in equations for c in held})
        if not cells:
            continue
        matrix = np.array([[held.get(c, 0.0) for c in cells] for _, held in equations])
        totals = np.array([t for t, _ in equations])
        for k, cell in enumerate(cells):
            true = plan.figures[cell].numerator
            if not RULE.hides(true):
                continue
            attacked += 1
            aim = np.eye(len(cells))[k]
            ends = [
                linprog(sign * aim, A_eq=matrix, b_eq=totals, bounds=(1, 1e7), method="highs") for sign in (1.0, -1.0)
            ]
            assert all(e.success for e in ends), (cell, ends[0].message)
            least, most = ends[0].fun, -ends[1].fun
            assert most - least > 0.99, f"{cell} is {true}: a reader can tell that it lies between {least} and {most}"
    assert attacked > 50


def test_parts_of_one_unit_do_not_give_each_other_away(plan: Plan, book: Book) -> None:
    shown = _shown(plan, book)
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for measure, code in shown:
        if code.count(":") - code.startswith("study:"):
            found.setdefault((measure, code.rpartition(":")[0]), []).append((measure, code))
    for siblings in (keys for keys in found.values() if len(keys) > 1):
        hidden = [k for k in siblings if _is_hidden(shown[k])]
        if any(RULE.hides(plan.figures[k].numerator) for k in hidden):
            assert len(hidden) > 1 and sum(plan.figures[k].numerator or 0.0 for k in hidden) > RULE.high, hidden


def test_measures_with_the_same_counts_hide_the_same_units(plan: Plan, book: Book) -> None:
    shown = _shown(plan, book)
    for one, other in (("equality_further", "equality_share_further"), ("equality_further", "equality_ratio")):
        for measure, code in list(shown):
            if measure == one and (other, code) in shown and plan.figures[other, code].numerator is not None:
                assert _is_hidden(shown[one, code]) == _is_hidden(shown[other, code]), code


@pytest.fixture(scope="module")
def published(plan: Plan, book: Book, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every format of the public edition: the place and the chapter of one network, without pictures, which take long."""
    folder = tmp_path_factory.mktemp("public") / "out"
    few = replace(
        book,
        sections=tuple(_without_pictures(s) for s in book.sections),
        chapters=tuple(replace(c, sections=tuple(map(_without_pictures, c.sections))) for c in book.chapters[:1]),
    )
    publish(publication_of(few, plan, folder, ("pdf", "word", "excel", "slides", "papers", "pack")))
    return folder


def _without_pictures(section: Section) -> Section:
    return replace(section, blocks=tuple(b for b in section.blocks if not isinstance(b, Chart | Map)))


def _lines(folder: Path) -> Iterator[tuple[str, str]]:
    """Every line of words that a reader meets in any format: a paragraph, a row of a table, a name on a map."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        where = path.name
        if path.suffix == ".docx":
            document = Document(str(path))
            yield from ((where, p.text) for p in document.paragraphs)
            for row in document.element.body.iter(qn("w:tr")):
                yield where, " | ".join(t.text or "" for t in row.iter(qn("w:t")))
            yield from ((where, e.get("descr") or "") for e in document.element.body.iter(qn("wp:docPr")))
        elif path.suffix == ".pptx":
            shapes = [s for slide in Presentation(str(path)).slides for s in slide.shapes]
            yield from ((where, p.text) for s in shapes if s.has_text_frame for p in s.text_frame.paragraphs)
        elif path.suffix == ".pdf":
            yield from ((where, line) for p in PdfReader(path).pages for line in p.extract_text().splitlines())
        elif path.suffix == ".xlsx":
            workbook = CalamineWorkbook.from_path(path)
            for name in (n for n in workbook.sheet_names if n != "All figures"):
                rows = workbook.get_sheet_by_name(name).to_python()
                yield from ((f"{where} {name}", " | ".join(map(str, row))) for row in rows)
        elif path.suffix == ".html" and len(path.name) < 40:
            for line in re.split(r"</(?:p|tr|li|h[1-6]|title|text|figcaption|dd)>", path.read_text(encoding="utf-8")):
                if "<script" not in line and "<style" not in line:
                    yield where, unescape(re.sub(r"<[^>]*>", " ", line))


def test_no_line_of_any_format_names_a_practice_beside_a_flag(published: Path, plan: Plan, book: Book) -> None:
    rows = plan.place.practices.select("practice_code", "practice_name").iter_rows()
    networks = {place_name(u.name) for u in plan.pcns}
    names = {w for code, name in rows for w in (code, place_name(name)) if w not in networks}
    name = re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(names))) + r")\b")
    lines = list(_lines(published))
    for section in (*book.sections, *book.chapters[0].sections):
        for block in section.blocks:
            if isinstance(block, Map):
                lines += [(f"map of {section.key}", t) for t in re.findall(r"<title>([^<]*)", block.svg)]
            if isinstance(block, Chart | Map):
                lines += [(f"picture of {section.key}", block.alt), (f"picture of {section.key}", block.caption)]
    assert len({where.split()[0] for where, _ in lines}) >= 10 and any(name.search(t) for _, t in lines)
    wrong = [(where, text[:200]) for where, text in lines if FLAG.search(text) and name.search(text)]
    assert not wrong, wrong[:5]


def test_what_is_withheld_has_no_value_in_any_format_that_holds_figures(published: Path, book: Book) -> None:
    withheld = [f for f in book.figures.values() if "not shown" in f.reason or "named practice" in f.reason]
    assert len(withheld) > 100
    numbers = ("value", "lower", "upper", "lower998", "upper998", "numerator", "denominator")
    tables = {"csv of the pages": pl.read_csv(published / "figures.csv", infer_schema_length=None)}
    with zipfile.ZipFile(next(published.glob("*.pack.zip"))) as opened:
        tables["parquet of the pack"] = pl.read_parquet(io.BytesIO(opened.read("figures.parquet")))
        tables["csv of the pack"] = pl.read_csv(io.BytesIO(opened.read("figures.csv")), infer_schema_length=None)
        held = opened.namelist()
        study = b"".join(opened.read(n) for n in held if n.startswith("study/"))
    for where, table in tables.items():
        key = pl.concat_str(pl.col("measure", "unit_code", "vintage", "scenario"), separator="|")
        rows = table.filter(key.is_in(["|".join((f.measure, f.unit_code, f.vintage, f.scenario)) for f in withheld]))
        assert rows.height == len(withheld), where
        given = rows.filter(pl.any_horizontal(pl.col(c).is_not_null() for c in numbers if c in rows.columns))
        assert given.is_empty(), (where, given["measure"].head(3).to_list())
    every = CalamineWorkbook.from_path(next(published.glob("*.xlsx"))).get_sheet_by_name("All figures").to_python()
    at = [every[0].index(n) for n in ("value", "95% lower", "95% upper", "numerator", "denominator")]
    why = every[0].index("why none")
    reasons = {f.reason for f in withheld}
    assert all(row[k] == "" for row in every[1:] if row[why] in reasons for k in at)
    for register in ("local_evidence", "vacancies", "contracts", "readiness"):
        assert not [n for n in held if register in n] and register.encode() not in study


def test_no_cell_that_is_typed_counts_a_few_people(book: Book) -> None:
    """Counts stand in figures, which go through the door; a cell of plain text about people must not hold a small one."""
    sections = [*book.sections, *(s for c in book.chapters for s in c.sections)]
    few = [
        (section.key, table.caption, row.name, cell)
        for section in sections
        for table in (b for b in section.blocks if isinstance(b, Table))
        for row in table.rows
        for head, cell in zip(table.heads[1:], row.cells, strict=False)
        if isinstance(cell, str)
        and re.search(r"people|patients|residents|registered", head, re.IGNORECASE)
        and re.fullmatch(r"[1-4]", cell.strip())
    ]
    assert not few


def test_the_pack_of_the_public_edition_says_what_it_withholds_and_what_can_be_rebuilt(published: Path) -> None:
    with zipfile.ZipFile(next(published.glob("*.pack.zip"))) as opened:
        words = opened.read("README.txt").decode()
        manifest = json.loads(opened.read("manifest.json"))
    assert manifest["edition"] == "public"
    assert "small numbers and flags about named practices are withheld" in words and "rebuilt by anybody" in words
