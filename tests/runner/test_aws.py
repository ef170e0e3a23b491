"""dm on AWS: a state machine that keeps the dispatcher's contract, run by moto's server."""

import json
import logging
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError, TokenRetrievalError
from click.testing import CliRunner, Result
from moto.core.config import default_user_config
from moto.server import ThreadedMotoServer

from local.cli import dm
from runner import dispatcher
from runner.aws import AwsCallFailed, calling
from runner.control.dynamodb import DynamoControlTable
from runner.control.items import Outcome, Status
from tests.control import claim, finish
from tests.runner.test_control import HOUR, item

# Each table ends as its name says; "top_styles_by_popularity" takes its time.
SUCCEEDED = {"status": "SUCCEEDED", "job_run_id": "00job", "logs": "s3://logs/00job/"}
FAILED = SUCCEEDED | {"status": "FAILED", "error": "no beer has a name"}
ENDS = {
    "top_drinkers": {"status": "SKIPPED"},
    "top_beers_by_rating": SUCCEEDED,
    "top_breweries_by_rating": FAILED,
    "top_styles_by_popularity": SUCCEEDED,
}
SLOW = "top_styles_by_popularity"


def definition(seconds: int) -> dict[str, Any]:
    """What the real one does to its input and output; it starts no jobs."""
    ends = {
        table: {"Type": "Pass", "Result": {"table": table, **result}, "End": True}
        for table, result in ENDS.items()
    }
    choices = [
        {"Variable": "$", "StringEquals": table, "Next": "Slow" if table == SLOW else table}
        for table in ENDS
    ]
    # A job for several tables puts out a list of results.
    ends[SLOW]["Result"] = [ends[SLOW]["Result"]]
    each = {
        "Which": {"Type": "Choice", "Choices": choices},
        "Slow": {"Type": "Wait", "Seconds": seconds, "Next": SLOW},
        **ends,
    }
    failed = "States.ArrayContains($.results[*].status, 'FAILED')"
    return {
        "StartAt": "Given",
        "States": {
            "Given": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.tables", "IsPresent": True, "Next": "Tables"}],
                "Default": "All",
            },
            "All": {"Type": "Pass", "Result": {"tables": sorted(ENDS)}, "Next": "Tables"},
            "Tables": {
                "Type": "Map",
                "ItemsPath": "$.tables",
                "ItemProcessor": {"StartAt": "Which", "States": each},
                "ResultPath": "$.results",
                "Next": "Summary",
            },
            "Summary": {
                "Type": "Pass",
                "Parameters": {"out": {"results.$": "$.results"}, "failed.$": failed},
                "Next": "AnyFailed",
            },
            "AnyFailed": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.failed", "BooleanEquals": True, "Next": "Failed"}],
                "Default": "Done",
            },
            "Failed": {
                "Type": "Fail",
                "Error": "GoldTablesFailed",
                "CausePath": "States.JsonToString($.out)",
            },
            "Done": {"Type": "Succeed", "OutputPath": "$.out"},
        },
    }


@pytest.fixture(scope="module")
def aws(dynamodb: None) -> Iterator[None]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(default_user_config, "stepfunctions", {"execute_state_machine": True})
        for service in ("SFN", "STS", "EMR_SERVERLESS"):
            patch.setenv(f"AWS_ENDPOINT_URL_{service}", f"http://{host}:{port}")
        yield
    server.stop()


@pytest.fixture
def seconds() -> int:
    """How long the slow table takes."""
    return 1


