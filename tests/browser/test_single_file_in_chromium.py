"""The single file in a real browser with the network cut: every page, WCAG 2.2 AA by axe, the keyboard, and what readers can move."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from offline import SIZES, open_offline
from playwright.sync_api import Browser, Page

from chesil.blueprint.book import Book, make_book
from chesil.blueprint.document import Lookup, Section, Weights
from chesil.blueprint.html import render_pages
from chesil.blueprint.single_file import write_single_file
from chesil.plan import Plan

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TRIED = Weights(
    ("Business as usual", "Hub", "Merger"),
    ("Access", "Money", "Quality"),
    (
        ("Everybody", (0.5, 0.5, 0.0), ((60.0, 50.0, float("nan")), (90.0, 10.0, float("nan")), (20.0, 80.0, float("nan")))),
        ("The board", (0.2, 0.2, 0.6), ((60.0, 50.0, 10.0), (90.0, 10.0, 20.0), (20.0, 80.0, 90.0))),
    ),
)  # fmt: skip
"""Access counts for the hub, money for the merger; only the board has judged quality."""
AREAS = Lookup(
    "Where you live", "Your area", ("Area", "Option", "By car"),
    (("Corfe (Purbeck)", "Hub", "5 minutes, then 9: 4 longer"), ("Swanage (Purbeck)", "Hub", "3 minutes, as now")),
)  # fmt: skip


OPEN_EVERY_NUMBER = """() => {
  const dialog = document.querySelector('dialog#journey'), links = [...document.querySelectorAll('#main a.fig')], wrong = [];
  const seen = new Set();
  for (const link of links) {
    const id = link.dataset.figure || link.getAttribute('href');
    if (seen.has(id)) continue;
    seen.add(id);
    link.click();
    const terms = [...dialog.querySelectorAll('dt')].map((t) => t.textContent);
    const has = (term) => terms.includes(term);
    if (!dialog.open || !has('How it is worked out') || !(has('Sources') || has('Why there is no value')) || !has('To work it out again') ||
        dialog.textContent.includes('undefined') || !dialog.querySelector('.value').textContent.trim()) wrong.push(id + ': ' + terms);
    dialog.close();
  }
  return [seen.size, wrong];
}"""
"""Press each figure of a page once; how many there were, and those that open to less than they should."""


@pytest.fixture(scope="module")
def book(dorset_plan: Plan) -> Book:
    whole = make_book(dorset_plan)
    trial = Section("trial", "Trial", "A page to try things on", (), (TRIED, AREAS))
    return replace(whole, sections=(*whole.sections, trial))


@pytest.fixture(scope="module")
def pages(book: Book) -> dict[str, str]:
    return render_pages(book)


@pytest.fixture(scope="module")
def address(book: Book, pages: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_single_file(book, tmp_path_factory.mktemp("single") / "dorset.html", pages=pages).as_uri()


@pytest.fixture
def faults() -> list[str]:
    return []


@pytest.fixture(params=SIZES)
def opened(request: pytest.FixtureRequest, browser: Browser, faults: list[str]) -> Iterator[Page]:
    page = open_offline(browser, request.param, faults)
    yield page
    page.context.close()


@pytest.fixture
def desk(browser: Browser, faults: list[str]) -> Iterator[Page]:
    page = open_offline(browser, "desktop", faults)
    yield page
    page.context.close()


def _go(page: Page, name: str) -> None:
    """Follow the address to a page, and wait until it stands there."""
    page.evaluate("name => { location.hash = name; }", name)
    page.wait_for_function(
        "n => window.chesilPages.size && !document.querySelector('#main').hasAttribute('aria-busy') &&"
        " document.querySelector('#main').dataset.shown === n",
        arg=name.split(":")[0].split("?")[0],
    )


def _named(pages: dict[str, str]) -> list[str]:
    """The pages that are judged one by one: one of each kind; with CHESIL_EVERY_PAGE set, all of them."""
    if os.environ.get("CHESIL_EVERY_PAGE"):
        return [p.removesuffix(".html") for p in pages]
    names = _one_of_figures(pages)
    networks = [n for n in names if n.startswith("networks/")]
    return [n for n in names if n not in networks[1:]]


def _one_of_figures(pages: dict[str, str]) -> list[str]:
    """The names of the pages; of those of one measure's figures, which are all alike, the longest."""
    longest = max((p for p in pages if p.startswith("figures/")), key=lambda p: len(pages[p]))
    return [p.removesuffix(".html") for p in pages if p == longest or not p.startswith("figures/")]


