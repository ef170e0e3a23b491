"""The five tables against a computation that shares no code with them: DuckDB over the input."""

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from local import demo, silver
from local.lake import Lake
from runner.project import tables
from tests.dbt_project import Dbt
from tests.tables import rows

BY_MONTH = "over (partition by review_year, review_month order by {order})"
# The latest value of a column, by the rule of the contract, as a list's first element.
LATEST = "(list({0} order by updated_at desc, review_id desc) filter ({0} is not null))[1]"

EXPECTED = {
    "top_beers_by_rating": (
        f"select beer_id, {LATEST.format('beer_name')} as beer_name,"
        f" {LATEST.format('beer_style')} as beer_style, avg(review_overall) as avg_rating,"
        " count(*) as total_reviews",
        "beer_id",
        25,
        "avg_rating desc, total_reviews desc, beer_id",
    ),
    "top_breweries_by_rating": (
        f"select brewery_id, {LATEST.format('brewery_name')} as brewery_name,"
        " avg(review_overall) as avg_rating, count(*) as total_reviews",
        "brewery_id",
        25,
        "avg_rating desc, total_reviews desc, brewery_id",
    ),
    "state_by_review_volume": (
        "select ifnull(state, 'Unknown') as state, count(*) as total_reviews",
        "ifnull(state, 'Unknown')",
        1,
        "total_reviews desc, state",
    ),
    "top_styles_by_popularity": (
        "select beer_style, count(*) as total_reviews, avg(review_overall) as avg_rating",
        "beer_style",
        25,
        "total_reviews desc, avg_rating desc, beer_style",
    ),
    "top_drinkers": (
        f"select profile_id, {LATEST.format('profile_name')} as profile_name,"
        f" ifnull({LATEST.format('state')}, 'Unknown') as state, count(*) as total_reviews,"
        " avg(review_overall) as avg_rating",
        "profile_id",
        1,
        "total_reviews desc, avg_rating desc, profile_id",
    ),
}


def expected(reviews: pa.Table, name: str) -> list[dict[str, object]]:
    select, key, least, order = EXPECTED[name]
    with duckdb.connect() as database:
        database.register("reviews", reviews)
        return (
            database.sql(f"""
                with grouped as (
                    {select}, review_year, review_month from reviews
                    where deleted_at is null and {key} is not null
                    group by review_year, review_month, {key} having count(*) >= {least}
                )
                select * exclude (review_year, review_month),
                    rank() {BY_MONTH.format(order=order)}::int as period_rank,
                    review_year, review_month
                from grouped order by review_year, review_month, period_rank
            """)
            .to_arrow_table()
            .to_pylist()
        )


@pytest.fixture(scope="module")
def reviews(lake: Lake) -> pa.Table:
    made = demo.synthetic_reviews(seed=7, shape=demo.Shape(60_000))
    made = made.filter(pc.greater(made["review_year"], 2008))
    silver.upsert(lake, made)
    return made


def test_every_row_of_every_table_equals_an_independent_computation(
    lake: Lake, dbt: Dbt, reviews: pa.Table
) -> None:
    assert set(EXPECTED) == set(tables())
    assert dbt("build", "--select", "gold").success
    first = {name: rows(lake, name) for name in tables()}
    for name in tables():
        wanted = expected(reviews, name)
        assert len(wanted) > 30
        assert first[name] == wanted, name

    assert dbt("run", "--select", "gold", "--full-refresh", "--threads", "1").success
    for name in tables():
        assert rows(lake, name) == first[name], f"{name} differs after a full refresh"
