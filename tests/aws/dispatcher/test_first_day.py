"""`dm doctor --target aws`, before and after the deployment, on the stand-in with both stacks."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from click.testing import CliRunner

from dm.aws import checks
from dm.aws.first_day import Deployed
from dm.cli import dm
from local.checks import Unwell
from runner.aws.calls import AwsCallFailed
from runner.aws.outcomes import TableOutcome
from runner.project import PROJECT
from tests.aws.stand_ins.account import Account
from tests.aws.stand_ins.calls import Call
from tests.aws.stand_ins.policies import allows, statements
from tests.aws.stand_ins.worker import Worker, tell

FOUND = "Python 3.11.13, Spark 4.1.1, Iceberg 1.11.0; the catalog has dm_gold"


def simulate(arguments: dict[str, Any]) -> dict[str, Any]:
    """IAM's simulation, with the policies of the role."""
    role = arguments["PolicySourceArn"].rpartition("/")[2]
    context = tuple(
        (entry["ContextKeyName"], entry["ContextKeyValues"][0])
        for entry in arguments["ContextEntries"]
    )
    return {
        "EvaluationResults": [
            {
                "EvalActionName": action,
                "EvalDecision": "allowed"
                if allows(statements(role), Call(action, resource, context))
                else "implicitDeny",
            }
            for action in arguments["ActionNames"]
            for resource in arguments["ResourceArns"]
        ]
    }


ANSWERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "SimulatePrincipalPolicy": simulate,
    "ListServiceQuotas": lambda _: {
        "Quotas": [{"QuotaName": "Max concurrent vCPUs per account", "Value": 16.0}]
    },
    "GetTableOptimizer": lambda _: {"TableOptimizer": {"configuration": {"enabled": False}}},
}
"""What moto does not answer."""


