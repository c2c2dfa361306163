"""The blueprint in a real browser, offline, at desktop and phone size."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from offline import SIZES, open_offline
from playwright.sync_api import Browser, Page

from chesil.blueprint.html import publish_html
from chesil.plan import Plan

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(dorset_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_html(dorset_plan, tmp_path_factory.mktemp("browser") / "dorset").parent


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """A page of one size that notes every console error and every request that is not a file."""
    faults: list[str] = []
    opened = open_offline(browser, request.param, faults)
    yield opened, faults
    opened.context.close()


def test_every_page_opens_without_an_error_or_a_request(page: tuple[Page, list[str]], folder: Path) -> None:
    opened, faults = page
    for path in sorted(folder.rglob("*.html")):
        opened.goto(path.as_uri())
        assert opened.locator("h1").count() == 1, path.name
        overflow = opened.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{path.name} is wider than the screen by {overflow} px"
    assert not faults, faults


def test_a_number_opens_to_its_journey_and_closes_by_keyboard(page: tuple[Page, list[str]], folder: Path) -> None:
    opened, faults = page
    opened.goto((folder / "index.html").as_uri())
    number = opened.locator("a.fig").first
    number.focus()
    opened.keyboard.press("Enter")
    dialog = opened.locator("dialog#journey")
    assert dialog.is_visible()
    text = dialog.inner_text()
    for part in ("Registered patients", "825,523", "How it is worked out", "Sources", "NHS England", "chesil journey"):
        assert part in text, part
    opened.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert not faults


def test_the_reader_can_walk_from_the_overview_to_a_network_and_back(
    page: tuple[Page, list[str]], folder: Path
) -> None:
    opened, _ = page
    opened.goto((folder / "index.html").as_uri())
    opened.locator("table a[href^='networks/']").first.click()
    assert "network" in opened.locator(".crumb").inner_text()
    assert opened.locator("svg.map").first.is_visible()
    opened.locator(".crumb a").click()
    assert opened.url.endswith("index.html")


def test_without_the_script_a_number_leads_to_its_row_among_its_measures_figures(
    browser: Browser, folder: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto((folder / "index.html").as_uri())
    opened.locator("a.fig").first.click()
    assert "/figures/" in opened.url and "#" in opened.url
    context.close()


def test_weights_that_nobody_has_moved_give_the_totals_that_the_page_prints(browser: Browser, folder: Path) -> None:
    """To the last digit, whoever's weights they are, however the fields round them: else the page would argue with itself."""
    faults: list[str] = []
    opened = open_offline(browser, "desktop", faults)
    opened.goto((folder / "options.html").as_uri())
    totals = opened.locator("table", has_text="Place, and total of 100 in brackets")
    printed = {row[0]: row[1:] for row in totals.evaluate(
        "t => [...t.tBodies[0].rows].map((r) => [...r.cells].map((c) => c.textContent.trim()))")}  # fmt: skip
    starts = opened.locator(".weights select option").count()
    assert starts > 1
    for k in range(starts):
        opened.locator(".weights select").select_option(str(k))
        shown = opened.locator(".ranking li").evaluate_all(
            "all => all.map((li) => [li.querySelector('span').textContent, li.querySelector('b').textContent])"
        )
        assert [(t, f"{place} ({total})") for place, (t, total) in enumerate(shown, 1)] == [
            (t, printed[t][k]) for t, _ in shown
        ]
    assert not faults
    opened.context.close()
