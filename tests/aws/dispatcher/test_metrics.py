"""What an execution tells CloudWatch, and its weekly maintenance."""

from datetime import timedelta

import boto3
import pytest
from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends
from moto.core.exceptions import JsonRESTError
from moto.dynamodb.exceptions import DynamodbException
from moto.dynamodb.responses import DynamoHandler

from runner.aws.outcomes import TableOutcome
from runner.control.items import Status, timestamp, utc_now
from tests.aws.stand_ins.account import BEERS, STATES, Account, variation
from tests.aws.stand_ins.deployer import ACCOUNT, REGION
from tests.aws.stand_ins.worker import Worker, arguments, tell

pytestmark = pytest.mark.usefixtures("no_items", "succeeding")


def metrics(account: Account) -> dict[str, float]:
    """The newest value of each metric of this project."""
    return {
        metric.name: metric.value
        for metric in cloudwatch_backends[ACCOUNT][REGION].metric_data
        if metric.namespace == "DataMaster" and account
    }


def test_an_execution_tells_what_is_in_error_and_how_long_work_has_waited(
    account: Account, worker: Worker, patch: pytest.MonkeyPatch
) -> None:
    bad = TableOutcome(BEERS, "FAILED", "2010-01 beer_name is null")
    patch.setattr(worker, "run", lambda job: tell(job, [bad]) or "Exit code: 1")
    waited = timestamp(utc_now() - timedelta(hours=30))
    account.enqueue(BEERS, "2010-01", created_at=waited)
    account.enqueue(BEERS, "2010-02")
    account.enqueue(BEERS, "2010-03", created_at="last Monday")  # it stops nobody
    account.enqueue(STATES, "2010-01", status=Status.ERROR)
    account.enqueue(STATES, "2010-02", status=Status.ERROR)
    assert account.run({"tables": [BEERS]}).status == "FAILED"
    found = metrics(account)
    assert found["ItemsInError"] == 2
    assert 30 <= found["OldestPendingHours"] < 31
    assert found["TablesFailed"] == 1

    account.forget_items()
    assert account.run({}).status == "SUCCEEDED"
    found = metrics(account)
    assert (found["ItemsInError"], found["OldestPendingHours"], found["TablesFailed"]) == (0, 0, 0)


def days(account: Account) -> int:
    """How many executions have told that all tables are well."""
    found = cloudwatch_backends[ACCOUNT][REGION].metric_data
    return sum(metric.value for metric in found if metric.name == "DaysSucceeded" and account)


def test_a_day_is_what_went_well_for_all_tables_and_nothing_else(
    account: Account, worker: Worker, patch: pytest.MonkeyPatch
) -> None:
    before = days(account)
    patch.setattr(
        worker, "run", lambda job: tell(job, [TableOutcome(arguments(job)[-1], "SUCCEEDED")])
    )
    account.run({"maintain": True})
    account.run({"look": True})
    account.run({"tables": []})  # dm doctor
    account.run({"tables": [BEERS], "periods": ["2010-01"]})
    patch.setattr(worker, "run", lambda job: "Exit code: 1")
    account.enqueue(BEERS, "2010-01")
    assert account.run({}).status == "FAILED"
    assert days(account) == before
    patch.setattr(worker, "run", tell)
    assert account.wait(account.fire_schedule()).status == "SUCCEEDED"
    assert days(account) == before + 1


def test_each_alarm_looks_at_what_an_execution_tells(account: Account) -> None:
    account.run({})
    account.run({"maintain": True})
    told = {
        (metric.name, tuple((d.name, d.value) for d in metric.dimensions))
        for metric in cloudwatch_backends[ACCOUNT][REGION].metric_data
        if metric.namespace == "DataMaster"
    }
    alarms = boto3.client("cloudwatch").describe_alarms()["MetricAlarms"]
    looked_at = {
        alarm["AlarmName"]: (
            alarm["MetricName"],
            tuple((d["Name"], d["Value"]) for d in alarm["Dimensions"]),
        )
        for alarm in alarms
        if alarm.get("Namespace") == "DataMaster"
    }
    assert len(looked_at) == 4
    assert set(looked_at.values()) <= told, looked_at
    (late,) = [alarm for alarm in alarms if alarm["AlarmName"].endswith("-no-success")]
    assert late["EvaluationPeriods"] * late["Period"] == 26 * 3600
    assert late["TreatMissingData"] == "breaching"


def test_the_other_metrics_are_told_though_the_errors_cannot_be_counted(account: Account) -> None:
    before = days(account)
    quick = variation(account, r'"MaxAttempts": 4', '"MaxAttempts": 0')
    query = DynamoHandler.query

    def refuse(handler: DynamoHandler) -> object:
        if handler.body.get("Select") == "COUNT":
            raise DynamodbException("InternalServerError", "not now")
        return query(handler)

    with pytest.MonkeyPatch.context() as faulty:
        faulty.setattr(DynamoHandler, "query", refuse)
        assert account.run({}, quick).status == "SUCCEEDED"
    assert days(account) == before + 1


def test_maintenance_is_a_job_of_its_own(
    account: Account, worker: Worker, patch: pytest.MonkeyPatch
) -> None:
    account.enqueue(BEERS, "2010-01")
    done = TableOutcome("maintenance", "SUCCEEDED")
    patch.setattr(worker, "run", lambda job: tell(job, [done]))
    before = len(account.jobs)
    ended = account.wait(account.fire_schedule("dm-analytics-maintenance"))
    assert ended.statuses == {"maintenance": "SUCCEEDED"}
    (job,) = account.jobs[before:]
    assert arguments(job) == ["--layer", "gold", "--task", "maintenance"]
    assert job.tags == {"dm:environment": "prod", "dm:tables": "maintenance"}
    assert metrics(account)["MaintenanceFailed"] == 0

    patch.setattr(worker, "run", lambda job: "Exit code: 1")
    ended = account.run({"maintain": True})
    assert ended.statuses == {"maintenance": "FAILED"}
    assert metrics(account)["MaintenanceFailed"] == 1


def test_an_execution_ends_as_it_does_whether_or_not_its_metrics_are_taken(
    account: Account, patch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise JsonRESTError("AccessDeniedException", "not allowed")

    quick = variation(account, r'"MaxAttempts": 4', '"MaxAttempts": 0')
    with pytest.MonkeyPatch.context() as faulty:
        faulty.setattr(CloudWatchBackend, "put_metric_data", refuse)
        account.enqueue(BEERS, "2010-01")
        assert account.run({"tables": [BEERS]}, quick).statuses == {BEERS: "SUCCEEDED"}
