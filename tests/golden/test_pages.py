"""The pages of Dorset's blueprint: whole, the same twice, every number with its journey, no digit typed."""

import csv
import json
import random
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from chesil.blueprint.disclosure import SmallNumberRule
from chesil.blueprint.html import publish_html
from chesil.blueprint.sections import section_makers
from chesil.blueprint.words import compared, number, one_in, period_text, place_name
from chesil.core.figure import Figure
from chesil.measures.card import load_measure
from chesil.plan import Plan

TEMPLATES = Path(__file__).parents[2] / "src" / "chesil" / "blueprint" / "templates"


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.figures: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.add(given["id"] or "")
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")
        if given.get("data-figure"):
            self.figures.append(given["data-figure"] or "")


@pytest.fixture(scope="module")
def pages(dorset_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_html(dorset_plan, tmp_path_factory.mktemp("blueprint") / "dorset").parent


def test_there_is_a_page_for_every_network(pages: Path) -> None:
    assert len(list((pages / "networks").glob("*.html"))) == 18
    index = (pages / "index.html").read_text()
    assert "68 practices in 18 networks" in index
    assert "825,523" in index


def test_every_link_of_every_page_leads_somewhere(pages: Path) -> None:
    parsed = {p: _Page(p.read_text()) for p in pages.rglob("*.html")}
    wrong = []
    for path, page in parsed.items():
        for link in page.links:
            if link.startswith("https://"):
                continue
            file, _, anchor = link.partition("#")
            target = (path.parent / file).resolve() if file else path.resolve()
            if target.suffix != ".html":
                assert target.exists(), link
                continue
            other = next((q for p, q in parsed.items() if p.resolve() == target), None)
            if other is None or (anchor and anchor not in other.ids):
                wrong.append(f"{path.name}: {link}")
    assert not wrong, wrong[:10]


def test_every_figure_on_a_page_opens_to_its_receipts(pages: Path) -> None:
    for path in [pages / "index.html", *(pages / "networks").glob("*.html")]:
        text = path.read_text()
        facts = json.loads(re.search(r'id="figures">(.*?)</script>', text, re.S)[1])  # type: ignore[index]
        shown = _Page(text).figures
        assert shown
        for figure in shown:
            assert facts["figures"][figure]["receipts"], figure
            assert all(r in facts["receipts"] for r in facts["figures"][figure]["receipts"])


def test_figures_csv_holds_every_figure(pages: Path, dorset_plan: Plan) -> None:
    rows = list(csv.DictReader((pages / "figures.csv").open()))
    assert len(rows) == len(dorset_plan.figures)
    assert all(r["value"] or r["reason"] for r in rows)
    assert not [r for r in rows for v in r.values() if v[:1] in "=@" and v]


def test_no_page_asks_any_server_for_anything(pages: Path) -> None:
    for path in [*pages.rglob("*.html"), *pages.rglob("*.css"), *pages.rglob("*.js")]:
        assert not re.search(r'(?:src|url\(|@import)\s*[=("\']+\s*(?:https?:)?//', path.read_text()), path.name


def test_the_same_twice(pages: Path, dorset_plan: Plan, tmp_path: Path) -> None:
    again = publish_html(dorset_plan, tmp_path / "again").parent
    for path in sorted(p for p in pages.rglob("*") if p.is_file()):
        assert (again / path.relative_to(pages)).read_bytes() == path.read_bytes(), path.name


def test_no_digit_is_typed_in_a_template() -> None:
    for path in TEMPLATES.glob("*.html"):
        text = re.sub(r"{[{%].*?[%}]}", "", path.read_text(), flags=re.S)
        words = re.sub(r"<[^>]+>", " ", text)
        allowed = {"v3.0", "95%", "SHA-256", "mid-2020"}
        found = [w for w in words.split() if re.search(r"\d", w) and w.strip(",.") not in allowed]
        assert not found, (path.name, found)


def test_names_with_markup_are_shown_not_run(dorset_plan: Plan, tmp_path: Path) -> None:
    nasty = "<script>alert(1)</script> & Co"
    pcns = tuple(replace(u, name=nasty) for u in dorset_plan.pcns)
    page = publish_html(replace(dorset_plan, pcns=pcns), tmp_path / "x").read_text()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page or "&lt;Script&gt;" in page


def test_the_public_edition_says_so_and_holds_no_small_number_of_ours(dorset_plan: Plan, tmp_path: Path) -> None:
    plan = replace(dorset_plan, study=replace(dorset_plan.study, edition="public"))
    folder = publish_html(plan, tmp_path / "public").parent
    for path in folder.rglob("*.html"):
        assert "Public edition" in path.read_text()
    for row in csv.DictReader((folder / "figures.csv").open()):
        of_people = load_measure(row["measure"]).counts == "people"
        if of_people and row["standing"] != "counted" and row["numerator"]:
            assert not 1 <= float(row["numerator"]) <= 4


def test_an_interrupted_run_leaves_the_old_blueprint(dorset_plan: Plan, tmp_path: Path) -> None:
    out = tmp_path / "out"
    publish_html(dorset_plan, out)
    before = (out / "index.html").read_bytes()

    def stop(step: str) -> None:
        if step.startswith("writing figures"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish_html(dorset_plan, out, stop)
    assert (out / "index.html").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


SHARE, RATIO = load_measure("share_65_plus"), load_measure("patients_per_gp_fte")


def _figure(value: float, lower: float | None = None, upper: float | None = None) -> Figure:
    return Figure("m", "c", "2022/23", "2022", "%", "share", value=value, lower=lower, upper=upper)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (_figure(26, 25, 27), _figure(26.5), "too close to tell apart from"),
        (_figure(26, 25.9, 26.1), _figure(18.5), "far higher than"),
        (_figure(20, 19.9, 20.1), _figure(18.5), "higher than"),
        (_figure(1990), _figure(2000), "about the same as"),
        (_figure(1900), _figure(2000), "lower than"),
    ],
)
def test_comparisons_allow_for_chance(one: Figure, other: Figure, said: str) -> None:
    assert compared(one, other, SHARE) == said


