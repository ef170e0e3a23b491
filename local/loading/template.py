"""Two reviews as `dm load --template` shows them."""

from datetime import UTC, datetime


def _row(review_id: int, at: str, **values: object) -> dict[str, object]:
    time = datetime.fromisoformat(at).replace(tzinfo=UTC)
    written = f"{time:%Y-%m-%dT%H:%M:%SZ}"
    return {
        "review_id": review_id,
        "brewery_id": 1,
        "beer_id": 1,
        "profile_id": review_id,
        "brewery_name": "Old Mill Brewery",
        "beer_name": "Quiet Heron Stout",
        "beer_style": "Stout",
        "beer_abv": 5.5,
        "review_overall": 4.0,
        "review_aroma": 4.0,
        "review_appearance": 3.5,
        "review_palate": 4.0,
        "review_taste": 4.5,
        "review_time": int(time.timestamp()),
        "created_at": written,
        "updated_at": written,
        "review_year": time.year,
        "review_month": time.month,
    } | values


ROWS = (
    _row(1, "2010-12-05T12:00:00", profile_name="drinker1", state="NY"),
    _row(2, "2010-12-06T18:30:00", profile_name="drinker2", state="CA", review_overall=4.5),
)
