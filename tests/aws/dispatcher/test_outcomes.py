"""What an execution says of each table, and what it tries once more."""

import boto3
import pytest
from click.testing import CliRunner
from moto.dynamodb.responses import DynamoHandler
from moto.emrserverless.models import JobRun

from dm.cli import dm
from runner.aws.outcomes import TableOutcome
from runner.project import tables
from tests.aws.moto_gaps.dynamodb import ProvisionedThroughputExceeded, lagging_index
from tests.aws.stand_ins.account import BEERS, DRINKERS, STATES, Account, variation
from tests.aws.stand_ins.worker import Worker, arguments, settings_of, tell

pytestmark = pytest.mark.usefixtures("no_items", "succeeding")
NO_ROOM = (
    "Job failed: ApplicationMaxCapacityExceededException: Worker could not be allocated as the"
    " application has exceeded maximumCapacity settings: [cpu: 8 vCPU]"
)


@pytest.fixture(scope="module")
def at_once(account: Account) -> str:
    """A state machine that tries again after a second."""
    again = account.dispatcher_with("again", SecondAttemptMinutes="15")
    return variation(account, r'"Seconds": "[^"]+"', '"Seconds": 1', again)


def test_asked_months_are_work_before_the_index_knows_of_them(account: Account) -> None:
    with lagging_index():
        ended = account.run({"tables": [BEERS], "periods": ["2010-01", "2010-02"]})
    assert ended.statuses == {BEERS: "SUCCEEDED"}
    assert arguments(account.jobs[-1])[4:] == ["--period", "2010-01", "--period", "2010-02"]


def test_more_months_than_an_execution_can_tell_of_are_refused(account: Account) -> None:
    asked = [f"{year}-{month:02}" for year in range(1976, 2012) for month in range(1, 13)]
    ended = account.run({"periods": asked})
    assert (ended.status, ended.error) == ("FAILED", "TooManyPeriods")
    count = len(asked) * len(tables())
    assert ended.told.startswith(f"{count} months of tables are asked for, and 2000 fit")


def test_a_job_without_room_is_tried_once_more(
    account: Account, worker: Worker, patch: pytest.MonkeyPatch, at_once: str
) -> None:
    before = len(account.jobs)
    patch.setattr(
        worker, "run", lambda job: NO_ROOM if len(account.jobs) == before + 1 else tell(job)
    )
    account.enqueue(BEERS, "2010-01")
    ended = account.run({"tables": [BEERS]}, at_once)
    assert ended.statuses == {BEERS: "SUCCEEDED"}
    first, second = account.jobs[before:]
    assert ended.results[BEERS]["job_run_id"] == second.id
    told = [
        settings_of(job)["spark.emr-serverless.driverEnv.DM_OUTCOME"] for job in (first, second)
    ]
    assert told == [f"outcome-{ended.name}-{attempt}-{BEERS}" for attempt in (1, 2)]

    patch.setattr(worker, "run", lambda job: NO_ROOM)
    account.enqueue(BEERS, "2010-01")
    ended = account.run({"tables": [BEERS]}, at_once)
    assert len(account.jobs) == before + 4  # not a third time
    assert ended.results[BEERS]["error"].startswith("FAILED: Job failed: ApplicationMaxCapacity")


def test_a_bad_month_or_a_cancelled_job_is_not_tried_again_the_same_day(
    account: Account, worker: Worker, patch: pytest.MonkeyPatch, at_once: str
) -> None:
    bad = TableOutcome(BEERS, "FAILED", "2010-01 beer_name is null")
    cancelled = TableOutcome(BEERS, "FAILED", "it was cancelled, or its time was over")

    for outcome in (bad, cancelled):
        patch.setattr(worker, "run", lambda job, told=outcome: tell(job, [told]) or "Exit code: 1")
        account.enqueue(BEERS, "2010-01")
        before = len(account.jobs)
        ended = account.run({"tables": [BEERS]}, at_once)
        assert len(account.jobs) == before + 1
        assert ended.results[BEERS]["error"] == outcome.error


def test_a_job_that_is_cancelled_without_a_word_is_not_tried_again_the_same_day(
    account: Account, worker: Worker, patch: pytest.MonkeyPatch, at_once: str
) -> None:
    def run(job: JobRun) -> str:
        boto3.client("emr-serverless").cancel_job_run(
            applicationId=job.application_id, jobRunId=job.id
        )
        return "Exit code: 143"

    patch.setattr(worker, "run", run)
    account.enqueue(BEERS, "2010-01")
    before = len(account.jobs)
    ended = account.run({"tables": [BEERS]}, at_once)
    assert ended.statuses == {BEERS: "FAILED"}
    assert ended.results[BEERS]["error"].startswith("CANCELLED: ")
    assert len(account.jobs) == before + 1


@pytest.mark.parametrize(
    ("given", "jobs"),
    [
        ({"look": True}, 1),  # dm doctor would wait for an hour's quarter, and hear the same
        ({"operate": {"name": "hold", "arguments": {}}}, 1),  # it may be done already
        ({"maintain": True}, 2),
    ],
)
def test_only_what_the_schedules_do_is_tried_again(
    account: Account,
    worker: Worker,
    patch: pytest.MonkeyPatch,
    at_once: str,
    given: dict[str, object],
    jobs: int,
) -> None:
    patch.setattr(worker, "run", lambda job: "Exit code: 1. No such file: python3.11")
    before = len(account.jobs)
    assert account.run(given, at_once).status == "FAILED"
    assert len(account.jobs) == before + jobs


