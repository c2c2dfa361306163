"""The blueprint in a real browser, offline, at desktop and phone size."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from chesil.blueprint.html import publish_html
from chesil.plan import Plan

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
SIZES = {"desktop": (1280, 900), "phone": (320, 640)}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium; on Debian: apt-get install chromium, then python -m pytest -m browser")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def folder(dorset_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_html(dorset_plan, tmp_path_factory.mktemp("browser") / "dorset").parent


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """A page of one size that notes every console error and every request that is not a file."""
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height})
    opened = context.new_page()
    faults: list[str] = []

    def only_files(route: Route) -> None:
        if route.request.url.startswith("file://"):
            route.continue_()
        else:
            faults.append(f"asked for {route.request.url}")
            route.abort()

    context.route("**/*", only_files)
    opened.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    opened.on("pageerror", lambda e: faults.append(str(e)))
    yield opened, faults
    context.close()


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
