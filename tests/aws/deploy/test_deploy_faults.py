"""What may be in the way of `make deploy` and `make destroy`, and what is refused."""

from collections.abc import Callable
from pathlib import Path
from threading import get_ident

import boto3
import pytest
from click.testing import CliRunner, Result
from moto.emrserverless import models as emr

from infra import deploy, quiet
from infra.stack import StackFailed
from tests.aws.deploy.test_deploy import ACCOUNT, TEMPLATE, aws, dist, run, stacks
from tests.aws.moto_gaps import cloudformation

__all__ = ["aws", "dist"]

pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse")

WITH_APPLICATION = (
    TEMPLATE.replace(
        "Resources:",
        """Resources:
  Application:
    Type: AWS::EMRServerless::Application
    Properties: {Name: !Sub "app-${AlarmEmail}", Type: SPARK, ReleaseLabel: emr-spark-8.1.0}""",
    )
    + """Outputs:
  Application: {Value: !Ref Application}
  Schedules: {Value: daily}
"""
)
WITH_DISPATCHER = (
    WITH_APPLICATION.replace(
        "Resources:",
        """Resources:
  Dispatcher:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: dm-analytics-dispatcher
      RoleArn: !Sub arn:aws:iam::${AWS::AccountId}:role/dispatcher
      DefinitionString: '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'""",
    )
    + "  Dispatcher: {Value: !Ref Dispatcher}\n"
)