def test_every_page_opens_and_fits_with_the_network_cut(
    opened: Page, address: str, pages: dict[str, str], faults: list[str]
) -> None:
    opened.goto(address)
    for name in _one_of_figures(pages):
        _go(opened, name)
        assert opened.locator("h1").count() == 1, name
        overflow = opened.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{name} is wider than the screen by {overflow} px"
    assert not faults, faults


def test_pages_meet_wcag_by_axe(opened: Page, address: str, pages: dict[str, str]) -> None:
    opened.goto(address)
    wrong = []
    for name in _named(pages):
        _go(opened, name)
        if name == "figures":
            # The search shows a table of a unit's figures, which is to be judged too.
            opened.locator("#unit").fill("Corfe Castle")
            opened.wait_for_function("() => document.querySelector('#find-unit output').textContent !== ''")
        options = {"runOnly": RULES, "resultTypes": ["violations"]}
        found = Axe().run(opened, options=options).response["violations"]
        wrong += [f"{name}: {v['id']} {v['nodes'][0]['html'][:160]}" for v in found]
    assert not wrong, "\n".join(wrong)


def test_every_number_of_a_page_opens_to_its_sources(
    desk: Page, address: str, pages: dict[str, str], faults: list[str]
) -> None:
    desk.goto(address)
    pressed = 0
    for name in _named(pages):
        _go(desk, name)
        count, wrong = desk.evaluate(OPEN_EVERY_NUMBER)
        assert not wrong, f"{name}: {wrong[:5]}"
        pressed += count
    assert pressed > 1000
    assert not faults, faults


def test_the_first_page_paints_within_a_second(desk: Page, address: str) -> None:
    desk.goto(address)
    painted = desk.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
    assert 0 < painted < 1000 * float(os.environ.get("CHESIL_SLOWNESS", "1"))


def test_by_keyboard_alone_from_the_top_to_another_page_and_a_number(
    desk: Page, address: str, faults: list[str]
) -> None:
    desk.goto(address)
    desk.keyboard.press("Tab")
    assert desk.evaluate("document.activeElement.className") == "skip"
    desk.keyboard.press("Enter")
    assert desk.evaluate("document.activeElement.id") == "main"
    desk.locator("nav a", has_text="Need").focus()
    desk.keyboard.press("Enter")
    desk.wait_for_function("() => document.querySelector('#main').dataset.shown === 'need'")
    assert desk.evaluate("document.activeElement.id") == "main"
    for _ in range(30):
        desk.keyboard.press("Tab")
        if desk.evaluate("document.activeElement.matches('a.fig')"):
            break
    desk.keyboard.press("Enter")
    assert desk.locator("dialog#journey").is_visible()
    assert "Sources" in desk.locator("dialog#journey").inner_text()
    desk.keyboard.press("Escape")
    assert desk.evaluate("document.activeElement.matches('a.fig')")
    desk.go_back()
    desk.wait_for_function("() => document.querySelector('#main').dataset.shown === 'index'")
    assert not faults


