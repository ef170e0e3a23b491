"""Small sets of reviews for tests."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from local.reviews import ARROW_SCHEMA

Review = dict[str, object]


def review(review_id: int, period: str = "2010-12", **values: object) -> Review:
    """A review of beer 1 by drinker 1, written on the 5th of the period."""
    time = datetime.fromisoformat(f"{period}-05T12:00:00+00:00")
    return {
        "review_id": review_id,
        "brewery_id": 1,
        "beer_id": 1,
        "profile_id": 1,
        "brewery_name": "Brewery",
        "beer_name": "Beer",
        "beer_style": "Stout",
        "beer_abv": 5.0,
        "profile_name": "drinker",
        "email": "drinker@example.com",
        "state": "NY",
        "review_overall": 4.0,
        "review_aroma": 4.0,
        "review_appearance": 4.0,
        "review_palate": 4.0,
        "review_taste": 4.0,
        "review_time": int(time.timestamp()),
        "created_at": time,
        "updated_at": time,
        "deleted_at": None,
        "review_year": time.year,
        "review_month": time.month,
    } | values


def month_of(period: str, first_id: int, size: int = 25, **values: object) -> list[Review]:
    """Just enough reviews of one beer for it to be ranked."""
    return [review(first_id + i, period, **values) for i in range(size)]


def deleted(found: Review) -> Review:
    return found | {"deleted_at": datetime(2012, 2, 1, tzinfo=UTC)}


def table(reviews: Iterable[Review]) -> pa.Table:
    return pa.Table.from_pylist(list(reviews), schema=ARROW_SCHEMA)


def write(path: Path, reviews: Iterable[Review]) -> Path:
    """Writes a CSV file as a person would hand it in."""
    csv.write_csv(table(reviews), path)
    return path