@pytest.mark.parametrize(
    ("value", "measure", "text"),
    [
        (25.98, SHARE, "26.0%"),
        (1989.67, RATIO, "1,990"),
        (None, SHARE, "–"),
        (153.131, load_measure("premises_per_patient"), "£153.13"),
    ],
)
def test_numbers_are_rounded_in_one_place(value: float | None, measure: object, text: str) -> None:
    assert number(value, measure) == text  # type: ignore[arg-type]


def test_words() -> None:
    assert [one_in(s) for s in (26.0, 39.4, 8.1, 17.0)] == [
        "about 1 in 4",
        "about 2 in 5",
        "about 1 in 12",
        "about 1 in 6",
    ]
    assert period_text("2023-04") == "April 2023"
    assert period_text("2026-07-01") == "1 July 2026"
    assert place_name("NHS Dorset Integrated Care Board") == "Dorset"
    assert place_name("ST JOHN'S AND THE VALE PCN") == "St John's and the Vale"
    assert place_name("THE PANTON PRACTICE") == "The Panton Practice"


@pytest.mark.parametrize(("edition", "share"), [("public", 1.0), ("public", 0.5), ("board", 0.5)])
def test_every_section_survives_figures_that_are_withheld(dorset_plan: Plan, edition: str, share: float) -> None:
    """A small place's public edition withholds much: no section may fall over, whichever figures are missing."""
    draw, words = random.Random(1), SmallNumberRule().words
    gone = {"value": None, "numerator": None, "denominator": None, "lower": None, "upper": None, "reason": words}
    figures = {
        k: replace(f, **gone) if f.standing != "counted" and draw.random() < share else f  # type: ignore[arg-type]
        for k, f in dorset_plan.figures.items()
    }
    plan = replace(dorset_plan, study=replace(dorset_plan.study, edition=edition), figures=figures)
    for maker in section_makers():
        sections = [maker.of_place(plan), *(maker.of_group(plan, u) for u in plan.pcns[:2])]
        assert all("None" not in s.heading for s in sections if s is not None), maker.name