def test_weights_moved_by_hand_rank_at_once_and_stay_in_the_address(
    desk: Page, address: str, faults: list[str]
) -> None:
    desk.goto(address)
    _go(desk, "trial")
    first, said = desk.locator(".ranking li").first, desk.locator(".weights .said")
    assert "Business as usual" in first.inner_text()  # 55, against 50 and 50
    desk.locator("input[type=number]").nth(0).fill("90")
    assert "Hub" in first.inner_text()  # (90 x 90 + 50 x 10) / 140
    assert "61.4" in first.inner_text()
    assert "Hub comes first" in said.inner_text()
    slide = desk.locator("input[type=range]").nth(0)
    slide.focus()
    desk.keyboard.press("Home")
    assert "Merger" in first.inner_text()
    assert desk.locator("input[type=range]").nth(2).is_disabled()  # nobody has judged quality here
    state = desk.evaluate("location.hash")
    assert "w=0%2C0%2C50%2C0" in state
    desk.reload()
    desk.wait_for_function("() => document.querySelectorAll('.ranking li').length > 0")
    assert "Merger" in first.inner_text()
    desk.get_by_role("button", name="Put back").click()
    assert "Business as usual" in first.inner_text()
    desk.locator(".weights select").select_option("1")
    assert "Merger" in first.inner_text()
    desk.locator("input[type=number]").nth(2).fill("0")
    desk.locator("input[type=number]").nth(1).fill("0")
    desk.locator("input[type=number]").nth(0).fill("0")
    assert "at least one" in said.inner_text()
    assert not faults


def test_a_table_sorts_by_its_head_and_says_so(desk: Page, address: str) -> None:
    desk.goto(address)
    desk.wait_for_selector("button.sort")
    table = desk.locator("table", has=desk.locator("button.sort")).first
    head = table.locator("thead th").nth(1)
    head.locator("button").focus()
    desk.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"

    def column() -> list[float]:
        cells = table.locator("tbody tr:not(.total) td:nth-child(2)").all_inner_texts()
        return [float(re.sub(r"[^\d.]", "", c)) for c in cells]

    assert column() == sorted(column(), reverse=True)
    desk.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert column() == sorted(column())
    assert "total" in (table.locator("tbody tr").last.get_attribute("class") or "")


def test_maps_find_zoom_and_hide_layers(desk: Page, address: str, faults: list[str]) -> None:
    desk.goto(address)
    desk.wait_for_selector("figure.mapped form.finder")
    figure = desk.locator("figure.mapped").first
    whole = figure.locator("svg.map").get_attribute("viewBox")
    figure.locator("input[type=search]").fill("corfe castle surgery")
    desk.keyboard.press("Enter")
    assert "Corfe Castle Surgery" in figure.locator(".said").inner_text()
    assert figure.locator(".chosen").count() == 1
    assert figure.locator("svg.map").get_attribute("viewBox") != whole
    figure.get_by_role("button", name="Whole map").click()
    assert figure.locator("svg.map").get_attribute("viewBox") == whole
    figure.locator(".frame").focus()
    desk.keyboard.press("+")
    assert figure.locator("svg.map").get_attribute("viewBox") != whole
    figure.get_by_label("Surgeries").uncheck()
    assert not figure.locator("svg.map circle").first.is_visible()
    figure.locator("input[type=search]").fill("nowhere at all")
    desk.keyboard.press("Enter")
    figure.get_by_role("button", name="Find").click()
    assert "Nothing here" in figure.locator(".said").inner_text()
    assert not faults


def test_a_reader_finds_their_neighbourhood_by_postcode_district_or_name(
    desk: Page, address: str, faults: list[str]
) -> None:
    desk.goto(address)
    desk.wait_for_selector("figure.mapped form.finder")
    figure = desk.locator("figure.mapped").first

    def find(text: str) -> tuple[str, int]:
        figure.locator("input[type=search]").fill(text)
        figure.get_by_role("button", name="Find").click()
        return figure.locator(".said").inner_text(), figure.locator("path.chosen").count()

    said, marked = find("bh191ab")
    assert "BH19 1AB is in Swanage (Purbeck 006B)" in said
    assert "registered with Purbeck" in said
    assert marked == 1
    said, marked = find("DT1")
    assert "Dorchester East" in said
    assert f"{marked} small areas" in said
    assert marked > 1
    assert find("DT1")[1] < find("DT")[1]
    assert "7 small areas of Swanage" in find("swanage")[0]
    assert find("SW1A 1AA")[1] == 0
    state = desk.evaluate("location.hash")
    assert "find-map-1=SW1A" in state
    assert not faults


