"""What the state machine is asked for, and what its jobs get."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from moto.emrserverless.models import JobRun

from dm.cli import dm
from runner.aws import outcomes
from runner.aws.outcomes import TableOutcome
from runner.control.items import Status
from tests.aws.stand_ins.account import BEERS, CONTROL, DATALAKE, STATES, Account
from tests.aws.stand_ins.deployer import REGION
from tests.aws.stand_ins.worker import Worker, arguments, settings_of, tell

pytestmark = pytest.mark.usefixtures("no_items", "succeeding")


def test_periods_of_the_input_become_items(account: Account) -> None:
    ended = account.run({"tables": [BEERS, STATES], "periods": ["2010-01", "2010-12"]})
    assert ended.statuses == {BEERS: "SUCCEEDED", STATES: "SUCCEEDED"}
    made = account.control.items(Status.PENDING)  # no job of this test claims anything
    assert sorted((i.table_name, i.review_year, int(i.review_month)) for i in made) == [
        *((STATES, "2010", 1), (STATES, "2010", 12), (BEERS, "2010", 1), (BEERS, "2010", 12))
    ]
    assert {(i.attempt_count, i.compute_target) for i in made} == {(0, "emr")}
    assert all(datetime.fromisoformat(i.created_at).tzinfo == UTC for i in made)


def test_what_a_person_decided_is_done_by_one_job(
    account: Account, worker: Worker, patch: pytest.MonkeyPatch
) -> None:
    done = [TableOutcome("operate", "SUCCEEDED")]
    patch.setattr(worker, "run", lambda job: tell(job, done))
    account.enqueue(BEERS, "2010-01")
    before = len(account.jobs)
    decided = {"table": BEERS, "periods": ["2010-01"], "because": 'it\'s "wrong"'}
    ended = account.run({"operate": {"name": "hold", "arguments": decided}})
    assert ended.statuses == {"operate": "SUCCEEDED"}
    (job,) = account.jobs[before:]
    *said, given = arguments(job)
    assert said == [*("--layer", "gold", "--task", "operate", "--operation", "hold", "--arguments")]
    assert json.loads(given) == decided

    command = ("hold", BEERS, "--period", "2010-01", "--because", "so", "--target", "aws")
    answer = CliRunner().invoke(dm, command)
    assert answer.exit_code == 0, answer.output
    typed = json.loads(arguments(account.jobs[-1])[-1])
    assert (typed["because"], typed["periods"], typed["until"]) == ("so", ["2010-01"], "release")
    patch.setattr(
        worker, "run", lambda job: tell(job, [TableOutcome("operate", "FAILED", "no such month")])
    )
    refused = CliRunner().invoke(dm, ("release", BEERS, "--target", "aws"))
    assert refused.exit_code == 1
    assert "release: no such month" in refused.output


def test_a_preview_by_a_job_is_told_here(
    account: Account, worker: Worker, patch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The job tells it in an item; the branch is dropped by another job."""
    nothing = {"rows_before": 1, "rows_after": 1, "new": 0, "gone": 0, "changed": 1, "moved": 0}
    lines = [{"period": month, "columns": {}, **nothing} for month in ("2010-01", None)]
    told: dict[str, object] = {
        "table": BEERS, "problem": None, "held": [], "branch": "audit_preview_1",
        "key": ["beer_id"], "periods": ["2010-01"], "why": {"2010-01": "silver changed"},
        "tests": 5, "warnings": None,
        "lines": lines,
    }  # fmt: skip

    def run(job: JobRun) -> None:
        if {"preview", "branches"} & set(arguments(job)):
            name = settings_of(job)["spark.emr-serverless.driverEnv.DM_RUN_ID"]
            outcomes.keep_told(CONTROL, name, [told])
        tell(job, [TableOutcome("operate", "SUCCEEDED")])

    patch.setattr(worker, "run", run)
    command = ("preview", BEERS, "--to", "2010-01", "--vars", "{min_reviews: 10}")
    how = ("--target", "aws", "--then", "drop", "--format", "json")
    page = tmp_path / "page.html"
    answer = CliRunner().invoke(dm, (*command, *how, "--page", str(page)))
    assert answer.exit_code == 0, answer.output
    (found,) = json.loads(answer.stdout)
    assert (found["branch"], found["changes"]["total"]["changed"]) == ("audit_preview_1", 1)
    asked, dropped = (json.loads(arguments(job)[-1]) for job in account.jobs[-2:])
    assert asked == {
        "tables": [BEERS], "first": None, "last": "2010-01", "variables": {"min_reviews": 10}
    }  # fmt: skip
    assert dropped == {"table": BEERS, "branch": "audit_preview_1"}
    assert BEERS in page.read_text()

    own = [{"inputs": "{}", "periods": "", "untested": ""}]
    told = {"table": BEERS, "branch": "audit_preview_1", "written": "2026-01-01 00:00", "own": own}
    listed = CliRunner().invoke(dm, ("branches", "--target", "aws", "--format", "json"))
    assert listed.exit_code == 0, listed.output
    (branch,) = json.loads(listed.stdout)
    assert (branch["branch"], branch["tests"]) == ("audit_preview_1", "passed")
    migrated = CliRunner().invoke(dm, ("migrate", BEERS, "--target", "aws", "--yes"))
    assert migrated.exit_code == 0, migrated.output
    assert arguments(account.jobs[-1])[-3:] == ["migrate", "--arguments", f'{{"table":"{BEERS}"}}']


@pytest.mark.parametrize(
    ("wrong", "error", "told"),
    [
        ({"tables": ["top_ciders"]}, "UnknownTable", '["top_ciders"]: the gold tables are'),
        ({"periods": ["2010-13"]}, "InvalidPeriod", '["2010-13"]: a period is a month such as'),
        ({"periods": [201012]}, "InvalidPeriod", "[201012]: a period is a month such as 2010-12"),
    ],
)
def test_an_input_that_makes_no_sense_is_refused(
    account: Account, wrong: dict[str, object], error: str, told: str
) -> None:
    account.enqueue(BEERS, "2010-01")
    before = len(account.jobs)
    ended = account.run(wrong)
    assert (ended.status, ended.error) == ("FAILED", error)
    assert told in ended.told
    assert len(account.jobs) == before


def test_a_job_gets_what_it_needs(account: Account) -> None:
    account.enqueue(BEERS, "2010-01")
    ended = account.run({"tables": [BEERS]})
    job = account.jobs[-1]
    code = f"s3://{DATALAKE}/code/gold/test"
    assert job.job_driver["sparkSubmit"]["entryPoint"] == f"{code}/job.py"
    assert job.execution_timeout_minutes == 60
    environment = {
        key.rpartition(".")[2]: value
        for key, value in settings_of(job).items()
        if ".driverEnv." in key
    }
    assert environment == {
        "AWS_DEFAULT_REGION": REGION,
        "AWS_MAX_ATTEMPTS": "10",
        "AWS_REGION": REGION,
        "DM_CODE_VERSION": "test",
        "DM_CONTROL_TABLE": CONTROL,
        "DM_KEEP_DAYS": "400",
        "DM_MINUTES": "60",
        "DM_OUTCOME": f"outcome-{ended.name}-1-{BEERS}",
        "DM_RUN_ID": ended.name,
        "PYSPARK_DRIVER_PYTHON": "/usr/bin/python3.11",
        "PYSPARK_PYTHON": "/usr/bin/python3.11",
    }
