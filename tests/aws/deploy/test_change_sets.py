"""A change of what is deployed: what is in its way, and what is told."""

from pathlib import Path

import boto3
import click
import pytest
from moto.cloudformation.models import cloudformation_backends

from infra import deploy
from tests.aws.deploy.test_deploy import ACCOUNT, aws, dist, parameters, run
from tests.aws.deploy.test_deploy_faults import WITH_APPLICATION, application, deployed

__all__ = ["aws", "deployed", "dist"]

pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse")


def change_the_application(folder: Path) -> None:
    (folder / "analytics.yaml").write_text(WITH_APPLICATION.replace("app-", "another-"))


def test_a_change_of_the_application_stops_it_first(deployed: Path) -> None:
    change_the_application(deployed)
    answer = run(deployed, "AlarmEmail=b@example.com")
    assert answer.exit_code == 0, answer.output
    assert "Stopping application" in answer.output
    assert parameters()["AlarmEmail"] == "b@example.com"
    assert application()["state"] == "STOPPED"


def test_another_change_leaves_it_as_it_is(deployed: Path) -> None:
    template = deployed / "analytics.yaml"
    template.write_text(
        template.read_text().replace('DisplayName: !Sub "', 'DisplayName: !Sub "x ')
    )
    answer = run(deployed)
    assert "Modify" in answer.output
    assert "Stopping" not in answer.output
    assert application()["state"] == "STARTED"


def test_ctrl_c_at_the_question_leaves_nothing_in_the_way(
    deployed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_the_application(deployed)
    with monkeypatch.context() as interrupted:

        def interrupt(*_: object, **__: object) -> bool:
            raise click.Abort

        interrupted.setattr(click, "confirm", interrupt)
        assert run(deployed, "AlarmEmail=c@example.com").exit_code == 1
    left = boto3.client("cloudformation").list_change_sets(StackName=deploy.ANALYTICS)["Summaries"]
    assert not [found for found in left if found["ExecutionStatus"] == "AVAILABLE"]
    assert run(deployed, "AlarmEmail=c@example.com").exit_code == 0


def test_what_another_attempt_left_is_not_in_the_way(deployed: Path) -> None:
    """As when a terminal was closed at the question."""
    client = boto3.client("cloudformation")
    for _ in range(2):
        stack = deploy.Stack(client, deploy.ANALYTICS)
        template = WITH_APPLICATION.replace("app-", "other-")
        assert stack._propose(template, {}, {})
    assert run(deployed, "AlarmEmail=d@example.com").exit_code == 0


def test_the_fault_that_is_told_is_the_one_of_this_attempt(
    deployed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_the_application(deployed)
    (stack,) = (
        found
        for found in cloudformation_backends[ACCOUNT]["eu-west-1"].stacks.values()
        if found.name == deploy.ANALYTICS
    )
    stack._add_stack_event("CREATE_FAILED", resource_status_reason="a fault of last week")
    stack.events[-1].client_request_token = "last-week"
    monkeypatch.setattr(deploy, "bring_to_rest", lambda *_: None)  # it has started meanwhile
    answer = run(deployed, "AlarmEmail=e@example.com")
    assert answer.exit_code == 1
    assert "Application: Application" in answer.output
    assert "Current status: STARTED" in answer.output
    assert "last week" not in answer.output
