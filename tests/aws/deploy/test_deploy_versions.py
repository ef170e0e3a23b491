"""Going back to an uploaded version, and deploying more than one environment."""

import json
import re
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from click.testing import CliRunner
from moto.s3.models import s3_backends

from infra import artifacts, deploy
from infra.stack import declared
from runner.control.dynamodb import DynamoControlTable
from runner.control.items import Status
from tests.aws.deploy.test_deploy import (
    ACCOUNT,
    COMMIT,
    DATALAKE,
    TEMPLATE,
    aws,
    dist,
    parameters,
    run,
    settle,
    stacks,
)
from tests.aws.stand_ins.account import ANALYTICS

__all__ = ["aws", "dist"]

pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse")


def newer(dist: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    """Another commit, whose template says something else."""
    (folder,) = (path for path in dist.iterdir() if path.is_dir())
    folder.rename(dist / version)
    (dist / "analytics.yaml").write_text(TEMPLATE.replace("${Version}", f"{version} ${{Version}}"))
    monkeypatch.setattr(deploy, "version", lambda: version)


def test_an_uploaded_version_comes_back_with_its_own_template(
    aws: None, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(dist, "AlarmEmail=a@example.com")
    newer(dist, monkeypatch, "def5678")
    run(dist)
    control = DynamoControlTable("dm-processing-control")
    settle(control, "2010-12")
    monkeypatch.setattr(deploy, "version", lambda: "whatever-dirty")  # the files do not matter
    answer = run(dist, "--version", COMMIT)
    assert answer.exit_code == 0, answer.output
    assert "Uploading" not in answer.output
    assert parameters()["Version"] == COMMIT
    assert parameters()["AlarmEmail"] == "a@example.com"
    client = boto3.client("cloudformation")
    assert client.get_template(StackName=deploy.ANALYTICS)["TemplateBody"] == TEMPLATE
    # A job looks which months the other code makes stale; where the SQL is the same, none.
    (item,) = control.items(Status.PENDING)
    assert item.object_key == f"stale/deployed {COMMIT}"


def test_a_version_that_is_not_there_is_told_with_those_that_are(aws: None, dist: Path) -> None:
    run(dist)
    answer = run(dist, "--version", "nothere")
    assert answer.exit_code == 1
    assert f"code/gold/nothere has no artifact to deploy\nName one of {COMMIT};" in answer.output


def test_old_artifacts_go_but_never_the_deployed_one_and_the_one_before(
    aws: None, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("first", "second", "third"):
        newer(dist, monkeypatch, version)
        run(dist)
    for key in s3_backends[ACCOUNT]["aws"].buckets[DATALAKE].keys.values():
        key.last_modified -= timedelta(days=91)
    newer(dist, monkeypatch, "fourth")
    answer = run(dist)
    assert "Deleted the artifact first" in answer.output
    assert "Deleted the artifact second" in answer.output
    assert set(artifacts.versions(boto3.client("s3"), DATALAKE)) == {"third", "fourth"}
    for key in s3_backends[ACCOUNT]["aws"].buckets[DATALAKE].keys.values():
        key.last_modified -= timedelta(days=91)
    run(dist)  # the same version once more
    assert set(artifacts.versions(boto3.client("s3"), DATALAKE)) == {"third", "fourth"}


def test_an_environment_has_a_name_of_its_own_everywhere(
    aws: None, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = TEMPLATE.replace("Parameters:", "Parameters:\n  Name: {Type: String}", 1)
    (dist / "analytics.yaml").write_text(named.replace("TopicName: topic", "TopicName: !Ref Name"))
    assert run(dist, "--environment", "dev", "--tag", "team=data").exit_code == 0
    assert set(stacks()) == {"dm-analytics-dev", "dm-analytics-storage-dev"}
    client = boto3.client("cloudformation")
    stack = client.describe_stacks(StackName="dm-analytics-dev")["Stacks"][0]
    given = {p["ParameterKey"]: p["ParameterValue"] for p in stack["Parameters"]}
    assert given["Name"] == "dm-analytics-dev"
    assert given["DatalakeBucket"] == f"dm-datalake-dev-{ACCOUNT}"
    assert given["ControlTable"] == "dm-processing-control-dev"
    tags = {tag["Key"]: tag["Value"] for tag in stack["Tags"]}
    assert tags == {"dm:environment": "dev", "team": "data"}

    # The catalog of an account has one dm_gold in each region: production goes elsewhere. moto's
    # CloudFormation makes no database.
    where = f"s3://dm-datalake-dev-{ACCOUNT}/gold"
    boto3.client("glue").create_database(DatabaseInput={"Name": "dm_gold", "LocationUri": where})
    answer = run(dist)
    assert answer.exit_code == 1
    assert f"dm_gold of this account is at {where}" in answer.output
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    boto3.setup_default_session()
    assert run(dist).exit_code == 0
    destroyed = CliRunner().invoke(deploy.main, ["destroy", "--yes"])
    assert destroyed.exit_code == 0
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    boto3.setup_default_session()
    assert "dm-analytics-dev" in stacks()


def waiting() -> list[str]:
    found = DynamoControlTable("dm-processing-control").items(Status.PENDING)
    return [item.object_key for item in found]


def test_months_are_announced_though_the_first_attempt_to_do_so_failed(
    aws: None, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(dist)
    settle(DynamoControlTable("dm-processing-control"), "2010-12")
    newer(dist, monkeypatch, "def5678")
    with monkeypatch.context() as broken:

        def interrupted(*_: object) -> int:
            raise KeyboardInterrupt

        broken.setattr(deploy, "announce_version", interrupted)
        assert run(dist).exit_code == 1
    assert parameters()["Version"] == "def5678"
    assert waiting() == []
    again = run(dist)
    assert "Nothing changes." in again.output
    assert waiting() == ["stale/deployed def5678"]
    assert run(dist).exit_code == 0
    assert len(waiting()) == 1


def test_months_are_announced_by_a_deployment_after_a_destruction(
    aws: None, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(dist)
    settle(DynamoControlTable("dm-processing-control"), "2010-12")
    assert CliRunner().invoke(deploy.main, ["destroy", "--yes"]).exit_code == 0
    run(dist)
    assert waiting() == []  # the same code
    assert CliRunner().invoke(deploy.main, ["destroy", "--yes"]).exit_code == 0
    newer(dist, monkeypatch, "def5678")
    run(dist)
    assert waiting() == ["stale/deployed def5678"]


def test_the_page_of_docs_is_that_of_the_deployed_version(
    aws: None, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(dist)
    newer(dist, monkeypatch, "def5678")
    (dist / "index.html").write_text("<h1>Newer</h1>")
    run(dist)
    s3 = boto3.client("s3")

    def page() -> bytes:
        return s3.get_object(Bucket=DATALAKE, Key="docs/gold/index.html")["Body"].read()

    assert page() == b"<h1>Newer</h1>"
    run(dist, "--version", COMMIT)
    assert page() == b"<h1>Gold</h1>"
    s3.delete_object(Bucket=DATALAKE, Key="code/gold/def5678/index.html")  # of an older deployment
    answer = run(dist, "--version", "def5678")
    assert "def5678 brings no page of docs" in answer.output
    assert page() == b"<h1>Gold</h1>"


def test_jobs_have_the_tags_of_all_resources(
    aws: None, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tagged = TEMPLATE.replace("Parameters:", "Parameters:\n  JobTags: {Type: String}", 1)
    (dist / "analytics.yaml").write_text(tagged)
    run(dist, "--tag", "team=data")
    (dist / "analytics.yaml").write_text(tagged.replace("${AlarmEmail}", "${JobTags}"))
    run(dist, "--tag", "cost-center=42")  # what was asked for once stays so
    stack = deploy.Stack(boto3.client("cloudformation"), deploy.ANALYTICS)
    found = json.loads(f"{{{stack.parameters['JobTags']}}}")
    assert found == {"dm:environment": "prod", "team": "data", "cost-center": "42"}
    declaration = declared(ANALYTICS.read_text())["JobTags"]
    assert re.fullmatch(declaration["AllowedPattern"], stack.parameters["JobTags"])


@pytest.mark.parametrize(
    "options",
    [("--environment", "Dev 1"), ("--environment", "storage"), ("--tag", "team"), ("--tag", 'a="')],
)
def test_a_wrong_name_or_tag_is_told(aws: None, dist: Path, options: tuple[str, str]) -> None:
    answer = run(dist, *options)
    assert answer.exit_code in (1, 2)
    assert any(word in answer.output for word in ("Write Key=value", "such as dev", "storage"))
    assert not stacks()