@pytest.fixture
def state_machine(aws: None, seconds: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    name = f"dispatcher-{uuid4().hex[:8]}"
    client = boto3.client("stepfunctions")
    arn = client.create_state_machine(
        name=name,
        definition=json.dumps(definition(seconds)),
        roleArn="arn:aws:iam::123456789012:role/dispatcher",
    )["stateMachineArn"]
    with monkeypatch.context() as patch:
        patch.setenv("DM_STATE_MACHINE", name)
        patch.setenv("DM_TARGET", "aws")
        yield name
    for execution in client.list_executions(stateMachineArn=arn, statusFilter="RUNNING")[
        "executions"
    ]:
        client.stop_execution(executionArn=execution["executionArn"])


@pytest.fixture
def control(dynamodb_table: str, monkeypatch: pytest.MonkeyPatch) -> DynamoControlTable:
    monkeypatch.setenv("DM_CONTROL_TABLE", dynamodb_table)
    return DynamoControlTable(dynamodb_table)


def run(*command: str, **settings: Any) -> Result:
    return CliRunner().invoke(dm, command, catch_exceptions=False, **settings)


def given(name: str) -> Any:
    found = boto3.client("stepfunctions").describe_execution(
        executionArn=dispatcher.connect(name)._execution_arn(started(name))
    )
    return json.loads(found["input"])


def started(name: str) -> str:
    return dispatcher.connect(name).latest(1)[0].name


@pytest.mark.parametrize("seconds", [600])
def test_a_start_returns_at_once_and_a_second_one_names_the_first(state_machine: str) -> None:
    first = run("process", "--layer", "gold", "--table", SLOW)
    assert first.exit_code == 0
    _, name, link = first.output.split()
    assert link.startswith("https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#")
    assert link.endswith(f":execution:{state_machine}:{name}")
    assert given(state_machine) == {"tables": [SLOW]}
    second = run("process")
    assert second.exit_code == 1
    assert f"Execution {name} has been running since 20" in second.output
    assert started(state_machine) == name


@pytest.mark.parametrize("seconds", [4])
def test_who_waits_is_told_of_each_table_as_it_ends(state_machine: str) -> None:
    begun = time.monotonic()
    told: dict[str, float] = {}
    aws = dispatcher.connect(state_machine)
    name = aws.start(["top_drinkers", SLOW])
    aws.follow(name, lambda result: told.setdefault(result.table, time.monotonic() - begun))
    assert list(told) == ["top_drinkers", SLOW]
    assert told["top_drinkers"] < 4 <= told[SLOW]


def test_a_failure_tells_table_reason_and_logs_and_ends_with_exit_code_1(
    state_machine: str,
) -> None:
    answer = run("process", "--wait")
    assert answer.exit_code == 1
    assert given(state_machine) == {}
    lines = [line.strip() for line in answer.output.splitlines()]
    assert "top_drinkers: SKIPPED" in lines
    assert "top_beers_by_rating: SUCCEEDED, job 00job" in lines
    assert (
        "top_breweries_by_rating: FAILED, no beer has a name, job 00job, s3://logs/00job/" in lines
    )
    assert lines[-1].endswith(": FAILED")


def test_a_success_ends_with_exit_code_0(state_machine: str) -> None:
    answer = run("process", "--wait", "--table", "top_drinkers")
    assert answer.exit_code == 0
    assert answer.output.splitlines()[-1].endswith(": SUCCEEDED")


def test_runs_tell_what_an_execution_did_with_each_table(
    state_machine: str, control: DynamoControlTable
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
    assert "1 of 1 control items are pending again" in run("retry").output
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
    assert wrong() == {"EMR application": "there is no dm-analytics-app in this region"}
    emr.create_application(name="dm-analytics-app", releaseLabel="emr-7.9.0", type="SPARK")
    assert wrong() == {}
    assert f"state machine: {state_machine}, the newest execution: none" in run("doctor").output
    monkeypatch.setenv("DM_CONTROL_TABLE", "no-table")
    monkeypatch.setenv("DM_STATE_MACHINE", "no-machine")
    assert wrong().keys() == {"control table", "state machine"}
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert "You must specify a region" in wrong()["credentials"]


def test_a_state_machine_that_is_not_there_is_told(
    state_machine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
    answer = run("process")
    assert answer.exit_code == 1
    told, hint = answer.output.strip().split("\n")
    assert told.startswith(
        f"Error: ListExecutions of state machine {state_machine} in us-west-2 failed: "
    )
    assert "region (AWS_DEFAULT_REGION)" in hint


def test_no_region_and_no_credentials_are_told(
    state_machine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    for command in ("process", "pending", "status"):
        assert "Name the region: `export AWS_DEFAULT_REGION=" in run(command).output
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("HOME", "/nowhere")
    assert "Sign in" in run("process").output


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("ExpiredTokenException", "Sign in again"),
        ("AccessDeniedException", "Ask for this permission"),
        ("ThrottlingException", "try again in a minute"),
        ("SomethingNew", "Check the region, the credentials and the name"),
    ],
)
def test_what_to_do_depends_on_the_error(code: str, hint: str) -> None:
    error = ClientError({"Error": {"Code": code, "Message": "it says why"}}, "StartExecution")
    with (
        pytest.raises(AwsCallFailed, match=r"^StartExecution of it failed: .*says why$") as caught,
        calling("StartExecution", "it"),
    ):
        raise error
    assert hint in caught.value.hint


def test_a_session_that_is_over_is_told() -> None:
    with pytest.raises(AwsCallFailed) as caught, calling("StartExecution", "it"):
        raise TokenRetrievalError(provider="sso", error_msg="Token has expired")
    assert "aws sso login" in caught.value.hint
