"""Random edits of the SQL of a model, all of which pass its tests."""

import random

EDITS = {
    "'Unknown'": ["'Unknown'", "'nowhere'", "upper('x')"],
    "{{ exact_avg('review_overall') }}": [
        "{{ exact_avg('review_overall') }}", "cast(round(avg(review_overall)) as double)"
    ],
    "order by total_reviews desc, avg_rating desc nulls last, profile_id asc": [
        "order by total_reviews desc, avg_rating desc nulls last, profile_id asc",
        "order by avg_rating desc nulls last, profile_id asc", "order by profile_id desc",
    ],
}  # fmt: skip
"""What may be written instead of a part of the model; all of it passes its tests."""


def some_edit(sql: str, some: random.Random) -> str:
    """The model with other texts, thresholds or orders."""
    for old, news in EDITS.items():
        assert old in sql
        sql = sql.replace(old, some.choice(news))
    return sql
