"""The command of the job on EMR Serverless, on this machine's Spark."""

import pytest
from click.testing import CliRunner
from pyspark.sql import SparkSession

from local import silver
from local.lake import Lake
from runner.control.dynamodb import DynamoControlTable
from runner.control.items import Status
from runner.emr import job
from tests import reviews
from tests.runner.test_control import item


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

    control.retry(control.items(Status.PENDING)[0])
    again = CliRunner().invoke(job, ["--table", "top_drinkers"])
    assert again.exit_code == 0
    assert "nothing is pending that another run does not hold" in again.stdout
    assert again.stderr == ""


def test_a_control_table_that_is_not_there_is_told_in_a_sentence(
    dynamodb: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = CliRunner().invoke(job, ["--control-table", "no-such-table"])
    assert answer.exit_code == 1
    assert answer.stderr.startswith("Error: DynamoDB table no-such-table: Query: ")
    assert "region (AWS_DEFAULT_REGION)" in answer.stderr
