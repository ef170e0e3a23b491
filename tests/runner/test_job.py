"""Whole runs of the job, on Spark: what is built, what fails, and what the items say of it."""

import json
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyspark.sql import SparkSession

from dm.cli import dm
from local import silver
from local.control import SqliteControlTable
from local.lake import Lake
from runner.control.items import ControlItem, Status
from runner.control.lease import LeaseLost
from runner.dbt.running import DbtProject
from runner.project import tables
from tests import reviews
from tests.control import claim
from tests.tables import gold, rows, written_periods

BEERS = "top_beers_by_rating"


@pytest.fixture(scope="module")
def months(lake: Lake, session: SparkSession) -> None:
    """Three months in silver."""
    made = [r for i in range(3) for r in reviews.month_of(f"2010-0{i + 1}", 1 + 100 * i)]
    silver.table(lake).append(reviews.table(made))  # no load, whose months would be announced


@pytest.fixture
def control(lake: Lake) -> SqliteControlTable:
    lake.control.unlink(missing_ok=True)
    return SqliteControlTable(lake.control)


def item(control_id: str, period: str = "2010-01", table: str = BEERS) -> ControlItem:
    year, _, month = period.rpartition("-")
    return ControlItem(control_id, "key", "dm_gold", table, year, month, "2012-02-01", "2012-02-01")


def process(*arguments: str) -> Result:
    return CliRunner().invoke(dm, ["process", *arguments], catch_exceptions=False)


def by_id(control: SqliteControlTable) -> dict[str, ControlItem]:
    return {found.control_id: found for found in control.items(*Status)}


def test_several_items_of_a_period_are_one_computation(
    lake: Lake, control: SqliteControlTable, months: None
) -> None:
    control.enqueue([item("a"), item("b"), item("c", "2010-03"), item("d", table="top_drinkers")])
    answer = process("--layer", "gold")
    assert answer.exit_code == 0
    assert written_periods(lake, BEERS) == "2010-01,2010-02,2010-03"
    done = by_id(control)
    assert len(done) == 4 + 3 * len(tables()) - 3  # and one for each other month: all are new
    assert {found.status for found in done.values()} == {Status.SUCCESS}
    assert done["a"].gold_snapshot_id == gold(lake, BEERS).metadata.current_snapshot_id
    assert done["a"].record_count == 1
    assert done["a"].lease_owner == done["d"].lease_owner


def test_only_the_chosen_table_is_built(
    lake: Lake, control: SqliteControlTable, months: None
) -> None:
    control.enqueue([item("a"), item("b", table="top_drinkers")])
    assert process("--table", "top_drinkers").exit_code == 0
    states = {key: found.status for key, found in by_id(control).items()}
    assert states == {"a": Status.PENDING, "b": Status.SUCCESS}


def test_a_bad_month_fails_alone_and_says_why(
    lake: Lake, control: SqliteControlTable, months: None
) -> None:
    unnamed = reviews.month_of("2010-02", 901, beer_id=2, beer_name=None)
    silver.table(lake).append(reviews.table(unnamed))
    periods = ["2010-01", "2010-02", "2010-03"]
    control.enqueue([item(period, period) for period in periods])
    control.enqueue([item("drinkers", "2010-02", "top_drinkers")])
    for attempt in (1, 2, 3):
        answer = process()
        assert answer.exit_code == 1
        assert f"Failed: {BEERS} 2010-02: " in answer.output
        found = by_id(control)
        assert found.pop("2010-02").attempt_count == attempt
        assert {other.status for other in found.values()} == {Status.SUCCESS}
    bad = by_id(control)["2010-02"]
    assert bad.status is Status.ERROR
    assert "beer_name" in str(bad.error_message)
    assert "\n" not in str(bad.error_message)
    assert len(rows(lake, BEERS)) == 3  # as they were
    process()  # what gave up is not tried again
    assert by_id(control)["2010-02"] == bad
    listing = CliRunner().invoke(dm, ["pending"]).output
    assert "beer_name" in listing
    silver.table(lake).delete("review_id >= 901")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (item("bad", table="top_ciders"), "there is no gold table 'top_ciders'"),
        (item("bad", table=""), "there is no gold table ''"),
        (item("bad", "2010-13"), "review_year '2010' and review_month '13' name no month"),
        (item("bad", "0-12"), "review_year '0' and review_month '12' name no month"),
        (item("bad", "-2010-12"), "review_year '-2010' and review_month '12' name no month"),
        (item("bad", f"{10**9}-1"), "review_year '1000000000' and review_month '1' name no month"),
        (item("bad", "2010-1; drop table x"), "review_month '1; drop table x' name no month"),
        (replace(item("bad"), review_year="y" * 10_000), "yyyy' and review_month '01' name no"),
    ],
)
def test_an_item_that_makes_no_sense_ends_in_an_error_and_stops_nothing(
    lake: Lake, control: SqliteControlTable, months: None, bad: ControlItem, reason: str
) -> None:
    control.enqueue([bad, item("good", table="top_drinkers")])
    answer = process()
    assert answer.exit_code == 1
    found = by_id(control)
    assert found["bad"].status is Status.ERROR
    assert reason in str(found["bad"].error_message)
    assert len(str(found["bad"].error_message)) < 300
    assert found["good"].status is Status.SUCCESS


def test_work_whose_owner_died_is_taken_over_but_not_for_ever(
    lake: Lake, control: SqliteControlTable, months: None
) -> None:
    control.enqueue([item("a")])
    died = claim(control, by_id(control)["a"], "dead", timedelta(seconds=-1))
    assert died is not None
    assert process().exit_code == 0
    assert by_id(control)["a"].attempt_count == 2

    control.enqueue([item("b")])
    for _ in range(3):
        assert claim(control, by_id(control)["b"], "dead", timedelta(seconds=-1))
    assert process().exit_code == 1
    assert by_id(control)["b"].error_message == "given up after 3 attempts; the last: it died"


def test_work_that_somebody_holds_is_left_alone(
    lake: Lake, control: SqliteControlTable, months: None
) -> None:
    control.enqueue([item("a")])
    held = claim(control, by_id(control)["a"], "other", timedelta(hours=1))
    assert process().exit_code == 3
    assert by_id(control)["a"] == held


def test_pending_as_json_has_every_field(
    lake: Lake, control: SqliteControlTable, tmp_path: Path
) -> None:
    control.enqueue([item("a")])
    (found,) = json.loads(CliRunner().invoke(dm, ["pending", "--format", "json"]).output)
    assert ControlItem(**{**found, "status": Status(found["status"])}) == item("a")


def lose_lease() -> None:
    raise LeaseLost("another run has taken its work")


def interrupt(line: str) -> None:
    if "1 period" in line:  # the table is built, on the run's branch
        signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize(
    ("progress", "publishing"), [(print, lose_lease), (interrupt, lambda: None)]
)
def test_a_run_that_does_not_publish_leaves_spark_as_it_was(
    session: SparkSession,
    months: None,
    tmp_path: Path,
    progress: Callable[[str], None],
    publishing: Callable[[], None],
) -> None:
    session.sql("reset")
    before = session.sql("set").collect()
    project = DbtProject(progress, folder=tmp_path)
    with pytest.raises((LeaseLost, KeyboardInterrupt)):
        project.build({BEERS: {"2010-01"}}, "r1", publishing, force=True)
    assert session.sql("set").collect() == before  # who reads next on it sees main, not a branch
