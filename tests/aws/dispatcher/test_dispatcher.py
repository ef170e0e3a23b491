"""What the state machine does, with jobs that end as each test says."""

import json
from datetime import timedelta
from threading import Barrier

import boto3
import pytest
from click.testing import CliRunner
from moto.core.exceptions import JsonRESTError
from moto.emrserverless.models import EMRServerlessBackend, JobRun

from dm.cli import dm
from runner.control.items import Status
from runner.project import tables
from tests.aws.moto_gaps.dynamodb import refused
from tests.aws.stand_ins.account import BEERS, DRINKERS, OBSERVER, STATES, Account, variation
from tests.aws.stand_ins.worker import Worker, arguments, tell

pytestmark = pytest.mark.usefixtures("no_items", "succeeding")


def test_the_schedule_starts_a_job_for_each_table_with_work(account: Account) -> None:
    before = len(account.jobs)
    account.enqueue(BEERS, "2010-01", "2010-02")
    account.enqueue(DRINKERS, "2010-01")
    ended = account.wait(account.fire_schedule())
    assert ended.status == "SUCCEEDED"
    started = account.jobs[before:]
    assert sorted(map(arguments, started)) == [
        ["--layer", "gold", "--table", BEERS],
        ["--layer", "gold", "--table", DRINKERS],
    ]
    ids = {arguments(job)[-1]: job.id for job in started}
    assert ended.results == {
        table: {
            "table": table,
            "status": "SUCCEEDED" if table in ids else "SKIPPED",
            "job_run_id": ids.get(table),
            "logs": f"s3://{OBSERVER}/emr-serverless/applications/{account.application}/jobs/{ids[table]}/"
            if table in ids
            else None,
            "error": None,
        }
        for table in tables()
    }


def test_with_nothing_pending_no_job_starts(account: Account) -> None:
    before = len(account.jobs)
    ended = account.wait(account.fire_schedule())
    assert ended.status == "SUCCEEDED"
    assert ended.statuses == dict.fromkeys(tables(), "SKIPPED")
    assert len(account.jobs) == before


def test_a_person_starts_some_tables(account: Account) -> None:
    before = len(account.jobs)
    for table in (BEERS, DRINKERS, STATES):
        account.enqueue(table, "2010-01")
    ended = account.run({"tables": [BEERS, STATES]})
    assert ended.statuses == {BEERS: "SUCCEEDED", STATES: "SUCCEEDED"}
    assert {arguments(job)[-1] for job in account.jobs[before:]} == {BEERS, STATES}


def test_work_whose_owner_died_starts_a_job_and_work_that_is_held_does_not(
    account: Account,
) -> None:
    account.enqueue(BEERS, "2010-01")
    account.enqueue(DRINKERS, "2010-01")
    for item in account.control.items(Status.PENDING):
        lease = timedelta(seconds=-1 if item.table_name == BEERS else 60)
        assert account.control.claim([item], "dead", lease)
    statuses = account.wait(account.fire_schedule()).statuses
    assert statuses.pop(BEERS) == "SUCCEEDED"
    assert set(statuses.values()) == {"SKIPPED"}


def test_all_pages_are_read_also_those_without_a_match(account: Account) -> None:
    """DynamoDB filters a page after it has read it: a page may be empty, and not the last."""
    held = [f"2010-{month:02}" for month in range(1, 13)]
    account.enqueue(STATES, *held, status=Status.RUNNING, lease_expires_at="2999-01-01")
    account.enqueue(STATES, "2011-01", status=Status.RUNNING, lease_expires_at="2012-01-01")
    account.enqueue(DRINKERS, *held)
    account.enqueue(BEERS, "2010-01")
    execution = account.start({}, variation(account, r'"Limit": \d+', '"Limit": 2'))
    statuses = account.wait(execution).statuses
    assert {t for t, s in statuses.items() if s == "SUCCEEDED"} == {BEERS, DRINKERS, STATES}
    history = boto3.client("stepfunctions").get_paginator("get_execution_history")
    events = [e for p in history.paginate(executionArn=execution) for e in p["events"]]
    pages = [
        json.loads(event["taskSucceededEventDetails"]["output"])
        for event in events
        if event.get("taskSucceededEventDetails", {}).get("resourceType") == "aws-sdk:dynamodb"
    ]
    assert len(pages) == 7 + 7 + 1  # and the count of errors
    assert [page for page in pages if not page.get("Items") and "LastEvaluatedKey" in page]


def test_one_job_for_all_tables(account: Account) -> None:
    dispatcher = account.dispatcher_with("one-job", JobsFor="all tables")
    before = len(account.jobs)
    assert set(account.run({}, dispatcher).statuses.values()) == {"SKIPPED"}
    account.enqueue(BEERS, "2010-01")
    account.enqueue(DRINKERS, "2010-01")
    ended = account.run({}, dispatcher)
    (job,) = account.jobs[before:]
    assert arguments(job) == ["--layer", "gold", "--table", BEERS, "--table", DRINKERS]
    assert {t: r["job_run_id"] for t, r in ended.results.items() if r["job_run_id"]} == {
        BEERS: job.id,
        DRINKERS: job.id,
    }


