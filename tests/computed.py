"""The five tables by a computation that shares no code with them: DuckDB over the reviews."""

import duckdb
import pyarrow as pa

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
    """The rows of a table, by month and rank, that reviews with the columns of silver make."""
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
