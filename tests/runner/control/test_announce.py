"""Which stale months get an item: those that have none."""

from pathlib import Path

import pytest

from local.control import SqliteControlTable
from runner.control.announce import announce, waiting_item
from runner.control.items import Outcome, Status
from tests.runner.control.test_control import HOUR, item

NAME = "top_drinkers"


@pytest.fixture
def control(tmp_path: Path) -> SqliteControlTable:
    return SqliteControlTable(tmp_path / "control.db")


def months(control: SqliteControlTable) -> set[tuple[str, str, str]]:
    found = control.items(Status.PENDING)
    return {(one.table_name, one.month, one.object_key) for one in found}


def test_a_stale_month_gets_an_item_that_says_why(control: SqliteControlTable) -> None:
    stale = {NAME: {"2010-01": "its SQL changed", "2010-02": "silver changed"}, "other": {}}
    items = announce(control, stale)
    assert control.items(Status.PENDING) == sorted(items, key=lambda one: one.control_id)
    assert months(control) == {
        (NAME, "2010-01", "stale/its SQL changed"),
        (NAME, "2010-02", "stale/silver changed"),
    }
    assert announce(control, stale) == []


def test_a_month_that_waits_runs_or_was_given_up_has_an_item(control: SqliteControlTable) -> None:
    stale = {NAME: dict.fromkeys(("2010-01", "2010-02", "2010-03", "2010-04"), "untested")}
    control.enqueue(item(str(month), review_month=str(month)) for month in range(1, 5))
    runs, fails, done = control.claim(control.claimable()[:3], "me", HOUR)
    control.finish([(fails, Outcome(Status.ERROR, "it")), (done, Outcome(Status.SUCCESS))])
    assert [one.month for one in announce(control, stale)] == [done.month]
    assert runs.month == "2010-01"


def test_nothing_stale_reads_nothing(tmp_path: Path) -> None:
    (tmp_path / "control.db").write_text("this is no database, and nobody looks at it")
    assert announce(SqliteControlTable(tmp_path / "control.db"), {NAME: {}}) == []


def test_an_item_has_the_year_and_the_month_of_its_period() -> None:
    made = waiting_item("id", "key", NAME, "2010-12", "now")
    assert (made.review_year, made.review_month, made.month) == ("2010", "12", "2010-12")
    assert (made.created_at, made.updated_at, made.schema_name) == ("now", "now", "dm_gold")