def test_a_table_that_fails_stops_no_other_and_is_named(
    account: Account, worker: Worker, patch: pytest.MonkeyPatch
) -> None:
    def run(job: JobRun) -> str | None:
        return 'Exit code: 1, "it" said' if BEERS in arguments(job) else tell(job)

    patch.setattr(worker, "run", run)
    for table in tables():
        account.enqueue(table, "2010-01")
    ended = account.wait(account.fire_schedule())
    assert (ended.status, ended.error) == ("FAILED", "GoldTablesFailed")
    failed = ended.results[BEERS]
    assert failed["status"] == "FAILED"
    assert failed["error"] == 'FAILED: Exit code: 1, "it" said'
    assert failed["job_run_id"] in failed["logs"]
    assert {s for t, s in ended.statuses.items() if t != BEERS} == {"SUCCEEDED"}


def test_dm_starts_it_and_tells_how_it_ended(
    account: Account, worker: Worker, patch: pytest.MonkeyPatch
) -> None:
    patch.setattr(worker, "run", lambda job: "no beer" if BEERS in arguments(job) else tell(job))
    account.enqueue(BEERS, "2010-01")
    chosen = ("--table", BEERS, "--table", STATES)
    process = ("process", "--target", "aws", *chosen, "--wait")
    answer = CliRunner().invoke(dm, process, catch_exceptions=False)
    assert answer.exit_code == 1
    assert "FAILED: no beer" in answer.output
    listed = CliRunner().invoke(dm, ["runs", "--target", "aws", "--limit", "1", "--format", "json"])
    for name in (BEERS, account.jobs[-1].id, "SKIPPED"):
        assert name in listed.output


def test_as_many_jobs_run_at_a_time_as_the_stack_says(
    account: Account, worker: Worker, patch: pytest.MonkeyPatch
) -> None:
    in_pairs, open_jobs = Barrier(2, timeout=30), []

    def run(job: JobRun) -> None:
        in_pairs.wait()
        open_jobs.append(sum(j.state in ("SUBMITTED", "RUNNING") for j in account.jobs))
        tell(job)

    patch.setattr(worker, "run", run)
    for table in tables()[:4]:
        account.enqueue(table, "2010-01")
    assert account.run({}).status == "SUCCEEDED"
    assert max(open_jobs) == 2


@pytest.mark.parametrize(
    ("code", "attempts", "status"),
    [
        ("ThrottlingException", 3, "SUCCEEDED"),
        ("InternalServerException", 3, "SUCCEEDED"),
        ("ConflictException", 3, "SUCCEEDED"),
        ("ValidationException", 1, "FAILED"),
    ],
)
def test_a_job_that_cannot_start_is_tried_again_if_waiting_can_help(
    account: Account, patch: pytest.MonkeyPatch, code: str, attempts: int, status: str
) -> None:
    start, calls = EMRServerlessBackend.start_job_run, []

    def refuse(backend: EMRServerlessBackend, **request: object) -> JobRun:
        calls.append(request)
        if len(calls) < 3:
            raise JsonRESTError(code, "not now")
        job: JobRun = start(backend, **request)
        return job

    with pytest.MonkeyPatch.context() as faulty:
        faulty.setattr(EMRServerlessBackend, "start_job_run", refuse)
        account.enqueue(BEERS, "2010-01")
        quick = variation(account, r'"IntervalSeconds": \d+', '"IntervalSeconds": 1')
        ended = account.run({"tables": [BEERS]}, quick)
    assert len(calls) == attempts
    assert ended.statuses == {BEERS: status}
    if status == "FAILED":
        assert ended.results[BEERS]["error"] == f"EMRServerless.{code}: not now"
        assert ended.results[BEERS]["logs"] is None


PASSING = [
    "InternalServerError",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
]


@pytest.mark.parametrize("operation", ["put_item", "query"])
@pytest.mark.parametrize("error", PASSING)
def test_what_dynamodb_cannot_do_now_is_tried_again(
    account: Account, operation: str, error: str
) -> None:
    quick = variation(account, r'"IntervalSeconds": \d+', '"IntervalSeconds": 1')
    if operation == "query":
        account.enqueue(BEERS, "2010-01")
    asked = {"tables": [BEERS]} | ({"periods": ["2010-01"]} if operation == "put_item" else {})
    with refused(operation, error, 1) as calls:
        ended = account.run(asked, quick)
    assert ended.statuses == {BEERS: "SUCCEEDED"}, ended.told
    assert len(calls) > 1


@pytest.mark.parametrize(("times", "status"), [(1, "SUCCEEDED"), (2, "FAILED")])
def test_a_day_on_which_the_control_table_is_away_for_a_while_is_not_lost(
    account: Account, times: int, status: str
) -> None:
    soon = variation(account, r'"Seconds": 900', '"Seconds": 1')
    account.enqueue(BEERS, "2010-01")
    with refused("query", "AccessDeniedException", times) as calls:
        ended = account.run({}, soon)
    assert ended.status == status
    if status == "FAILED":
        assert ended.error == "WorkNotFound"
        assert ended.told.startswith("The items of dm-processing-control could not be read: Dynamo")
    else:
        assert ended.statuses[BEERS] == "SUCCEEDED"
    assert len(calls) > times or status == "FAILED"
    with refused("query", "AccessDeniedException", 9) as calls:
        assert account.run({"tables": []}).error == "WorkNotFound"  # dm doctor is told at once
    assert len(calls) == 1
