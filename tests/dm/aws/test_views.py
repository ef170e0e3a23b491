"""What dm tells of AWS: runs, control items, status, and what is not deployed."""

import json
import time
from uuid import uuid4

import boto3
import pytest
from botocore.client import BaseClient

from dm.aws import dispatcher
from runner.control.dynamodb import DynamoControlTable
from runner.control.items import Outcome, Status
from tests.control import claim, finish
from tests.dm.aws.state_machine import SLOW, run, started
from tests.runner.control.test_control import HOUR, item


def test_runs_tell_what_an_execution_did_with_each_table(
    state_machine: str, control: DynamoControlTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    beers, breweries = "top_beers_by_rating", "top_breweries_by_rating"
    dispatcher.connect(state_machine).start(["top_drinkers", beers, breweries])
    name = started(state_machine)
    control.enqueue(
        [
            item("a", table_name=beers),
            item("b", table_name=beers, review_month="1"),
            item("c", table_name=breweries),
            item("d", table_name=breweries),
        ]
    )
    for found in control.items(Status.PENDING):
        owner = "another-1" if found.control_id == "d" else f"{name}-1a2b3c4d"
        mine = claim(control, found, owner, HOUR)
        assert mine is not None
        finish(control, mine, Outcome(Status.SUCCESS))
    dispatcher.connect(state_machine).follow(name, lambda result: None)
    rows = json.loads(run("runs", "--format", "json").output)
    assert {row["run"] for row in rows} == {name}
    by_table = {row["table"]: row for row in rows}
    assert by_table[beers]["periods"] == ["2010-01", "2010-12"]
    assert by_table[beers]["outcome"] == "SUCCEEDED"
    assert by_table[beers]["job_run_id"] == "00job"
    assert 0 <= by_table[beers]["seconds"] < 60
    assert by_table[breweries]["periods"] == ["2010-12"]
    assert by_table[breweries]["logs"] == "s3://logs/00job/"
    assert by_table["top_drinkers"]["outcome"] == "SKIPPED"
    monkeypatch.setattr("dm.commands.work.runs._LOOKED_AT", 2)
    assert "looked at 2 items of each status: months of runs may be missing" in run("runs").stderr
    listing = run("runs").output
    assert f"{name} {breweries}: no beer has a name\ns3://logs/00job/" in listing


@pytest.mark.parametrize("seconds", [600])
def test_runs_tell_of_an_execution_that_goes_on(
    state_machine: str, control: DynamoControlTable
) -> None:
    assert run("runs").output == "Nothing has run yet.\n"
    run("process", "--table", "top_drinkers", "--table", SLOW)
    name = started(state_machine)
    control.enqueue([item(table_name=SLOW)])
    claim(control, control.items(Status.PENDING)[0], f"{name}-1a2b3c4d", HOUR)
    for _ in range(100):
        rows = json.loads(run("runs", "--format", "json").output)
        if len(rows) == 2:
            break
        time.sleep(0.1)
    assert {row["table"]: (row["outcome"], row["seconds"]) for row in rows} == {
        "top_drinkers": ("SKIPPED", rows[0]["seconds"]),
        SLOW: ("RUNNING", None),
    }


def test_pending_retry_and_backfill_reach_the_table_on_aws(
    state_machine: str, control: DynamoControlTable
) -> None:
    span = ("--from", "2010-11", "--to", "2011-02")
    assert "4 control items are pending" in run("backfill", "--table", SLOW, *span).output
    found = control.items(Status.PENDING)
    assert [each.month for each in sorted(found, key=lambda each: each.month)] == [
        "2010-11", "2010-12", "2011-01", "2011-02",
    ]  # fmt: skip
    assert all(each.object_key == f"backfill/{each.control_id}" for each in found)
    mine = claim(control, found[0], "me", HOUR)
    assert mine is not None
    finish(control, mine, Outcome(Status.ERROR, "no beer has a name"))
    assert "no beer has a name" in run("pending").output
    assert "1 of 1 control item is pending again" in run("retry").output
    assert len(control.items(Status.PENDING)) == 4


def test_status_tells_of_the_newest_execution_and_of_tables_by_their_items(
    state_machine: str, control: DynamoControlTable
) -> None:
    beers, breweries = "top_beers_by_rating", "top_breweries_by_rating"
    control.enqueue([item("a", table_name=beers), item("b", table_name=breweries)])
    built, failed = control.claim(control.claimable(), "me", HOUR)
    finish(control, built, Outcome(Status.SUCCESS, record_count=3))
    finish(control, failed, Outcome(Status.ERROR, "no beer has a name"))
    run("process", "--wait", "--table", breweries)
    told = json.loads(run("status", "--format", "json").output)
    assert [execution["status"] for execution in told["executions"]] == ["FAILED"]
    assert [(found["table_name"], found["status"]) for found in told["items"]] == [
        (breweries, "error")
    ]
    tables = {table["table"]: table for table in told["tables"]}
    assert (tables[beers]["newest"], tables[beers]["run"]) == ("2010-12", "me")
    assert tables[breweries]["stale"] == ["2010-12"]
    text = run("status").output
    assert f"Execution {started(state_machine)}: FAILED, 20" in text
    assert f"{breweries} 2010-12: no beer has a name (`dm retry` tries it again)" in text


def test_the_doctor_names_what_is_not_deployed(
    state_machine: str, control: DynamoControlTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong() -> dict[str, str]:
        answer = run("doctor", "--format", "json")
        found = json.loads(answer.output)
        assert answer.exit_code == (not all(finding["ok"] for finding in found))
        return {f["check"]: f["told"] for f in found if not f["ok"]}

    emr = boto3.client("emr-serverless")
    for left in emr.list_applications()["applications"]:  # by other tests of this process
        emr.stop_application(applicationId=left["id"])
        emr.delete_application(applicationId=left["id"])
    call, role = BaseClient._make_api_call, f"role-{uuid4().hex[:8]}"  # of no other test
    monkeypatch.setattr("dm.aws.checks._ROLE", role)

    def answer(client: BaseClient, operation: str, arguments: dict[str, object]) -> object:
        if operation == "ListServiceQuotas":  # moto knows none of this service
            return {"Quotas": [{"QuotaName": "Max concurrent vCPUs per account", "Value": 16.0}]}
        return call(client, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", answer)
    assert wrong() == {
        "EMR application": "there is no dm-analytics-app in this region",
        "service-linked role": f"the account has no {role}",
    }
    boto3.client("iam").create_role(RoleName=role, AssumeRolePolicyDocument="{}")
    emr.create_application(name="dm-analytics-app", releaseLabel="emr-7.9.0", type="SPARK")
    assert wrong() == {}
    assert f"state machine: {state_machine}, the newest execution: none" in run("doctor").output
    monkeypatch.setenv("DM_CONTROL_TABLE", "no-table")
    monkeypatch.setenv("DM_STATE_MACHINE", "no-machine")
    assert wrong().keys() == {"control table", "state machine"}
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert "You must specify a region" in wrong()["credentials"]
