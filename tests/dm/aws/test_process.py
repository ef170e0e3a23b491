"""dm process on AWS: it starts the state machine, and follows it."""

import time

import pytest

from dm.aws import dispatcher
from runner.control.dynamodb import DynamoControlTable
from runner.control.items import Outcome, Status
from tests.dm.aws.state_machine import SLOW, given, run, started
from tests.runner.control.test_control import HOUR, item


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
    state_machine: str, control: DynamoControlTable
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


def test_a_success_ends_with_exit_code_0(state_machine: str, control: DynamoControlTable) -> None:
    answer = run("process", "--wait", "--table", "top_drinkers")
    assert answer.exit_code == 0
    assert answer.output.splitlines()[-1].endswith(": SUCCEEDED")


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (Status.ERROR, 1, "1 control item gave up: top_drinkers 2010-12. `dm status --target aws`"),
        (Status.RUNNING, 3, "top_drinkers 2010-12: another run works on it; see `dm status --tar"),
    ],
)
def test_what_is_left_is_no_success(
    state_machine: str, control: DynamoControlTable, status: Status, code: int, told: str
) -> None:
    control.enqueue([item()])
    (mine,) = control.claim(control.claimable(), "another", HOUR)
    if status is Status.ERROR:
        control.finish([(mine, Outcome(Status.ERROR, "no beer has a name"))])
    answer = run("process", "--wait", "--table", "top_drinkers")
    assert answer.exit_code == code
    assert answer.output.splitlines()[-1].startswith(told)
    assert run("process", "--wait", "--table", "top_beers_by_rating").exit_code == 0


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
