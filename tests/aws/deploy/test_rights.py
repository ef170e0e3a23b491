"""What the roles of the template may do."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.aws.deploy.test_template import resources, statements_of
from tests.aws.stand_ins.account import CONTROL, DATALAKE, OBSERVER
from tests.aws.stand_ins.calls import Call
from tests.aws.stand_ins.deployer import ACCOUNT, REGION
from tests.aws.stand_ins.policies import allows

S3, GLUE = "arn:aws:s3:::", f"arn:aws:glue:{REGION}:{ACCOUNT}:"
DYNAMODB = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/"

READABLE = [
    Call("s3:GetObject", f"{S3}{DATALAKE}/silver/review_flat/data/1.parquet"),
    Call("s3:GetObject", f"{S3}{DATALAKE}/gold/top_drinkers/data/1.parquet"),
    Call("s3:GetObject", f"{S3}{DATALAKE}/code/gold/1/job.py"),
    Call("s3:ListBucket", f"{S3}{DATALAKE}", (("s3:prefix", "gold/top_drinkers/"),)),
    Call("glue:GetTable", f"{GLUE}table/dm_silver/review_flat"),
    Call("glue:GetTable", f"{GLUE}table/dm_gold/top_drinkers"),
    Call("dynamodb:Query", f"{DYNAMODB}{CONTROL}/index/dm-gsi-schema-status"),
]
WRITABLE = [
    Call("s3:PutObject", f"{S3}{DATALAKE}/gold/run_history/data/1.parquet"),
    Call("s3:PutObject", f"{S3}{DATALAKE}/gold/run_history/metadata/1.metadata.json"),
    Call("glue:CreateTable", f"{GLUE}table/dm_gold/run_history"),
    Call("glue:UpdateTable", f"{GLUE}table/dm_gold/run_history"),
    Call("dynamodb:UpdateItem", f"{DYNAMODB}{CONTROL}"),
    Call("dynamodb:PutItem", f"{DYNAMODB}{CONTROL}"),  # what a build left stale
]
OUT_OF_REACH = [
    Call("s3:GetObject", f"{S3}{DATALAKE}/bronze/reviews.json"),
    Call("s3:GetObject", f"{S3}{DATALAKE}/silverware/1.parquet"),
    Call("s3:GetObject", f"{S3}{DATALAKE}/code/silver/1/job.py"),
    Call("s3:GetObject", f"{S3}{OBSERVER}/emr-serverless/applications/1/stdout.gz"),
    Call("s3:GetObject", f"{S3}another-bucket/silver/1.parquet"),
    Call("s3:ListBucket", f"{S3}{DATALAKE}"),
    Call("s3:ListBucket", f"{S3}{DATALAKE}", (("s3:prefix", "bronze/"),)),
    Call("s3:ListBucket", f"{S3}{OBSERVER}", (("s3:prefix", "gold/"),)),
    Call("glue:GetTable", f"{GLUE}table/dm_silver/users"),
    Call("glue:GetTable", f"{GLUE}table/dm_bronze/reviews"),
    Call("glue:GetTables", f"{GLUE}table/dm_bronze/*"),
    Call("dynamodb:Query", f"{DYNAMODB}another-table/index/dm-gsi-schema-status"),
    Call("dynamodb:Scan", f"{DYNAMODB}{CONTROL}"),
    Call("dynamodb:GetItem", f"{DYNAMODB}another-table"),
    Call("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:1:secret:x"),
    Call("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/other"),
]
UNTOUCHABLE = [
    Call("s3:PutObject", f"{S3}{DATALAKE}/silver/review_flat/data/1.parquet"),
    Call("s3:DeleteObject", f"{S3}{DATALAKE}/silver/review_flat/data/1.parquet"),
    Call("s3:PutObject", f"{S3}{DATALAKE}/code/gold/1/job.py"),
    Call("glue:UpdateTable", f"{GLUE}table/dm_silver/review_flat"),
    Call("glue:DeleteTable", f"{GLUE}table/dm_gold/top_drinkers"),
    Call("glue:DeleteDatabase", f"{GLUE}database/dm_gold"),
    Call("dynamodb:DeleteItem", f"{DYNAMODB}{CONTROL}"),
]


@pytest.mark.parametrize("call", READABLE + WRITABLE, ids=str)
def test_a_job_reads_silver_and_its_code_and_writes_gold_and_control_items(call: Call) -> None:
    assert allows(statements_of("JobRole"), call)


@pytest.mark.parametrize("call", OUT_OF_REACH + UNTOUCHABLE, ids=str)
def test_a_job_reads_nothing_else_and_writes_gold_alone(call: Call) -> None:
    assert not allows(statements_of("JobRole"), call)


def roles() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, properties in resources().items():
        if "AssumeRolePolicyDocument" in properties:
            yield name, properties


def test_only_its_service_in_this_account_takes_a_role() -> None:
    services = {}
    for name, properties in roles():
        (statement,) = properties["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
        services[name] = statement["Principal"]["Service"]
    assert services == {
        "JobRole": "emr-serverless.amazonaws.com",
        "DispatcherRole": "states.amazonaws.com",
        "ScheduleRole": "scheduler.amazonaws.com",
    }


def test_each_action_is_named_and_only_logs_and_metrics_are_for_any_resource() -> None:
    for name, properties in roles():
        for policy in properties["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                assert "*" not in str(statement["Action"]), name
                if statement["Resource"] == "*":
                    actions = statement["Action"]
                    if actions == "cloudwatch:PutMetricData":
                        wanted = {"StringEquals": {"cloudwatch:namespace": "DataMaster"}}
                        assert statement["Condition"] == wanted
                    else:
                        assert {action.split(":")[0] for action in actions} == {"logs"}


def test_the_dispatcher_starts_this_application_with_this_role_alone() -> None:
    passes = next(s for s in statements_of("DispatcherRole") if s["Action"] == "iam:PassRole")
    assert passes["Resource"] == "arn-of-JobRole"
    starts = Call("emr-serverless:StartJobRun", "arn-of-Application")
    assert allows(statements_of("DispatcherRole"), starts)
    assert not allows(statements_of("DispatcherRole"), Call(starts.action, "arn-of-another"))


def test_log_delivery_has_the_documented_actions() -> None:
    writes = next(s for s in statements_of("DispatcherRole") if s.get("Sid") == "WriteLogs")
    assert sorted(action.removeprefix("logs:") for action in writes["Action"]) == [
        *("CreateLogDelivery", "CreateLogStream", "DeleteLogDelivery", "DescribeLogGroups"),
        *("DescribeResourcePolicies", "GetLogDelivery", "ListLogDeliveries", "PutLogEvents"),
        *("PutResourcePolicy", "UpdateLogDelivery"),
    ]


def test_roles_are_bounded_and_keys_may_be_used_if_they_are_named() -> None:
    boundary, key = f"arn:aws:iam::{ACCOUNT}:policy/bound", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    made = resources(PermissionsBoundary=boundary, RolePath="/team/", KmsKeys=key)
    for name, _ in roles():
        assert (made[name]["PermissionsBoundary"], made[name]["Path"]) == (boundary, "/team/")
    for name in ("JobRole", "DispatcherRole"):
        (policy,) = made[name]["Policies"]
        used = policy["PolicyDocument"]["Statement"][-1]
        assert (used["Sid"], used["Resource"]) == ("UseKeys", [key])
        assert "kms" not in str(statements_of(name))
    assert "PermissionsBoundary" not in resources()["JobRole"]
