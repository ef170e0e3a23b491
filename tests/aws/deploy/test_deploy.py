"""`make deploy` and `make destroy`, on moto's CloudFormation.

That knows no EMR Serverless and no schedules, so a small template stands for the one of the stack
dm-analytics here; what the real one makes, the other tests of this folder show.
"""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from click.testing import CliRunner, Result
from moto import mock_aws
from moto.cloudformation.models import cloudformation_backends

from infra import deploy
from runner.control.dynamodb import DynamoControlTable
from runner.control.items import ControlItem, Outcome, Status

pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse")

COMMIT = "abc1234"
ACCOUNT = "123456789012"
DATALAKE = f"dm-datalake-{ACCOUNT}"
TEMPLATE = """
Parameters:
  Version: {Type: String}
  Tables: {Type: String}
  DatalakeBucket: {Type: String}
  ObserverBucket: {Type: String}
  ControlTable: {Type: String}
  AlarmEmail: {Type: String, Default: nobody}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {TopicName: topic, DisplayName: !Sub "${Version} ${AlarmEmail}"}
"""


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        boto3.setup_default_session()
        yield
    boto3.setup_default_session()


@pytest.fixture
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / COMMIT
    folder.mkdir()
    (folder / "job.py").write_text("")
    (folder / "tables.json").write_text(json.dumps(["top_drinkers"]))
    (tmp_path / "index.html").write_text("<h1>Gold</h1>")
    template = tmp_path / "analytics.yaml"
    template.write_text(TEMPLATE)
    monkeypatch.setitem(deploy.TEMPLATES, deploy.ANALYTICS, template)
    monkeypatch.setattr(deploy, "version", lambda: COMMIT)
    return tmp_path


def run(dist: Path, *arguments: str, answer: str = "y\ny\n") -> Result:
    command = ["deploy", "--dist", str(dist), "--docs", str(dist / "index.html"), *arguments]
    return CliRunner().invoke(deploy.main, command, input=answer, catch_exceptions=False)


def stacks() -> dict[str, str]:
    found = boto3.client("cloudformation").describe_stacks()["Stacks"]
    return {stack["StackName"]: stack["StackStatus"] for stack in found}


def parameters() -> dict[str, str]:
    return deploy.Stack(boto3.client("cloudformation"), deploy.ANALYTICS).parameters


def code() -> set[str]:
    found = boto3.client("s3").list_objects_v2(Bucket=DATALAKE, Prefix=f"code/gold/{COMMIT}/")
    return {entry["Key"].rpartition("/")[2] for entry in found.get("Contents", [])}


def test_an_empty_account_gets_storage_code_and_the_rest(aws: None, dist: Path) -> None:
    answer = run(dist)
    assert answer.exit_code == 0
    assert stacks() == {
        deploy.STORAGE: "CREATE_COMPLETE",
        deploy.ANALYTICS: "CREATE_COMPLETE",
    }
    deployed = {"job.py", "tables.json", "dispatcher.asl.json", "analytics.yaml", "index.html"}
    assert code() == deployed
    assert parameters()["Tables"] == "top_drinkers"
    assert "AWS::DynamoDB::Table" in answer.output
    (table,) = boto3.client("dynamodb").list_tables()["TableNames"]
    assert table == "dm-processing-control"


def test_the_docs_are_a_page_for_those_who_may_read_the_bucket(aws: None, dist: Path) -> None:
    run(dist)
    s3 = boto3.client("s3")
    page = s3.get_object(Bucket=DATALAKE, Key="docs/gold/index.html")
    assert page["Body"].read() == b"<h1>Gold</h1>"
    assert page["ContentType"] == "text/html"
    grants = s3.get_object_acl(Bucket=DATALAKE, Key="docs/gold/index.html")["Grants"]
    assert all("URI" not in grant["Grantee"] for grant in grants)  # nobody but the owner


def test_nothing_happens_without_a_yes(aws: None, dist: Path) -> None:
    answer = run(dist, answer="n\n")
    assert answer.exit_code == 0
    assert "Nothing was changed." in answer.output
    assert not boto3.client("s3").list_buckets()["Buckets"]
    assert set(stacks().values()) <= {"DELETE_COMPLETE"}