@pytest.fixture
def answers() -> Iterator[dict[str, Callable[[dict[str, Any]], dict[str, Any]]]]:
    found, call = dict(ANSWERS), BaseClient._make_api_call

    def answer(client: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        if operation in found:
            return found[operation](arguments)
        return call(client, operation, arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", answer)
        yield found


@pytest.fixture
def deployed(account: Account, worker: Worker, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """The day after `make deploy`: the mail is confirmed, the account has what AWS adds."""
    account.forget_items()
    iam, sns = boto3.client("iam"), boto3.client("sns")
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=checks._ROLE, AssumeRolePolicyDocument="{}")
    (topic,) = [t["TopicArn"] for t in sns.list_topics()["Topics"] if "failures" in t["TopicArn"]]
    mail = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="a@example.com")
    patch.setattr(worker, "run", lambda job: tell(job, [TableOutcome("look", "SUCCEEDED", FOUND)]))
    yield
    sns.unsubscribe(SubscriptionArn=mail["SubscriptionArn"])


def findings(*options: str) -> dict[str, dict[str, Any]]:
    command = ["doctor", "--target", "aws", "--format", "json", *options]
    answer = CliRunner().invoke(dm, command, catch_exceptions=False)
    return {finding["check"]: finding for finding in json.loads(answer.output)}


def wrong(*options: str) -> dict[str, str]:
    return {name: f["told"] for name, f in findings(*options).items() if not f["ok"]}


def test_after_a_deployment_all_that_only_aws_has_is_told(
    deployed: None, account: Account, answers: object
) -> None:
    found = findings("--after-deploy")
    assert not {name: f["told"] for name, f in found.items() if not f["ok"]}
    assert found["release"]["told"] == FOUND
    assert found["empty execution"]["told"].endswith(" SUCCEEDED")
    assert found["schedules"]["told"] == "dm-analytics-daily, dm-analytics-maintenance are on"
    assert found["job's rights"]["told"].startswith("JobRole may do all ")
    assert found["mail"]["told"] == "1 are told of alarms"
    assert found["Athena"]["told"].endswith(": SUCCEEDED")


def test_what_is_not_there_before_a_deployment_is_told_with_what_to_do(
    account: Account, answers: dict[str, Any], patch: pytest.MonkeyPatch
) -> None:
    answers["ListServiceQuotas"] = lambda _: {
        "Quotas": [{"QuotaName": "Max concurrent vCPUs per account", "Value": 4.0}]
    }
    with pytest.MonkeyPatch.context() as absent:
        absent.setattr("dm.aws.checks._ROLE", "AWSServiceRoleForNobody")
        found = findings()
    assert not found["service-linked role"]["ok"]
    assert "create-service-linked-role" in found["service-linked role"]["advice"]
    assert found["quota"]["told"].startswith("4 vCPU at once, and 2 jobs at a time")
    assert "MaxConcurrency=1" in found["quota"]["advice"]


@pytest.mark.parametrize(
    ("vcpu", "sizes", "needed", "advice"),
    [
        (8, {"MaxConcurrency": "1"}, 0, ""),
        (8, {}, 12, "deploy with MaxConcurrency=1; one job takes 4."),
        (16, {"Executors": "3"}, 24, "one job takes 8."),
        (4, {"MaxConcurrency": "1"}, 8, "deploy with smaller DriverCores= and ExecutorCores=;"),
    ],
)
def test_the_quota_has_room_for_the_jobs_as_they_are_deployed(
    account: Account,
    answers: dict[str, Any],
    vcpu: int,
    sizes: dict[str, str],
    needed: int,
    advice: str,
) -> None:
    jobs = sizes.get("MaxConcurrency", "2")
    told = f"{vcpu} vCPU at once, of which the jobs take 8"
    if needed:
        told = (
            f"{vcpu} vCPU at once, and {jobs} jobs at a time and the workers of one that has ended"
        )
    answers["ListServiceQuotas"] = lambda _: {
        "Quotas": [{"QuotaName": "Max concurrent vCPUs per account", "Value": float(vcpu)}]
    }
    name = account.dispatcher_with(f"quota-{uuid4()}", **sizes).rpartition(":")[2]
    if needed:
        with pytest.raises(Unwell, match=f"^{told} take {needed}$") as error:
            checks.quota(name)
        assert advice in error.value.hint
    else:
        assert checks.quota(name) == told


def test_a_right_that_the_caller_lacks_is_told_with_what_to_do(
    deployed: None, answers: dict[str, Any]
) -> None:
    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        error = {"Code": "AccessDeniedException", "Message": "not authorized"}
        raise ClientError({"Error": error}, "GetTableOptimizer")

    answers["GetTableOptimizer"] = refuse
    with pytest.raises(AwsCallFailed) as told:
        Deployed("dm-analytics-dispatcher").optimizers()
    assert told.value.message.startswith("GetTableOptimizer of table dm_gold.")
    assert told.value.hint == "Ask for this permission, or sign in with a role that has it."


def test_athena_is_asked_in_the_workgroup_that_is_named(
    deployed: None, answers: dict[str, Any]
) -> None:
    asked: list[str] = []

    def refuse(arguments: dict[str, Any]) -> dict[str, Any]:
        asked.append(arguments["WorkGroup"])
        error = {"Code": "AccessDeniedException", "Message": "not authorized"}
        raise ClientError({"Error": error}, "StartQueryExecution")

    answers["StartQueryExecution"] = refuse
    with pytest.raises(AwsCallFailed, match="workgroup analysts"):
        Deployed("dm-analytics-dispatcher", "analysts").athena()
    assert asked == ["analysts"]


def test_the_list_of_what_only_aws_has_names_the_checks_of_dm_doctor() -> None:
    guide = (PROJECT / "docs" / "aws.md").read_text().partition("| unproven | shown by |")[2]
    rows = [line.split("|")[2] for line in guide.splitlines()[2:] if line.startswith("|")]
    named = {word for row in rows for word in re.findall(r"`([^`]+)`", row)}
    checked = {*Deployed("dm-analytics-dispatcher").checks(), *checks.checks("x")}
    assert len(rows) > 10
    assert Deployed("dm-analytics-dispatcher").checks().keys() <= named
    for row in rows:  # a check, or words for that no command can tell
        words = set(re.findall(r"`([^`]+)`", row))
        assert words & checked or row.strip().startswith("no check"), row


def test_what_forbids_is_named(deployed: None, answers: dict[str, Any]) -> None:
    def deny(arguments: dict[str, Any]) -> dict[str, Any]:
        found = simulate(arguments)
        for result in found["EvaluationResults"]:
            if result["EvalActionName"] == "glue:UpdateTable":
                result["EvalDecision"] = "explicitDeny"
        return found

    answers["SimulatePrincipalPolicy"] = deny
    answers["GetTableOptimizer"] = lambda _: {
        "TableOptimizer": {"configuration": {"enabled": True}}
    }
    found = wrong("--after-deploy")
    assert found.pop("job's rights") == "JobRole may not glue:UpdateTable (explicitDeny)"
    assert found.pop("optimizers").startswith("Glue optimizes, too: compaction of ")
    assert not found


def test_a_job_that_cannot_start_its_python_is_told_with_its_log(
    deployed: None, answers: object, worker: Worker
) -> None:
    with pytest.MonkeyPatch.context() as faulty:
        faulty.setattr(worker, "run", lambda job: "Exit code: 1. No such file: python3.11")
        found = findings("--after-deploy")["release"]
    assert "No such file: python3.11" in found["told"]
    assert "SPARK_DRIVER/stderr.gz" in found["advice"]
    assert "Python=" in found["advice"]


def test_it_goes_with_aws_alone() -> None:
    answer = CliRunner().invoke(dm, ["doctor", "--after-deploy"])
    assert answer.exit_code == 2
    assert "--target aws" in answer.output
