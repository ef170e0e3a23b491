"""The docs as a reader sees them."""

import pytest
from playwright.sync_api import Locator, Page, expect

from dm.pages.docs import build
from runner.project import PROJECT, tables
from tests.pages.conftest import SCREENSHOTS

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def docs(tmp_path_factory: pytest.TempPathFactory) -> str:
    return build(tmp_path_factory.mktemp("docs")).as_uri()


def card(page: Page, name: str) -> Locator:
    """A table or reader in the lineage."""
    return page.locator(".react-flow__node", has_text=name)


def test_it_begins_with_silver_the_tables_and_their_readers(page: Page, docs: str) -> None:
    page.goto(docs)
    for name in ("review_flat", *tables(), "Athena", "Grafana", "Metabase", "Power BI"):
        expect(card(page, name)).to_be_visible()
    expect(page.locator('a[href*="colibri-data.com"]:visible')).to_have_count(1)  # its maker
    page.screenshot(path=SCREENSHOTS / "docs.png")


def tables_with_ratings() -> list[str]:
    gold = PROJECT / "models" / "gold"
    of_overall = "exact_avg('review_overall')"
    return [name for name in tables() if of_overall in (gold / f"{name}.sql").read_text()]


@pytest.mark.parametrize("table", tables_with_ratings())
def test_avg_rating_leads_back_to_review_overall(page: Page, docs: str, table: str) -> None:
    page.goto(f"{docs}?model=model.datamaster.{table}&parents=1")
    silver = card(page, "review_flat")
    card(page, table).get_by_text("avg_rating", exact=True).click()
    silver.get_by_role("button").first.click()
    column = silver.locator("[data-highlighted=true]")
    expect(column).to_have_text("review_overall")
    page.screenshot(path=SCREENSHOTS / f"docs-lineage-{table}.png")


def test_a_table_has_its_meaning_its_columns_and_its_code(page: Page, docs: str) -> None:
    page.goto(f"{docs}?model=model.datamaster.top_beers_by_rating")
    card(page, "top_beers_by_rating").get_by_text("top_beers_by_rating").click()
    page.get_by_role("button", name="Model Info").click()
    expect(page.get_by_text("One row per month and beer.").last).to_be_visible()
    page.get_by_role("tab", name="Columns").click()
    row = page.get_by_role("row", name="avg_rating double")
    expect(row).to_contain_text("Mean of the overall ratings")
    page.get_by_role("tab", name="Code").click()
    expect(page.locator("code").filter(has_text="exact_avg").last).to_be_visible()
    page.screenshot(path=SCREENSHOTS / "docs-code.png")


@pytest.mark.parametrize("width", [390, 1280])
def test_a_narrow_screen_is_told_that_it_is_for_a_desktop(
    page: Page, docs: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(docs)
    expect(page).to_have_title("Data Master: tables and where their columns come from")
    expect(card(page, "review_flat")).to_be_visible()
    told = page.evaluate("getComputedStyle(document.body, '::before').content")
    assert ("for a desktop" in told) == (width == 390)
    page.screenshot(path=SCREENSHOTS / f"docs-{width}.png")