def test_a_second_deployment_keeps_what_was_given_and_uploads_nothing_twice(
    aws: None, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(dist, "AlarmEmail=a@example.com")
    control = DynamoControlTable("dm-processing-control")
    settle(control, "2010-11", "2010-12")
    again = run(dist)
    assert again.output.count("Nothing changes.") == 2
    assert "Uploading" not in again.output
    (dist / COMMIT).rename(dist / "def5678")
    (dist / "analytics.yaml").write_text(TEMPLATE.replace("${Version}", "version ${Version}"))
    monkeypatch.setattr(deploy, "version", lambda: "def5678")
    newer = run(dist)
    assert "Modify" in newer.output
    assert parameters()["AlarmEmail"] == "a@example.com"
    assert parameters()["Version"] == "def5678"
    (item,) = control.items(Status.PENDING)  # the next execution's job finds what else is stale
    assert (item.table_name, item.month) == ("top_drinkers", "2010-12")
    assert item.object_key == "stale/deployed def5678"


def settle(control: DynamoControlTable, *months: str) -> None:
    """A run has built these months of top_drinkers."""
    control.enqueue(
        ControlItem(month, "key", "dm_gold", "top_drinkers", *month.split("-"), "2012", "2012")
        for month in months
    )
    claimed = control.claim(control.claimable(), "run", timedelta(minutes=1))
    control.finish((item, Outcome(Status.SUCCESS)) for item in claimed)


def test_what_the_account_has_is_used(aws: None, dist: Path) -> None:
    where = {"LocationConstraint": "eu-west-1"}
    for bucket in (DATALAKE, "dm-observer-bucket"):
        boto3.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
    answer = run(dist)
    made = boto3.client("cloudformation").list_stack_resources(StackName=deploy.STORAGE)
    types = {resource["ResourceType"] for resource in made["StackResourceSummaries"]}
    assert "AWS::DynamoDB::Table" in types
    assert "AWS::S3::Bucket" not in types
    assert answer.exit_code == 0
    assert parameters()["ObserverBucket"] == "dm-observer-bucket"


def test_the_rest_of_an_attempt_that_failed_is_no_hindrance(aws: None, dist: Path) -> None:
    run(dist)
    (stack,) = (
        found
        for found in cloudformation_backends[ACCOUNT]["eu-west-1"].stacks.values()
        if found.name == deploy.ANALYTICS
    )
    stack.status = "ROLLBACK_COMPLETE"
    answer = run(dist)
    assert answer.exit_code == 0
    assert stacks()[deploy.ANALYTICS] == "CREATE_COMPLETE"


def test_destroy_leaves_the_data(aws: None, dist: Path) -> None:
    run(dist)
    destroyed = CliRunner().invoke(deploy.main, ["destroy"], input="y\n")
    assert destroyed.exit_code == 0
    assert set(stacks()) == {deploy.STORAGE}
    assert "job.py" in code()
    assert "There is no stack" in CliRunner().invoke(deploy.main, ["destroy"]).output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["Email=x"], "'Email=x' sets no parameter"),
        (["AlarmEmail"], "'AlarmEmail' sets no parameter"),
        (["Version=1"], "'Version=1' sets no parameter"),
        (["JobTags="], "'JobTags=' sets no parameter"),
    ],
)
def test_a_wrong_parameter_is_told(aws: None, dist: Path, arguments: list[str], told: str) -> None:
    answer = run(dist, *arguments)
    assert answer.exit_code == 1
    assert told in answer.output


def test_changes_without_a_commit_are_not_deployed(
    aws: None, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deploy, "version", lambda: f"{COMMIT}-dirty")
    answer = run(dist)
    assert answer.exit_code == 1
    assert "Commit them first." in answer.output


def test_missing_credentials_are_told_in_a_sentence(
    dist: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    boto3.setup_default_session()
    answer = run(dist)
    assert answer.exit_code == 1
    assert answer.output.startswith("Error: AWS: Unable to locate credentials")
