"""Pages in headless Chromium. Tests that use it have the marker `browser`."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    expect,
    sync_playwright,
)

from runner.project import PROJECT

SCREENSHOTS = PROJECT / "target" / "screenshots"
"""Where tests leave pictures of what they saw."""

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_OPTIONS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.exit("there is no Chromium on the PATH: apt-get install chromium, on Debian", 1)
    expect.set_options(timeout=30_000)  # milliseconds; a machine may be busy
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page. A test fails if its page reports an error or asks for more than files."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    faults: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            faults.append(message.text)

    def see(request: Request) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            faults.append(f"asked for {request.url}")

    page.on("console", hear)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", see)
    page.on("requestfailed", lambda request: faults.append(f"could not load {request.url}"))
    yield page
    page.close()
    assert not faults


def opened(page: Page, file: Path, month: str = "") -> Page:
    """The report in this file, at a month."""
    page.goto(f"{file.as_uri()}#{month}")
    expect(page.locator("#title")).not_to_be_empty()
    return page


def section(page: Page, name: str) -> Locator:
    """What the report has of a table."""
    return page.locator(f'section[data-table="{name}"]')