@pytest.fixture
def deployed(aws: None, dist: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stack with an application, which is started, as in the ten minutes after a job."""
    cloudformation.close(monkeypatch)
    monkeypatch.setattr(quiet, "_POLL", 0)
    (dist / "analytics.yaml").write_text(WITH_APPLICATION)
    assert run(dist).exit_code == 0
    boto3.client("emr-serverless").start_application(applicationId=application()["applicationId"])
    return dist


def application() -> dict[str, str]:
    client = boto3.client("emr-serverless")
    (found,) = client.list_applications()["applications"]
    found_id: str = found["id"]
    got: dict[str, str] = client.get_application(applicationId=found_id)["application"]
    return got


def start_job() -> emr.JobRun:
    """A job run that runs until it is cancelled; no worker of another test gets it."""
    which = application()["applicationId"]
    job = emr.JobRun(
        application_id=which,
        client_token="token",
        execution_role_arn=f"arn:aws:iam::{ACCOUNT}:role/job",
        account_id=ACCOUNT,
        region_name="eu-west-1",
        release_label="emr-7.9.0",
        application_type="SPARK",
        job_driver=None,
        configuration_overrides=None,
        tags=None,
        network_configuration=None,
        execution_timeout_minutes=None,
        name=None,
    )
    job.state = "RUNNING"
    emr.emrserverless_backends[ACCOUNT]["eu-west-1"].job_runs[which].append(job)
    return job


def make_schedule(state: str) -> None:
    target = {"Arn": "arn:aws:states:x", "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/r", "Input": "{}"}
    boto3.client("scheduler").create_schedule(
        Name="daily",
        ScheduleExpression="cron(0 7 * * ? *)",
        FlexibleTimeWindow={"Mode": "OFF"},
        State=state,
        Target=target,
    )


def at_each_wait(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Does something whenever a deployment waits, instead of waiting."""
    here, sleep = get_ident(), quiet.time.sleep

    def wait(seconds: float) -> None:
        if get_ident() == here:
            act()
        else:  # the stand-ins' own threads sleep, too
            sleep(seconds)

    monkeypatch.setattr(quiet.time, "sleep", wait)


def destroy(*options: str) -> Result:
    return CliRunner().invoke(deploy.main, ["destroy", "--yes", *options], catch_exceptions=False)


def test_an_application_that_idles_is_stopped_before_it_is_deleted(deployed: Path) -> None:
    make_schedule("ENABLED")
    answer = destroy()
    assert answer.exit_code == 0, answer.output
    assert "Stopping application" in answer.output
    assert set(stacks()) == {deploy.STORAGE}
    found = boto3.client("scheduler").get_schedule(
        Name="daily"
    )  # this test's own; nothing starts meanwhile
    assert (found["State"], found["Target"]["Input"]) == ("DISABLED", "{}")


def test_a_job_that_runs_is_waited_for_or_gives_its_items_back(
    deployed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, waits = start_job(), list[int]()

    def wait() -> None:
        waits.append(1)
        job.state = "SUCCESS" if len(waits) == 2 else job.state

    at_each_wait(monkeypatch, wait)
    answer = destroy()
    assert answer.exit_code == 0, answer.output
    assert answer.output.count(f"Waiting for job {job.id} to end") == 2


def test_a_job_that_is_cancelled_has_time_to_give_its_items_back(
    deployed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, asked = start_job(), []
    call = boto3.client("emr-serverless").__class__._make_api_call

    def note(client: object, operation: str, arguments: dict[str, object]) -> object:
        if operation == "CancelJobRun":
            asked.append(arguments["shutdownGracePeriodInSeconds"])
        return call(client, operation, arguments)

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", note)
    answer = destroy("--cancel")
    assert answer.exit_code == 0, answer.output
    assert job.state in ("CANCELLING", "CANCELLED")
    assert asked == [120]


def test_an_execution_is_stopped_before_it_starts_the_next_tables_job(
    deployed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It starts a job whenever one has ended, until it is stopped itself."""
    (deployed / "analytics.yaml").write_text(WITH_DISPATCHER)
    assert run(deployed).exit_code == 0
    states = boto3.client("stepfunctions")
    (machine,) = states.list_state_machines()["stateMachines"]
    arn = states.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
    boto3.client("emr-serverless").start_application(applicationId=application()["applicationId"])
    jobs, done = [start_job()], []
    call = boto3.client("emr-serverless").__class__._make_api_call

    def note(client: object, operation: str, arguments: dict[str, object]) -> object:
        if operation in ("CancelJobRun", "StopExecution"):
            done.append(operation)
        return call(client, operation, arguments)

    def pass_time() -> None:
        assert len(jobs) < 5, "the execution goes on and on"
        for job in jobs:
            job.state = "CANCELLED" if job.state == "CANCELLING" else job.state
        going_on = states.describe_execution(executionArn=arn)["status"] == "RUNNING"
        if going_on and all(job.state == "CANCELLED" for job in jobs):
            jobs.append(start_job())

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", note)
    at_each_wait(monkeypatch, pass_time)
    answer = destroy("--cancel")
    assert answer.exit_code == 0, answer.output
    assert done == ["CancelJobRun", "StopExecution"]  # the job has its time before that
    assert len(jobs) == 1


def test_what_is_being_cancelled_or_stopped_is_waited_for(
    deployed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = start_job()
    job.state = "CANCELLING"
    app = emr.emrserverless_backends[ACCOUNT]["eu-west-1"].applications[job.application_id]
    waits: list[str] = []

    def wait() -> None:
        waits.append(job.state)
        if job.state == "CANCELLING":
            job.state, app.state = "CANCELLED", "STOPPING"
        else:
            app.state = "STOPPED"

    at_each_wait(monkeypatch, wait)
    answer = destroy("--cancel")
    assert answer.exit_code == 0, answer.output
    assert waits == ["CANCELLING", "CANCELLED"]
    assert "Cancelling" not in answer.output
    assert "Stopping" not in answer.output


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), StackFailed("no right to delete it")])
@pytest.mark.parametrize("state", ["ENABLED", "DISABLED"])
def test_schedules_are_as_they_were_if_nothing_is_deleted(
    deployed: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException, state: str
) -> None:
    make_schedule(state)
    seen: list[str] = []

    def fail(*_: object, **__: object) -> None:
        seen.append(boto3.client("scheduler").get_schedule(Name="daily")["State"])
        raise fault

    monkeypatch.setattr(deploy.Stack, "delete", fail)
    assert destroy().exit_code == 1
    assert seen == ["DISABLED"]
    found = boto3.client("scheduler").get_schedule(Name="daily")
    assert (found["State"], found["Target"]["Input"]) == (state, "{}")