def test_a_map_is_shaded_by_another_measure_or_in_patterns_and_the_address_keeps_it(
    desk: Page, address: str, faults: list[str]
) -> None:
    desk.goto(address)
    desk.wait_for_selector("figure.mapped select")
    figure = desk.locator("figure.mapped").first
    area = figure.locator("path[data-a]").first
    before, title = area.get_attribute("fill"), area.locator("title").text_content()
    figure.locator("select").select_option(label="Households without a car, 2011")
    assert "have no car" in (area.locator("title").text_content() or "")
    shown = figure.locator(".legend-box:visible")
    assert shown.count() == 1
    assert "without a car" in shown.inner_text()
    assert "without a car" in figure.locator("figcaption").inner_text()
    figure.get_by_label("Patterns, not colours").check()
    assert (area.get_attribute("fill") or "").startswith("url(#")
    desk.reload()
    desk.wait_for_selector("figure.mapped select")
    assert (area.get_attribute("fill") or "").startswith("url(#")
    figure.get_by_label("Patterns, not colours").uncheck()
    figure.locator("select").select_option("")
    assert (area.get_attribute("fill"), area.locator("title").text_content()) == (before, title)
    figure.get_by_label("Names of places").check()
    assert figure.locator("text:visible").count() > figure.locator("[data-layer=Names] text:visible").count()
    assert not faults


def test_every_control_of_a_map_is_large_enough_to_press(opened: Page, address: str) -> None:
    opened.goto(address)
    opened.wait_for_selector("figure.mapped form.finder")
    small = opened.evaluate(
        "[...document.querySelectorAll('figure.mapped button, figure.mapped input[type=search], figure.mapped select,"
        " figure.mapped .layers span:has(> input)')].filter(e => e.offsetParent && e.getBoundingClientRect().height < 44)"
        ".map(e => e.textContent)"
    )
    assert small == []


def test_search_compare_and_own_area(desk: Page, address: str, faults: list[str]) -> None:
    desk.goto(address)
    _go(desk, "figures")
    desk.locator("#unit").fill("j81612")
    desk.wait_for_function("() => document.querySelector('#find-unit output').textContent !== ''")
    assert desk.locator("#found-units caption").all_inner_texts() == ["Corfe Castle Surgery (J81612)"]
    assert desk.locator("#found-units tbody tr").count() > 50
    desk.locator("#found-units tbody a.fig").first.click()
    desk.wait_for_function("() => document.querySelector('#main').dataset.shown.startsWith('figures/')")
    assert "J81612" in desk.evaluate("document.activeElement.id")
    _go(desk, "compare")
    desk.locator("#compare-a").select_option(index=2)
    assert desk.locator("#compare tbody tr").count() > 17
    name = desk.locator("#compare-a option:checked").inner_text()
    assert name in desk.locator("#compare thead").inner_text()
    assert "a=" in desk.evaluate("location.hash")
    assert "too close to tell apart" in desk.locator("#compare output").inner_text()
    desk.locator("#compare tbody a.fig").first.press("Enter")
    assert "Sources" in desk.locator("dialog#journey").inner_text()
    desk.keyboard.press("Escape")
    every = desk.locator("#compare tbody tr").count()
    desk.locator("#compare-only").select_option("apart")
    told = desk.locator("#compare tbody td:last-child").all_inner_texts()
    assert 0 < len(told) < every
    assert set(told) <= {"higher", "lower"}
    desk.get_by_role("button", name="Swap").click()
    assert desk.locator("#compare-b option:checked").inner_text() == name
    _go(desk, "trial")
    desk.locator(".lookup input").fill("corfe")
    desk.keyboard.press("Enter")
    assert "4 longer" in desk.locator(".lookup table").inner_text()
    assert not faults


def test_without_a_script_the_first_page_reads_whole_and_says_where_the_others_are(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert "needs a script" in page.locator("#main").inner_text()
    assert page.locator("#main svg.map").is_visible()
    assert page.locator("#main table").first.is_visible()
    assert page.locator(".legend-box:visible").count() == 1
    context.close()