def test_a_job_for_very_many_tables_has_a_name_that_aws_takes(account: Account) -> None:
    many = [f"a_table_of_a_long_name_{number:02}" for number in range(20)]
    dispatcher = account.dispatcher_with("many", JobsFor="all tables", Tables=",".join(many))
    for table in many:
        account.enqueue(table, "2010-01")
    assert account.run({}, dispatcher).statuses == dict.fromkeys(many, "SUCCEEDED")
    job = account.jobs[-1]
    assert len(job.name) == len(job.tags["dm:tables"]) == 256


def test_a_job_for_all_tables_has_an_outcome_for_each(
    account: Account, worker: Worker, patch: pytest.MonkeyPatch
) -> None:
    outcomes = [
        TableOutcome(BEERS, "FAILED", "2010-01 beer_name is null"),
        TableOutcome(DRINKERS, "HELD", "another run has its items, and settles them"),
        TableOutcome(STATES, "SUCCEEDED"),
    ]
    patch.setattr(worker, "run", lambda job: tell(job, outcomes) or "Exit code: 1")
    for table in (BEERS, DRINKERS, STATES):
        account.enqueue(table, "2010-01")
    dispatcher = account.dispatcher_with("all-in-one", JobsFor="all tables")
    ended = account.run({"tables": [BEERS, DRINKERS, STATES]}, dispatcher)
    assert (ended.status, ended.error) == ("FAILED", "GoldTablesFailed")
    assert ended.statuses == {BEERS: "FAILED", DRINKERS: "HELD", STATES: "SUCCEEDED"}
    assert ended.results[BEERS]["error"] == "2010-01 beer_name is null"
    assert {result["job_run_id"] for result in ended.results.values()} == {account.jobs[-1].id}


def test_of_a_job_for_all_tables_only_what_may_succeed_is_tried_again(
    account: Account, worker: Worker, patch: pytest.MonkeyPatch
) -> None:
    again = account.dispatcher_with("again-all", JobsFor="all tables", SecondAttemptMinutes="15")
    quick = variation(account, r'"Seconds": "[^"]+"', '"Seconds": 1', again)
    outcomes = [
        TableOutcome(BEERS, "FAILED", "2010-01 beer_name is null"),
        TableOutcome(STATES, "FAILED", "S3 did not answer", again=True),
    ]
    before = len(account.jobs)

    def run(job: JobRun) -> str | None:
        if len(account.jobs) > before + 1:
            return tell(job)
        return tell(job, outcomes) or "Exit code: 1"

    patch.setattr(worker, "run", run)
    for table in (BEERS, STATES):
        account.enqueue(table, "2010-01")
    ended = account.run({"tables": [BEERS, STATES]}, quick)
    assert ended.statuses == {BEERS: "FAILED", STATES: "SUCCEEDED"}
    first, second = account.jobs[before:]
    assert arguments(second) == ["--layer", "gold", "--table", STATES]
    ids = {table: result["job_run_id"] for table, result in ended.results.items()}
    assert ids == {BEERS: first.id, STATES: second.id}


def test_a_job_that_tells_nothing_has_built_nothing_that_is_known_of(
    account: Account, worker: Worker, patch: pytest.MonkeyPatch
) -> None:
    patch.setattr(worker, "run", lambda job: None)
    account.enqueue(BEERS, "2010-01")
    ended = account.run({"tables": [BEERS]})
    assert ended.status == "FAILED"
    assert ended.results[BEERS]["error"] == "the job told no outcome"


def test_an_outcome_that_cannot_be_read_fails_its_table_and_stops_no_other(
    account: Account, patch: pytest.MonkeyPatch
) -> None:
    get = DynamoHandler.get_item

    def refuse(handler: DynamoHandler) -> object:
        if BEERS in str(handler.body["Key"]):
            raise ProvisionedThroughputExceeded
        return get(handler)

    quick = variation(account, r'"MaxAttempts": 6', '"MaxAttempts": 1')
    for table in (BEERS, STATES):
        account.enqueue(table, "2010-01")
    with pytest.MonkeyPatch.context() as faulty:
        faulty.setattr(DynamoHandler, "get_item", refuse)
        ended = account.run({"tables": [BEERS, STATES]}, quick)
    assert ended.statuses == {BEERS: "FAILED", STATES: "SUCCEEDED"}
    assert ended.results[BEERS]["error"].startswith("its outcome could not be read: DynamoDB")


def test_dm_tells_whose_work_another_run_holds(
    account: Account, worker: Worker, patch: pytest.MonkeyPatch
) -> None:
    held = TableOutcome(BEERS, "HELD", "another run has its items, and settles them")
    patch.setattr(worker, "run", lambda job: tell(job, [held]))
    account.enqueue(BEERS, "2010-01")
    process = ["process", "--target", "aws", "--table", BEERS, "--wait"]
    answer = CliRunner().invoke(dm, process, catch_exceptions=False)
    assert answer.exit_code == 3
    assert f"{BEERS}: HELD, another run has its items" in answer.output
