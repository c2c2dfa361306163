"""A page in a real Chromium that may open files and nothing else, and notes every fault."""

import shutil

from playwright.sync_api import Browser, Page, Route

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
SIZES = {"desktop": (1280, 900), "phone": (320, 640)}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def open_offline(browser: Browser, size: str, faults: list[str]) -> Page:
    """A page of one size whose console errors and requests for anything but files are added to `faults`."""
    width, height = SIZES[size]
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()

    def only_files(route: Route) -> None:
        if route.request.url.startswith("file://"):
            route.continue_()
        else:
            faults.append(f"asked for {route.request.url}")
            route.abort()

    page.context.route("**/*", only_files)
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: faults.append(str(e)))
    return page
