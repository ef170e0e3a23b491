"""A bad review in silver holds back its month, and no other, until it is mended."""

from collections import Counter

import pytest
from click.testing import CliRunner, Result
from pyspark.sql import SparkSession

from dm.cli import dm
from local import silver
from local.control import SqliteControlTable
from local.lake import Lake
from runner.control.items import ControlItem, Status
from runner.project import tables
from tests import reviews
from tests.reviews import Review
from tests.tables import rows

BAD = 2
BEERS = "top_beers_by_rating"

FAULTS = {
    "ratings_are_in_range": [reviews.review(999, "2010-02", review_overall=50.0)],
    "live_reviews_are_unique": [reviews.review(201, "2010-02", profile_id=2)],
    "months_agree_with_review_time": [reviews.review(999, "2010-07") | {"review_month": BAD}],
    # A beer of that month that has no name in any review; the other tables do not mind.
    "beer_name": reviews.month_of("2010-02", 900, beer_id=2, beer_name=None),
}


def month(number: int, size: int) -> list[Review]:
    return reviews.month_of(f"2010-0{number}", 100 * number, size)


def announce(lake: Lake, control: SqliteControlTable, made: list[Review]) -> None:
    """Writes three months to silver as they are, and announces them."""
    silver.table(lake).overwrite(reviews.table(made))
    control.enqueue(
        ControlItem(
            f"{len(made)}-{table}-{number}", "key", "dm_gold", table, "2010", f"{number}",
            "2012-02-01", "2012-02-01",
        )
        for table in tables()
        for number in (1, 2, 3)
    )  # fmt: skip


def process() -> Result:
    return CliRunner().invoke(dm, ["process"], catch_exceptions=False)


def totals(lake: Lake, table: str) -> dict[object, int]:
    """How many reviews a table counts in each month."""
    counted: Counter[object] = Counter()
    for row in rows(lake, table):
        counted[row["review_month"]] += int(str(row["total_reviews"]))
    return dict(counted)


@pytest.mark.parametrize(
    "fault",
    [*list(FAULTS)[:2], *(pytest.param(f, marks=pytest.mark.long) for f in list(FAULTS)[2:])],
)
def test_a_bad_review_holds_back_its_month_alone_until_it_is_mended(
    lake: Lake, session: SparkSession, fault: str
) -> None:
    control = SqliteControlTable(lake.control)
    concerned = (BEERS,) if fault == "beer_name" else tables()
    old = 25 + list(FAULTS).index(fault)
    new = old + 1
    if old == 25:
        announce(lake, control, [r for number in (1, 2, 3) for r in month(number, old)])
        assert process().exit_code == 0
    assert {name: totals(lake, name) for name in concerned} == {
        name: dict.fromkeys((1, 2, 3), old) for name in concerned
    }

    good = [r for number in (1, 2, 3) for r in month(number, new)]
    announce(lake, control, [*good, *FAULTS[fault]])
    answer = process()
    assert answer.exit_code == 1
    assert f"Failed: {', '.join(concerned)} 2010-02: " in answer.output
    for name in tables():
        if name in concerned:
            assert totals(lake, name) == {1: new, BAD: old, 3: new}, name
        else:
            assert totals(lake, name)[BAD] == new + len(FAULTS[fault])
    left = control.items(Status.PENDING, Status.RUNNING, Status.ERROR)
    assert {(i.table_name, i.review_month) for i in left} == {(n, str(BAD)) for n in concerned}
    for item in left:
        assert fault in str(item.error_message)
        assert "for example {" in str(item.error_message)
    listing = CliRunner().invoke(dm, ["pending"], terminal_width=400).output
    assert fault in listing
    for told in (answer.output, listing, *(str(item.error_message) for item in left)):
        assert "@example.com" not in told
        assert "profile_name" not in told

    silver.table(lake).overwrite(reviews.table(good))
    assert process().exit_code == 0
    for name in concerned:
        assert totals(lake, name) == dict.fromkeys((1, 2, 3), new), name
    assert not control.items(Status.PENDING, Status.RUNNING, Status.ERROR)
