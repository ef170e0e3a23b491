"""The command of the job on EMR Serverless, on this machine's Spark."""

import json
from datetime import timedelta
from typing import Any

import boto3
import pytest
from click.testing import CliRunner
from pyspark.sql import SparkSession

from dm.reading.difference import preview
from dm.reading.past import kept
from local import silver
from local.lake import Lake
from runner.aws import outcomes
from runner.aws.emr import job
from runner.control.dynamodb import DynamoControlTable
from runner.control.items import Status
from tests import reviews
from tests.aws.moto_gaps.dynamodb import lagging_index
from tests.runner.control.test_control import item
from tests.tables import gold

BEERS = "top_beers_by_rating"


def test_a_failed_month_is_told_and_fails_the_job(
    lake: Lake,
    session: SparkSession,
    dynamodb_table: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = reviews.month_of("2010-01", 1)
    made += reviews.month_of("2010-02", 101, beer_name=None)
    silver.upsert(lake, reviews.table(made))
    control = DynamoControlTable(dynamodb_table)
    control.enqueue(
        item(month, table_name="top_beers_by_rating", review_month=month) for month in "12"
    )
    monkeypatch.setenv("DM_CONTROL_TABLE", dynamodb_table)
    monkeypatch.setenv("DM_RUN_ID", "daily")
    monkeypatch.setenv("DM_OUTCOME", "outcome-1")
    answer = CliRunner().invoke(job, ["--layer", "gold"])
    assert answer.exit_code == 1
    *_, title, good, bad = answer.stdout.splitlines()
    assert title.startswith("Run daily-")
    assert title.endswith(": 1 of 2 control items succeeded.")
    assert good == "  top_beers_by_rating 2010-01 built"
    assert bad.startswith("  top_beers_by_rating 2010-02 failed: ")
    assert "beer_name" in bad
    assert "beer_name is null" in answer.stderr  # dbt's own log, which would be lost
    assert "drinker@example.com" not in answer.output
    assert [found.control_id for found in control.items(Status.SUCCESS)] == ["1"]

    outcomes = told(dynamodb_table, "outcome-1")
    assert outcomes["top_beers_by_rating"]["status"] == "FAILED"
    assert outcomes["top_beers_by_rating"]["error"].startswith("2010-02 ")
    assert outcomes["top_beers_by_rating"]["again"] is False
    assert outcomes["top_drinkers"]["status"] == "SKIPPED"

    control.retry([control.items(Status.PENDING)[0]])
    again = CliRunner().invoke(job, ["--table", "top_drinkers"])
    assert again.exit_code == 0
    assert "nothing is pending that another run does not hold" in again.stdout
    assert again.stderr == ""


def test_what_a_person_decided_is_done(
    lake: Lake, session: SparkSession, dynamodb_table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the table that the test above has built."""
    monkeypatch.setenv("DM_CONTROL_TABLE", dynamodb_table)
    monkeypatch.setenv("DM_OUTCOME", "outcome-6")
    said = {"table": "top_beers_by_rating", "periods": "2010-01", "because": "x", "by": "ann"}
    decided = ("--task", "operate", "--operation", "hold", "--arguments")
    answer = CliRunner().invoke(job, [*decided, json.dumps(said)])
    assert answer.exit_code == 0, answer.output
    assert "1 period (2010-01) held by ann: x" in answer.stdout
    assert told(dynamodb_table, "outcome-6")["operate"]["status"] == "SUCCEEDED"
    refused = CliRunner().invoke(job, [*decided, json.dumps(said | {"because": ""})])
    assert refused.exit_code == 1
    failed = told(dynamodb_table, "outcome-6")["operate"]
    assert failed["status"] == "FAILED"
    assert "say why" in failed["error"]
    said.pop("because")
    release = ("--task", "operate", "--operation", "release", "--arguments", json.dumps(said))
    assert CliRunner().invoke(job, release).exit_code == 0


def test_a_preview_tells_what_deployed_sql_would_change(
    lake: Lake, session: SparkSession, dynamodb_table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the same table."""
    monkeypatch.setenv("DM_CONTROL_TABLE", dynamodb_table)
    monkeypatch.setenv("DM_RUN_ID", "dm-look")
    asked = {"tables": [BEERS], "last": "2010-01", "variables": {"min_reviews": 5}}
    decided = ("--task", "operate", "--operation", "preview", "--arguments", json.dumps(asked))
    before = gold(lake, BEERS).metadata.current_snapshot_id
    answer = CliRunner().invoke(job, decided)
    assert answer.exit_code == 0, answer.output
    found = preview.read(outcomes.told(dynamodb_table, "dm-look")[0])
    assert (found.why, found.problem) == ({"2010-01": "its code changed"}, None)
    assert found.changes is not None
    assert list(found.changes.months) == ["2010-01"]
    assert gold(lake, BEERS).metadata.current_snapshot_id == before
    look = ("--task", "operate", "--operation", "branches")
    assert CliRunner().invoke(job, look).exit_code == 0
    told_there = kept.read(outcomes.told(dynamodb_table, "dm-look"))
    assert told_there == kept.branches(lake)
    assert [(one.kind, one.tests) for one in told_there] == [("preview", "passed")]
    with pytest.raises(outcomes.NotTold):
        outcomes.told(dynamodb_table, "dm-other")


def test_asked_months_are_built_before_the_index_knows_of_them(
    lake: Lake, session: SparkSession, dynamodb_table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    silver.upsert(lake, reviews.table(reviews.month_of("2010-01", 1)))
    monkeypatch.setenv("DM_CONTROL_TABLE", dynamodb_table)
    monkeypatch.setenv("DM_OUTCOME", "outcome-2")
    control = DynamoControlTable(dynamodb_table)
    asked = ("--table", "top_drinkers", "--period", "2010-01", "--name", "fill")
    with lagging_index():
        key = "fill-top_drinkers-2010-01"
        control.enqueue([item(key, table_name="top_drinkers", review_month="1")])
        assert CliRunner().invoke(job, asked).exit_code == 0
        # The same once more, as when another run had been quicker: this one has built nothing.
        assert told(dynamodb_table, "outcome-2")["top_drinkers"]["status"] == "SUCCEEDED"
        assert CliRunner().invoke(job, asked).exit_code == 0
        assert told(dynamodb_table, "outcome-2")["top_drinkers"]["status"] == "HELD"
    # Months of other tests in this lake are stale, and are built with it.
    done = control.items(Status.SUCCESS)
    assert {found.table_name for found in done} == {"top_drinkers"}
    assert [i.control_id for i in done if not i.control_id.startswith("stale-")] == [key]


def test_what_another_run_holds_is_told(
    dynamodb_table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DM_OUTCOME", "outcome-3")
    control = DynamoControlTable(dynamodb_table)
    control.enqueue([item("1", table_name="top_drinkers", review_month="1")])
    assert control.claim(control.claimable(), "another", timedelta(minutes=1))
    answer = CliRunner().invoke(job, ["--table", "top_drinkers", "--control-table", dynamodb_table])
    assert answer.exit_code == 0
    assert told(dynamodb_table, "outcome-3")["top_drinkers"]["status"] == "HELD"


def told(table: str, key: str) -> dict[str, dict[str, Any]]:
    """What a job told of each table at this key."""
    found = boto3.resource("dynamodb").Table(table).get_item(Key={"control_id": key})["Item"]
    return {outcome["table"]: outcome for outcome in json.loads(str(found["outcomes"]))}


def test_a_control_table_that_is_not_there_is_told_in_a_sentence(
    dynamodb: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = CliRunner().invoke(job, ["--control-table", "no-such-table"])
    assert answer.exit_code == 1
    assert answer.stderr.startswith("Error: DynamoDB table no-such-table: Query: ")
    assert "region (AWS_DEFAULT_REGION)" in answer.stderr
