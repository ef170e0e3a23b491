"""The page that `dm preview` makes, as a person sees it who has ten seconds."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from dm.pages.changes import page as pages
from dm.reading.difference.preview import read
from tests.pages.conftest import SCREENSHOTS

pytestmark = pytest.mark.browser

NAME = "top_drinkers"
MONTHS = [f"{year}-{month:02}" for year in range(1996, 2012) for month in range(1, 13)][:186]
NASTY = '"><img src=x onerror="window.hacked = true">'


def counts(period: str | None, size: int, changed: int, moved: int = 0) -> dict[str, object]:
    return {
        "period": period, "rows_before": size, "rows_after": size, "new": 0, "gone": 0,
        "changed": changed, "moved": moved,
        "columns": {
            "avg_rating": {"rows": changed, "largest": 1.25, "typical": 0.0625},
            "state": {"rows": changed // 2},
        },
    }  # fmt: skip


def row(profile: int, rank: int, **values: object) -> dict[str, object]:
    return {
        "profile_id": profile, "profile_name": f"drinker {profile}", "state": "NY",
        "total_reviews": 20, "avg_rating": 3.5, "period_rank": rank,
    } | values  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A table whose months differ more and more, one whose ranks moved, and one as it was."""
    lines: list[dict[str, object]] = [counts(None, 186 * 200, 18_000, 12)]
    lines += [
        counts(month, 200, i % 9 * 20, moved=12 if i % 9 == 0 else 0)
        for i, month in enumerate(MONTHS)
    ]
    for i in range(20):
        was, becomes = row(i, i + 1), row(i, i + 2, avg_rating=4.75 - i / 10, state=NASTY)
        period = MONTHS[i * 9 + 8]
        lines.append({"change": "changed", "period": period, "was": was, "becomes": becomes})
    lines.append({"change": "moved", "period": MONTHS[0], "was": row(7, 1), "becomes": row(7, 9)})
    why = dict.fromkeys(MONTHS, "its code changed")
    told = {
        "table": NAME, "problem": None, "held": [], "branch": "audit_preview_1",
        "key": ["profile_id"], "periods": MONTHS, "why": why, "tests": 4, "warnings": None,
        "lines": lines,
    }  # fmt: skip
    wide = told | {
        "table": "state_by_review_volume", "branch": None, "lines": [counts(None, 0, 0)],
        "columns": ["add column `last_id` bigint after `total_reviews`"],
    }  # fmt: skip
    nothing = {"table": "top_beers_by_rating", "problem": None, "held": ["2010-12"]}
    there = tmp_path / "preview.html"
    pages.write([read(one) for one in (told, wide, nothing)], there)
    return there


def test_a_person_sees_which_months_change_and_how(page: Page, file: Path) -> None:
    page.goto(file.as_uri())
    table = page.locator(f"#{NAME}")
    expect(table.locator(".strip span")).to_have_count(186)
    expect(table.locator(".strip .moved")).to_have_count(21)
    expect(page.locator("#state_by_review_volume")).to_contain_text("add column `last_id` bigint")
    expect(page.locator("main")).to_contain_text("nothing to build")
    assert page.evaluate("window.hacked") is None
    months = table.locator("table").first
    first = months.locator("tbody tr").first
    expect(first).to_contain_text(MONTHS[0])
    months.get_by_role("button", name="changed").click()
    expect(first).to_contain_text("160")
    months.get_by_role("button", name="changed").click()
    expect(first.locator("td").nth(4)).to_have_text("0")
    months.get_by_role("button", name="month").click()
    expect(first).to_contain_text(MONTHS[-1])
    shaded = (
        table.locator(".strip span").nth(8).evaluate("e => getComputedStyle(e).backgroundColor")
    )
    plain = table.locator(".strip span").nth(1).evaluate("e => getComputedStyle(e).backgroundColor")
    assert shaded != plain
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "preview.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440


@pytest.mark.parametrize("width", [390, 1440])
def test_it_is_for_everybody(page: Page, file: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.screenshot(path=SCREENSHOTS / f"preview-{width}.png")
