"""The commands that make work and tell of it, on one machine."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dm.cli import dm
from dm.reading.stale import plans
from local import place, silver
from local.control import SqliteControlTable
from local.lake import Lake
from runner import periods
from runner.control.items import Outcome, Status
from tests import reviews
from tests.control import claim, finish
from tests.runner.control.test_control import HOUR, item

YEARS = ("--from", "2010-01", "--to", "2011-12")
DRINKERS = ("--table", "top_drinkers")


@pytest.fixture
def control(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SqliteControlTable:
    """That of an empty lake, which the commands use."""
    monkeypatch.setenv("DM_LAKE", str(tmp_path))
    place.made()
    return SqliteControlTable(Lake(tmp_path).control)


@pytest.fixture
def two_years(control: SqliteControlTable, tmp_path: Path) -> None:
    """Silver has reviews of YEARS."""
    months = periods.span("2010-01", "2011-12")
    made = [reviews.review(i, month) for i, month in enumerate(months)]
    silver.upsert(Lake(tmp_path), reviews.table(made))


def run(*command: str, typed: str = "") -> Result:
    return CliRunner().invoke(dm, command, input=typed, catch_exceptions=False)


def fail(control: SqliteControlTable, owner: str = "me") -> None:
    for waiting in control.items(Status.PENDING):
        mine = claim(control, waiting, owner, HOUR)
        assert mine is not None
        assert finish(control, mine, Outcome(Status.ERROR, "no beer has a name"))


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2010-12", "2010-12", ["2010-12"]),
        ("2010-11", "2011-02", ["2010-11", "2010-12", "2011-01", "2011-02"]),
    ],
)
def test_a_span_has_both_its_ends(first: str, last: str, months: list[str]) -> None:
    assert periods.span(first, last) == months


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("2010-12", "2010-01", "2010-01 is before 2010-12"),
        ("2010-13", "2011-01", "'2010-13' is no period"),
        ("2010-01", "2011", "'2011' is no period"),
    ],
)
def test_a_span_that_is_none_is_told(
    control: SqliteControlTable, first: str, last: str, told: str
) -> None:
    answer = run("backfill", *DRINKERS, "--from", first, "--to", last)
    assert answer.exit_code == 2
    assert told in answer.output
    assert not control.items(*Status)


def test_a_backfill_adds_items_for_each_table_and_month(
    control: SqliteControlTable, two_years: None
) -> None:
    span = ("--from", "2010-01", "--to", "2010-12")
    for _ in range(2):
        answer = run("backfill", *DRINKERS, "--table", "top_beers_by_rating", *span)
        assert "12 months, 2010-01 ... 2010-12" in answer.output
        assert "24 control items are pending" in answer.output
    assert len(control.items(Status.PENDING)) == 48


def test_a_large_backfill_asks_first(control: SqliteControlTable, two_years: None) -> None:
    for typed in ("", "n\n"):
        answer = run("backfill", *DRINKERS, *YEARS, typed=typed)
        assert answer.exit_code == 1
        assert "24 months, 2010-01 ... 2011-12" in answer.output
        assert "24 months: go on?" in answer.output
        assert not control.items(*Status)
    assert run("backfill", *DRINKERS, *YEARS, typed="y\n").exit_code == 0
    assert run("backfill", *DRINKERS, *YEARS, "--yes").exit_code == 0
    assert len(control.items(Status.PENDING)) == 48


@pytest.mark.parametrize("last", ["2011-12", "2012-01"])
def test_a_backfill_of_months_that_silver_has_not_is_refused(
    control: SqliteControlTable, two_years: None, last: str
) -> None:
    answer = run("backfill", *DRINKERS, "--from", "2009-12", "--to", last)
    assert answer.exit_code == 1
    assert (
        "Silver has no reviews of 2009-12\nIt has 24 months, 2010-01 ... 2011-12." in answer.output
    )
    assert not control.items(*Status)


def test_a_backfill_of_the_future_is_a_slip(control: SqliteControlTable) -> None:
    answer = run("backfill", *DRINKERS, "--from", "2010-01", "--to", "2099-01")
    assert answer.exit_code == 2
    assert "2099-01 is in the future" in answer.output
    assert not control.items(*Status)


def test_a_backfill_tells_fresh_months_and_forces_them_if_asked(
    control: SqliteControlTable, two_years: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Lake(tmp_path)
    here.catalog.create_namespace("dm_gold")
    gold = here.catalog.create_table("dm_gold.top_drinkers", reviews.table([]).schema)
    gold.append(reviews.table([]), snapshot_properties={"dm.periods": "2010-01,2010-02"})
    told = plans.Plans({"top_drinkers": {"2010-02": "silver changed"}})
    monkeypatch.setattr(
        plans, "of", lambda _: told
    )  # dbt's own answer: tests/dm/past/test_history.py
    span = ("--from", "2010-01", "--to", "2010-02")
    answer = run("backfill", *DRINKERS, *span)
    assert (
        "top_drinkers 2010-01: built already, of the present input: --force builds it again"
        in answer.output
    )
    assert [item.month for item in control.items(Status.PENDING)] == ["2010-02"]
    answer = run("backfill", *DRINKERS, "--from", "2010-01", "--to", "2010-01")
    assert answer.exit_code == 0
    assert "Nothing is added." in answer.output
    assert run("backfill", *DRINKERS, *span, "--force").exit_code == 0
    forced = {item.month for item in control.items(Status.PENDING) if item.forced}
    assert forced == {"2010-01", "2010-02"}


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_backfill_of_a_held_month_names_who_holds_it(
    control: SqliteControlTable,
    two_years: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    force: tuple[str, ...],
) -> None:
    here = Lake(tmp_path)
    here.catalog.create_namespace("dm_gold")
    gold = here.catalog.create_table("dm_gold.top_drinkers", reviews.table([]).schema)
    said = {"by": "ann", "since": "2012-02-01", "because": "wrong", "until": "release"}
    properties = {"dm.held": json.dumps({"2010-01": said}), "dm.inputs": "{}"}
    gold.append(reviews.table([]), snapshot_properties=properties | {"dm.periods": "2010-01"})
    told = {"tables": {}, "held": {"top_drinkers": {"2010-01": said}}, "sources": {}}
    monkeypatch.setattr(plans, "_ask", lambda: told)
    span = ("--from", "2010-01", "--to", "2010-01")
    answer = run("backfill", *DRINKERS, *span, *force)
    assert answer.output == (
        "top_drinkers 2010-01: held by ann since 2012-02-01 until it is released: wrong:"
        " `dm release top_drinkers` lets runs build it\nNothing is added.\n"
    )
    assert not control.items(*Status)


def test_a_backfill_needs_a_table(control: SqliteControlTable) -> None:
    assert "Missing option '--table'" in run("backfill", *YEARS).output


def test_retry_sets_free_what_was_chosen(control: SqliteControlTable) -> None:
    control.enqueue(
        [
            item("a"),
            item("b", review_month="1"),
            item("c", table_name="top_beers_by_rating"),
            item("d", review_month="13"),
        ]
    )
    fail(control)
    answer = run("retry", *DRINKERS, "--period", "2010-01", "--period", "2010-12")
    assert "no beer has a name" in answer.output
    assert "2 of 2 control items are pending again" in answer.output
    freed = control.items(Status.PENDING)
    assert {found.control_id for found in freed} == {"a", "b"}
    assert {found.attempt_count for found in freed} == {0}
    assert "2 of 2 control items are pending again" in run("retry").output
    assert "No such control item ended in error" in run("retry").output


def test_retry_of_a_word_that_is_no_period(control: SqliteControlTable) -> None:
    answer = run("retry", "--period", "December")
    assert answer.exit_code == 2
    assert "'December' is no period" in answer.output


def test_a_large_retry_asks_first(control: SqliteControlTable, two_years: None) -> None:
    run("backfill", *DRINKERS, *YEARS, "--yes")
    fail(control)
    assert run("retry", typed="n\n").exit_code == 1
    assert not control.items(Status.PENDING)
    assert run("retry", "--yes").exit_code == 0
    assert len(control.items(Status.PENDING)) == 24


def test_runs_are_told_by_owner_newest_first(control: SqliteControlTable) -> None:
    assert run("runs").output == "Nothing has run yet.\n"
    control.enqueue([item("a"), item("b", table_name="top_beers_by_rating")])
    fail(control, "first")
    control.enqueue([item("c")])
    assert claim(control, control.items(Status.PENDING)[0], "second", HOUR)
    rows = json.loads(run("runs", "--format", "json").output)
    assert [(row["run"], row["table"], row["outcome"]) for row in rows] == [
        ("second", "top_drinkers", "RUNNING"),
        ("first", "top_beers_by_rating", "FAILED"),
        ("first", "top_drinkers", "FAILED"),
    ]
    assert len(run("runs", "--limit", "1").output.strip().splitlines()) == 3


def test_force_is_refused_on_aws(control: SqliteControlTable) -> None:
    answer = run("process", "--target", "aws", "--force")
    assert answer.exit_code == 2
    assert "--force goes with --target local alone" in answer.output
