"""The page that `dm report` makes, as a reader sees it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from pyspark.sql import SparkSession

from dm.pages import report
from local import demo, silver
from local.lake import Lake
from runner.project import tables
from tests import reviews
from tests.dbt_project import Dbt
from tests.pages.conftest import SCREENSHOTS, opened, section
from tests.tables import rows

pytestmark = pytest.mark.browser

NASTY = (
    "<script>window.hacked = true</script>",
    '"><img src=x onerror="window.hacked = true">',
    "</script><b>It's \"quoted\" &amp; 'done'</b>",
)
FIRST, LAST = "2009-06", "2011-12"
UNTESTED = "2011-03"
PHONE, DESK = 390, 1440
# Of each table, what the page has in a row: number, number, name, what is under the name.
SECTIONS = {
    "top_beers_by_rating": ("avg_rating", "total_reviews", "beer_name", "beer_style"),
    "top_breweries_by_rating": ("avg_rating", "total_reviews", "brewery_name", None),
    "top_styles_by_popularity": ("total_reviews", "avg_rating", "beer_style", None),
    "state_by_review_volume": ("total_reviews", None, "state", None),
    "top_drinkers": ("total_reviews", "avg_rating", "profile_name", "state"),
}


@dataclass(frozen=True)
class Files:
    """The page while only one table was built, and when all were."""

    part: Path
    whole: Path


@pytest.fixture(scope="module")
def files(lake: Lake, session: SparkSession) -> Files:
    """Two years of reviews; of the last month, the best beers have names that are HTML."""
    shape = demo.Shape(
        reviews=9_000, beers=40, breweries=15, drinkers=150, months=24, first_month="2010-01"
    )
    silver.upsert(lake, demo.synthetic_reviews(demo.SEED, shape))
    made = [reviews.review(1_000_000, FIRST)]
    for i, name in enumerate(NASTY, 1):
        names = dict.fromkeys(("beer_name", "brewery_name", "beer_style", "profile_name"), name)
        ids = {"beer_id": 900 + i, "brewery_id": 900 + i, "profile_id": 90_000 + i}
        values = names | ids | {"state": name, "review_overall": 5.0}
        made += reviews.month_of(LAST, 1_000_000 + 1_000 * i, 130 - i, **values)
    silver.upsert(lake, reviews.table(made))
    dbt = Dbt(lake.root / "target")
    build = ("build", "--exclude-resource-type", "unit_test", "--select")
    found = Files(lake.root / "part.html", lake.root / "whole.html")
    assert dbt(*build, "state_by_review_volume").success
    report.write(lake, found.part)
    assert dbt(*build, "gold").success
    silver.upsert(lake, reviews.table([reviews.review(2_000_000, UNTESTED)]))
    assert dbt("run", "--select", "gold", publish_untested=True).success
    report.write(lake, found.whole)
    return found


@pytest.fixture
def report_page(page: Page, files: Files) -> Iterator[Page]:
    yield opened(page, files.whole)
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize("month", [FIRST, "2010-08", UNTESTED, LAST])
def test_a_month_shows_the_rows_of_the_tables(
    lake: Lake, files: Files, page: Page, month: str
) -> None:
    opened(page, files.whole, month)
    year, number = month.split("-")
    where = f"review_year = {year} and review_month = {int(number)}"
    for name, (value, other, title, under) in SECTIONS.items():
        wanted = [
            [
                str(row["period_rank"]),
                row[title],
                row[under] if under else None,
                *(row[column] for column in (value, other) if column),
            ]
            for row in rows(lake, name, where)
        ]
        shown = section(page, name).locator("tbody tr").evaluate_all(
            """rows => rows.map(row => [
                row.querySelector(".place data").value,
                row.querySelector("button").textContent,
                row.querySelector("small")?.textContent ?? null,
                ...[...row.querySelectorAll(".count data, .rating data")].map(d => Number(d.value)),
            ])"""
        )  # fmt: skip
        if wanted:
            assert shown == wanted[:10], name
            expect(section(page, name).locator(".nothing")).to_be_hidden()
        else:
            expect(section(page, name).locator(".nothing")).to_contain_text("No ")
            expect(section(page, name).locator("table")).to_be_hidden()
    total = sum(
        int(str(row["total_reviews"])) for row in rows(lake, "state_by_review_volume", where)
    )
    expect(page.locator("#total")).to_have_text(f"{total:,} review{'s' * (total > 1)}")


def test_the_whole_page_follows_the_month(report_page: Page) -> None:
    title, slider = report_page.locator("#title"), report_page.locator("#slider")
    expect(title).to_have_text("December 2011")
    expect(report_page.locator("#later")).to_be_disabled()
    report_page.locator("#earlier").focus()
    report_page.keyboard.press("Enter")
    expect(title).to_have_text("November 2011")
    report_page.locator("#month").select_option("2010-05")
    expect(title).to_have_text("May 2010")
    slider.focus()
    report_page.keyboard.press("ArrowRight")
    expect(title).to_have_text("June 2010")
    expect(slider).to_have_attribute("aria-valuetext", "June 2010")
    expect(report_page.locator("#runs + *, .runs caption")).to_have_text(
        "June 2010, table by table"
    )
    expect(report_page).to_have_url(re.compile("#2010-06$"))
    report_page.keyboard.press("Home")
    expect(title).to_have_text("June 2009")
    expect(report_page.locator("#earlier")).to_be_disabled()
    chart = report_page.locator("[data-chart=volume] svg")
    box = chart.bounding_box()
    assert box is not None
    chart.click(position={"x": box["width"] - 2, "y": 5})
    expect(title).to_have_text("December 2011")


def test_a_row_that_is_picked_shows_its_history(report_page: Page) -> None:
    here = section(report_page, "top_styles_by_popularity")
    button = here.locator("td.name button").nth(1)
    expect(button).to_have_attribute("aria-pressed", "false")
    points = here.locator(".mark-symbol path")
    before = points.count()
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(here.locator("[data-picked]")).to_have_text(button.inner_text())
    expect(points).not_to_have_count(before)


def test_names_are_text_wherever_they_are(report_page: Page) -> None:
    expect(report_page.locator("main").locator("img, b, i, script")).to_have_count(0)
    beers = section(report_page, "top_beers_by_rating")
    assert beers.locator("td.name button").all_text_contents()[:3] == list(NASTY)
    for i, name in enumerate(NASTY):
        beers.locator("td.name button").nth(i).click()
        expect(beers.locator("[data-picked]")).to_have_text(name)
        beers.locator(".mark-symbol path").last.hover()
        expect(report_page.locator(".vg-tooltip.visible")).to_contain_text(name)
        expect(report_page.locator(".vg-tooltip").locator("img, b, script")).to_have_count(0)
    expect(report_page.locator('[data-card="top_beers_by_rating"] strong')).to_have_text(NASTY[0])


def test_a_month_without_ranked_beers_leads_to_one_that_has_some(page: Page, files: Files) -> None:
    opened(page, files.whole, FIRST)
    beers = section(page, "top_beers_by_rating")
    expect(beers.locator(".nothing")).to_contain_text(
        "No beer has enough reviews to be ranked in June 2009."
    )
    beers.locator(".nothing button").click()
    expect(beers.locator("tbody tr").first).to_be_visible()
    expect(beers.locator(".mark-symbol path").first).to_be_visible()


def test_a_table_that_is_not_built_is_said(page: Page, files: Files) -> None:
    opened(page, files.part)
    expect(section(page, "top_drinkers").locator(".nothing")).to_contain_text(
        "top_drinkers is not built yet"
    )
    expect(page.locator('[data-card="top_drinkers"]')).to_contain_text("not built yet")
    expect(page.locator("#runs tr", has_text="top_drinkers")).to_contain_text("not built yet")
    expect(section(page, "state_by_review_volume").locator("tbody tr").first).to_be_visible()


def test_the_runs_of_a_month_and_its_tests(page: Page, files: Files) -> None:
    opened(page, files.whole, UNTESTED)
    expect(page.locator("#runs .untested")).to_have_count(len(tables()))
    page.locator("#earlier").click()
    expect(page.locator("#runs .passed")).to_have_count(len(tables()))
    row = page.locator("#runs tr", has_text="top_drinkers")
    row.locator("summary").click()
    expect(row.locator("li", has_text="valid_rows_top_drinkers")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [DESK, PHONE])
def test_it_can_be_read_by_everybody(
    report_page: Page, scheme: str, width: int, files: Files
) -> None:
    report_page.set_viewport_size({"width": width, "height": 900})
    report_page.emulate_media(color_scheme=scheme)
    ground = "document.body.computedStyleMap().get('background-color').toString()"
    light = sum(map(int, re.findall(r"\d+", report_page.evaluate(ground)))) > 3 * 128
    assert light == (scheme == "light")
    found = Axe().run(report_page)
    assert found.violations_count == 0, found.generate_report()
    assert report_page.evaluate("document.documentElement.scrollWidth") <= width
    report_page.screenshot(path=SCREENSHOTS / f"report-{width}-{scheme}.png", full_page=True)


def test_on_paper_it_has_the_month_and_no_controls(report_page: Page) -> None:
    report_page.emulate_media(media="print", color_scheme="dark")
    expect(report_page.locator("#title")).to_have_text("December 2011")
    for control in ("header", "#slider"):
        expect(report_page.locator(control)).to_be_hidden()
    report_page.pdf(path=SCREENSHOTS / "report.pdf", format="A4", print_background=True)
