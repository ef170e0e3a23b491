"""Jobs that are not done in time, are cancelled, or end without a word."""

import re
import signal
import time
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from click.testing import CliRunner

from local.control import SqliteControlTable
from local.lake import Lake
from runner.aws.emr import job
from runner.control.dynamodb import DynamoControlTable
from runner.control.items import Status
from runner.control.table import ControlTable
from runner.dbt.running import DbtProject
from runner.errors import TimeOver
from runner.gold import Published
from runner.job import GoldJob
from runner.project import tables
from tests.runner.control.test_control import item
from tests.runner.test_emr import told
from tests.runner.test_messages import LOST, OTHER

MAINTAIN = ["--task", "maintenance"]


def waiting(table: str) -> DynamoControlTable:
    """A control table with one item of top_drinkers."""
    control = DynamoControlTable(table)
    control.enqueue([item("1", table_name="top_drinkers", review_month="1")])
    return control


def ended(table: str) -> int:
    """The exit code of a job that may take an hour."""
    options = ["--table", "top_drinkers", "--control-table", table, "--minutes", "60"]
    return CliRunner().invoke(job, options).exit_code


def test_a_job_whose_time_is_always_over_gives_up(
    lake: Lake, dynamodb_table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EMR Serverless cancels it at its end without asking, so it stops itself before."""
    monkeypatch.setenv("DM_OUTCOME", "outcome-4")
    control = waiting(dynamodb_table)
    monkeypatch.setattr(signal, "alarm", lambda seconds: asked.append(seconds))
    asked: list[int] = []

    def over(*_: object, **__: object) -> None:
        signal.raise_signal(signal.SIGALRM)
        time.sleep(5)

    monkeypatch.setattr(DbtProject, "build", over)
    for attempt in (1, 2, 3):
        assert ended(dynamodb_table) == 1
        (found,) = control.items(*Status)
        assert found.status is (Status.ERROR if attempt == 3 else Status.PENDING)
        assert (found.attempt_count, found.lease_expires_at) == (attempt, None)
        assert found.error_message == "it was not done within 60 minutes"
        outcome = told(dynamodb_table, "outcome-4")["top_drinkers"]
        assert (outcome["error"], outcome["again"]) == (found.error_message, False)
    assert asked == [58 * 60] * 3


def test_a_job_that_is_cancelled_has_made_no_attempt(
    lake: Lake, dynamodb_table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DM_OUTCOME", "outcome-7")
    control = waiting(dynamodb_table)

    def cancelled(*_: object, **__: object) -> None:
        signal.raise_signal(signal.SIGTERM)
        time.sleep(5)

    monkeypatch.setattr(DbtProject, "build", cancelled)
    code = ended(dynamodb_table)
    signal.alarm(0)
    assert code == 1
    (back,) = control.items(Status.PENDING)
    assert (back.attempt_count, back.error_message) == (0, "it was interrupted")
    assert told(dynamodb_table, "outcome-7")["top_drinkers"]["error"] == "it was cancelled"


def test_what_a_run_that_took_too_long_did_not_come_to_is_no_attempt(tmp_path: Path) -> None:
    """So a long back-fill goes on from run to run, as long as each builds a part of it."""
    control = SqliteControlTable(tmp_path / "control.db")
    control.enqueue([item("1", object_key="forced/1"), item("2", review_month="1")])

    def build(*_: object) -> dict[str, None]:
        built.append(1)
        if len(built) == 2:
            raise TimeOver("it was not done within 60 minutes")
        return {"top_drinkers": None}

    built: list[int] = []
    gold = GoldJob(control, tables(), build, lambda _: {"top_drinkers": Published(1, {})})
    work, _ = gold.claim(["top_drinkers"])
    with pytest.raises(TimeOver):
        gold.run(work)
    attempts = {
        found.control_id: (found.status, found.attempt_count) for found in control.items(*Status)
    }
    assert attempts == {"1": (Status.SUCCESS, 1), "2": (Status.PENDING, 0)}


def test_what_is_published_before_the_end_of_the_time_is_told_as_such(
    lake: Lake, dynamodb_table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One table is published, the next one is not; the third has nothing to do, as far as known."""
    monkeypatch.setenv("DM_OUTCOME", "outcome-8")
    control = waiting(dynamodb_table)
    built = item("2", table_name="state_by_review_volume", object_key="forced/2")
    bad = item("3", table_name="top_ciders")
    control.enqueue([built, bad])

    def build(
        _: object, asked: dict[str, list[str]], *__: object, **___: object
    ) -> dict[str, None]:
        if "top_drinkers" in asked:
            signal.raise_signal(signal.SIGALRM)
            time.sleep(5)
        return dict.fromkeys(asked)

    monkeypatch.setattr(DbtProject, "build", build)
    monkeypatch.setattr(
        "runner.pending.published", lambda built: {table: Published(1, {}) for table in built}
    )
    options = ["--control-table", dynamodb_table, "--minutes", "60"]
    answer = CliRunner().invoke(job, options)
    signal.alarm(0)
    assert answer.exit_code == 1
    assert re.search(r"^Driver: \d+\.\d GB of Python", answer.stdout, re.MULTILINE)
    found = told(dynamodb_table, "outcome-8")
    assert {table: outcome["status"] for table, outcome in found.items()} == {
        **dict.fromkeys(tables(), "FAILED"),
        "state_by_review_volume": "SUCCEEDED",
        "top_ciders": "FAILED",
    }
    assert found["top_drinkers"]["error"] == "it was not done within 60 minutes"
    assert "there is no gold table" in found["top_ciders"]["error"]


@pytest.mark.parametrize("away", [True, False])
def test_a_dbt_that_cannot_run_while_a_service_is_away_is_tried_again(
    lake: Lake, dynamodb_table: str, monkeypatch: pytest.MonkeyPatch, away: bool
) -> None:
    """Whether it ends the builds of a job, or the job's task."""
    monkeypatch.setenv("DM_OUTCOME", "outcome-9")
    waiting(dynamodb_table)
    message = LOST if away else OTHER

    def fails(project: DbtProject, *_: object, **__: object) -> NoReturn:
        raise project._failed("run", message)

    monkeypatch.setattr(DbtProject, "_invoke", fails)
    for options, name in ((["--table", "top_drinkers"], "top_drinkers"), (MAINTAIN, "maintenance")):
        answer = CliRunner().invoke(job, [*options, "--control-table", dynamodb_table])
        assert answer.exit_code == 1
        outcome = told(dynamodb_table, "outcome-9")[name]
        assert (outcome["status"], outcome["again"]) == ("FAILED", away)
        assert ("S3 did not answer" in outcome["error"]) is away


@pytest.mark.parametrize("kind", ["dynamodb", "sqlite"])
def test_items_whose_jobs_always_end_without_a_word_are_given_up(
    kind: str, dynamodb_table: str, tmp_path: Path
) -> None:
    """Killed, or cancelled without a grace period: only their leases' ends tell of it."""
    control: ControlTable = DynamoControlTable(dynamodb_table)
    if kind == "sqlite":
        control = SqliteControlTable(tmp_path / "control.db")
    control.enqueue([item("1", table_name="top_drinkers", review_month="1")])
    for _ in range(3):
        gold = GoldJob(control, tables(), lambda *_: {}, lambda _: {}, lease=-timedelta(minutes=1))
        work, refused = gold.claim(["top_drinkers"])
        assert (len(work), refused) == (1, [])
    work, refused = gold.claim(["top_drinkers"])
    assert work == []
    assert [result.error for result in refused] == ["given up after 3 attempts; the last: it died"]
    (given_up,) = control.items(*Status)
    assert given_up.status is Status.ERROR
