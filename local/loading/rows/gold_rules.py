"""What gold will do with reviews that are loaded: told at the door, not in a failed month."""

import duckdb

from runner.dbt.messages import count

_OTHERS = ("review_aroma", "review_appearance", "review_palate", "review_taste")
_ALIVE = "deleted_at is null"
_KEYS = {
    "profile_id": ("no profile_id, or no profile_name to make it of", "top_drinkers"),
    "beer_id": ("no beer_id", "top_beers_by_rating"),
    "brewery_id": ("no brewery_id", "top_breweries_by_rating"),
    "beer_style": ("no beer_style", "top_styles_by_popularity"),
}
"""Without which a review counts in no row of a table: how that is told, and the table."""

_WARNINGS = f"""
with

alive as (

    select *, review_year || '-' || lpad(review_month::varchar, 2, '0') as period from incoming
    where {_ALIVE}

),

nameless as (

    select count(*) as reviews from (
        select review_year, review_month, beer_id as id from alive
        where beer_id is not null
        group by all
        having count(beer_name) = 0 and count(*) >= 25
    )

),

nameless_breweries as (

    select count(*) as reviews from (
        select review_year, review_month, brewery_id as id from alive
        where brewery_id is not null
        group by all
        having count(brewery_name) = 0 and count(*) >= 25
    )

)

select
    count(*) filter (not review_overall between 1 and 5),
    min(period) filter (not review_overall between 1 and 5),
    max(period) filter (not review_overall between 1 and 5),
    count(*) filter ({" or ".join(f"not {name} between 1 and 5" for name in _OTHERS)}),
    count(*) filter (to_timestamp(review_time) > now()),
    max(period) filter (to_timestamp(review_time) > now()),
    count(*) filter (beer_id is not null and beer_name is null),
    count(*) filter (brewery_id is not null and brewery_name is null),
    count(*) filter (profile_id is not null and profile_name is null),
    {", ".join(f"count(*) filter ({name} is null)" for name in _KEYS)},
    any_value((select reviews from nameless)) + any_value((select reviews from nameless_breweries))
from alive
"""


def warnings(db: duckdb.DuckDBPyConnection) -> list[str]:
    """Sentences on the reviews of `incoming` that gold does not take as they are."""
    row = db.execute(_WARNINGS).fetchone()
    if not row:
        return []
    bad, first, last, others, future, latest, beers, breweries, drinkers, *keys, nameless = row
    months = first if first == last else f"{first} to {last}"
    no_name = [
        f"{number:,} without {name}"
        for number, name in (
            (beers, "beer_name"),
            (breweries, "brewery_name"),
            (drinkers, "profile_name"),
        )
        if number
    ]
    counted = count(nameless or 0, "time")
    told = {
        f"{count(bad, 'review')} with a review_overall that is not 1 to 5 ({months}): gold builds"
        " no month that has one": bad,
        f"{count(others, 'review')} with another rating that is not 1 to 5: gold warns": others,
        f"{count(future, 'review')} of a time to come (up to {latest}): gold builds the month"
        " as any other": future,
        f"reviews lack a name: {', '.join(no_name)}: gold takes the latest name of the month, and"
        " fails a month in which a ranked beer or brewery has none": len(no_name),
        f"{counted} a beer or brewery with 25 reviews in a month has no name in"
        " this load: unless silver has one, its month fails": nameless or 0,
    }
    for number, (lack, table) in zip(keys, _KEYS.values(), strict=True):
        told[f"{count(number, 'review')} with {lack}: gold counts none in {table}"] = number
    return [sentence for sentence, applies in told.items() if applies]
