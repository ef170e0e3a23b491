"""The page that `dm report` makes of a few rows: its months and years, and what it gives away."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dm.pages import report
from tests.dm.lakes import drinker, drinkers, write
from tests.pages.conftest import opened, section

pytestmark = pytest.mark.browser


def test_it_opens_on_the_last_month_with_reviews(page: Page, tmp_path: Path) -> None:
    """Not on one that a run built and nobody wrote in, nor on a review of the future."""
    here, drinkers_ = drinkers(tmp_path)
    write(drinkers_, [drinker(1), drinker(1, "2100-01")], "of a slip")
    told = {"dm.run-id": "of a month", "dm.periods": "2031-01", "dm.inputs": "{}"}
    drinkers_.append(drinkers_.schema().as_arrow().empty_table(), snapshot_properties=told)
    report.write(here, tmp_path / "page.html")
    opened(page, tmp_path / "page.html")
    expect(page.locator("#title")).to_have_text("January 2010")
    expect(page.locator("#month option")).to_have_count(3)


def test_a_year_is_seen_beside_the_month_and_a_month_downloaded(page: Page, tmp_path: Path) -> None:
    here, table = drinkers(tmp_path)
    formula = '=HYPERLINK("x")'
    first = [drinker(1, profile_name=formula, avg_rating=None), drinker(2, rank=2, state=None)]
    write(table, [*first, drinker(3, "2010-02"), drinker(1, "2009-12")], "of two years")
    report.write(here, tmp_path / "page.html")
    opened(page, tmp_path / "page.html")
    year = page.locator("#months tr")
    expect(year).to_have_count(2)
    expect(year.nth(0)).to_contain_text(formula)
    expect(year.nth(1)).to_contain_text("drinker 3")
    year.nth(0).locator("button").click()
    expect(page.locator("#title")).to_have_text("January 2010")
    here_ = section(page, "top_drinkers")
    expect(here_.locator("tbody tr").first).to_contain_text("\u2013")  # nobody rated
    with page.expect_download() as started:
        here_.locator(".csv").click()
    assert started.value.suggested_filename == "top_drinkers-2010-01.csv"
    with started.value.path().open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    assert [row["profile_name"] for row in found] == [f"'{formula}", "drinker 2"]
    assert [row["avg_rating"] for row in found] == ["", "4"]
    page.locator("#month").select_option("2009-12")
    expect(page.locator("#year-title")).to_have_text("The year 2009")
    expect(page.locator(".signs")).to_contain_text("are 25 in the month")
