"""What the ready policies let people do."""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest
import yaml
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from runner.project import PROJECT
from tests.aws.stand_ins.account import ANALYTICS, CONTROL, DATALAKE, OBSERVER, STORAGE
from tests.aws.stand_ins.calls import Call
from tests.aws.stand_ins.deployer import ACCOUNT, PSEUDO, REGION
from tests.aws.stand_ins.policies import Statement, allows
from tests.aws.stand_ins.template import Made, Template

PEOPLE = PROJECT / "infra" / "templates" / "people.yaml"
S3, GLUE = "arn:aws:s3:::", f"arn:aws:glue:{REGION}:{ACCOUNT}:"
ITEMS = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{CONTROL}"
STATES = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:dm-analytics-dispatcher"
WORKGROUP = f"arn:aws:athena:{REGION}:{ACCOUNT}:workgroup/primary"
JOB = f"arn:aws:emr-serverless:{REGION}:{ACCOUNT}:/applications/00f1/jobruns/00f2"


def policy(who: str, **parameters: str) -> list[Statement]:
    """The statements of all policies whose names begin so."""
    given = {"DatalakeBucket": DATALAKE, "ObserverBucket": OBSERVER, **parameters}
    template = Template(PEOPLE, given, PSEUDO, lambda id_, *_: Made(id_, {}))
    return [
        statement
        for name, found in template.resources.items()
        if name.startswith(who)
        for statement in found["PolicyDocument"]["Statement"]
    ]


MAY = {
    "Operator": [
        Call("states:StartExecution", STATES),
        Call("dynamodb:UpdateItem", ITEMS),  # dm retry
        Call("dynamodb:PutItem", ITEMS),  # dm backfill
        Call("dynamodb:Query", f"{ITEMS}/index/dm-gsi-schema-status"),
        Call("emr-serverless:CancelJobRun", JOB),
        Call("s3:GetObject", f"{S3}{OBSERVER}/emr-serverless/applications/1/stdout.gz"),
        # dm doctor: Athena reads the table, and writes its answer, in the caller's name.
        Call("athena:StartQueryExecution", WORKGROUP),
        Call("glue:GetTable", f"{GLUE}table/dm_gold/top_drinkers"),
        Call("s3:GetBucketLocation", f"{S3}{OBSERVER}"),
        Call("s3:ListBucket", f"{S3}{DATALAKE}", (("s3:prefix", "gold/top_drinkers/"),)),
        Call("s3:GetObject", f"{S3}{DATALAKE}/gold/top_drinkers/data/1.parquet"),
        Call("s3:PutObject", f"{S3}{OBSERVER}/athena/1.csv"),
        Call("glue:GetTableOptimizer", f"{GLUE}table/dm_gold/top_drinkers"),
    ],
    "Analyst": [
        Call("athena:ListDataCatalogs", "*"),
        Call("athena:ListTableMetadata", WORKGROUP.replace("workgroup/primary", "datacatalog/Aws")),
        Call("athena:ListDatabases", WORKGROUP.replace("workgroup/primary", "datacatalog/Aws")),
        Call("glue:GetTable", f"{GLUE}table/dm_gold/top_drinkers"),
        Call("s3:GetObject", f"{S3}{DATALAKE}/gold/top_drinkers/data/1.parquet"),
        Call("s3:PutObject", f"{S3}{OBSERVER}/athena/1.csv"),
    ],
    "Deployer": [
        Call(
            "cloudformation:ExecuteChangeSet",
            f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/dm-analytics/1",
        ),
        Call(
            "cloudformation:CreateChangeSet",
            f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/dm-analytics-storage/1",
        ),
        Call("states:StopExecution", STATES.replace("stateMachine", "execution") + ":1"),
        Call("s3:PutObject", f"{S3}{DATALAKE}/code/gold/abc/job.py"),
        Call("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/dm-analytics-JobRole-1"),
        Call("dynamodb:PutItem", ITEMS),  # a deployment of other code announces it
    ],
}
MAY_NOT = {
    "Operator": [
        Call("dynamodb:DeleteItem", ITEMS),
        Call("dynamodb:DeleteTable", ITEMS),
        Call("states:UpdateStateMachine", STATES),
        Call("s3:GetObject", f"{S3}{DATALAKE}/silver/review_flat/data/1.parquet"),
        Call("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/dm-analytics-JobRole-1"),
        Call("states:StartExecution", STATES.replace("dm-analytics", "other")),
    ],
    "Analyst": [
        Call("s3:GetObject", f"{S3}{DATALAKE}/silver/review_flat/data/1.parquet"),
        Call("s3:PutObject", f"{S3}{DATALAKE}/gold/top_drinkers/data/1.parquet"),
        Call("glue:UpdateTable", f"{GLUE}table/dm_gold/top_drinkers"),
        Call("glue:GetTable", f"{GLUE}table/dm_silver/review_flat"),
        Call("dynamodb:Query", f"{ITEMS}/index/dm-gsi-schema-status"),
        Call("states:StartExecution", STATES),
    ],
    "Deployer": [
        Call("s3:GetObject", f"{S3}{DATALAKE}/gold/top_drinkers/data/1.parquet"),
        Call("s3:DeleteBucket", f"{S3}{DATALAKE}"),
        Call("dynamodb:DeleteTable", ITEMS),
        Call("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/admin"),
        Call("iam:AttachRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/dm-analytics-JobRole-1"),
    ],
}


@pytest.mark.parametrize(("who", "call"), [(w, c) for w, calls in MAY.items() for c in calls])
def test_they_may_do_their_work(who: str, call: Call) -> None:
    assert allows(policy(who), call)


@pytest.mark.parametrize(("who", "call"), [(w, c) for w, calls in MAY_NOT.items() for c in calls])
def test_they_may_do_nothing_else(who: str, call: Call) -> None:
    assert not allows(policy(who), call)


NOT_SET = {
    "AWS::DynamoDB::Table": [
        *("kinesis:*", "logs:*", "s3:*", "kms:*", "iam:*", "*Import*", "*Replica", "*Insights"),
        *("dynamodb:EnableKinesis*", "dynamodb:DisableKinesis*", "dynamodb:UpdateKinesis*"),
        *("dynamodb:PutResourcePolicy", "dynamodb:DeleteResourcePolicy"),
        *("*:Scan", "*:UpdateItem", "*:GetItem", "*:DeleteItem", "*:BatchWriteItem"),  # of replicas
    ],
    "AWS::EMRServerless::Application": ["kms:*", "ecr:*", "sso:*"],
    "AWS::Glue::Database": ["*Connection"],
    "AWS::IAM::Role": [
        *("iam:AttachRolePolicy", "iam:DetachRolePolicy"),  # the roles have policies of their own
        "iam:DeleteRolePermissionsBoundary",  # who set a boundary, takes it away
    ],
    "AWS::Logs::LogGroup": [
        *("firehose:*", "s3:*", "*KmsKey", "logs:CreateLogDelivery", "*DataProtectionPolicy"),
        *("logs:PutResourcePolicy", "logs:DeleteResourcePolicy", "logs:*IndexPolicy"),
        *("logs:PutBearerTokenAuthentication", "logs:PutLogGroupDeletionProtection"),
    ],
    "AWS::S3::Bucket": [
        *("s3tables:*", "iam:PassRole", "s3:DeleteObject", "s3:PutObjectAcl", "s3:DeleteBucket*"),
        *("s3:PutBucketAbac", "s3:PutBucketAcl", "s3:PutBucketCORS", "s3:PutBucketLogging"),
        *("s3:PutBucketNotification", "s3:PutBucketReplication", "s3:PutBucketVersioning"),
        *("s3:PutBucketWebsite", "*ObjectLock*", "*MetadataTable*", "*MetadataJournal*"),
        *("*MetadataInventory*", "*MetadataAnnotation*", "s3:PutAccelerate*", "s3:PutAnalytics*"),
        *("s3:PutIntelligentTiering*", "s3:PutInventory*", "s3:PutMetrics*", "s3:PutReplication*"),
    ],
    "AWS::SNS::Subscription": ["iam:*"],
    "AWS::SNS::Topic": ["iam:*", "sns:PutDataProtectionPolicy"],
    "AWS::StepFunctions::StateMachine": ["kms:*", "s3:GetObjectVersion"],
}
"""What CloudFormation needs for properties alone that the templates do not set."""

WHERE = {
    "AWS::CloudWatch::Alarm": [
        f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:dm-analytics-no-success"
    ],
    "AWS::CloudWatch::Dashboard": [f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/dm-analytics"],
    "AWS::DynamoDB::Table": [ITEMS],
    "AWS::EMRServerless::Application": [
        f"arn:aws:emr-serverless:{REGION}:{ACCOUNT}:/applications/00f1",
        f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ops.emr-serverless.amazonaws.com/AWSService",
    ],
    "AWS::Glue::Database": [f"{GLUE}database/dm_gold"],
    "AWS::IAM::Role": [f"arn:aws:iam::{ACCOUNT}:role/dm-analytics-ScheduleRole-1"],
    "AWS::Logs::LogGroup": [
        f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/vendedlogs/states/dm-analytics-dispatcher"
    ],
    "AWS::S3::Bucket": [f"{S3}{OBSERVER}", f"{S3}{DATALAKE}"],
    "AWS::S3::BucketPolicy": [f"{S3}{OBSERVER}"],
    "AWS::SNS::Subscription": [f"arn:aws:sns:{REGION}:{ACCOUNT}:dm-analytics-failures:1"],
    "AWS::SNS::Topic": [f"arn:aws:sns:{REGION}:{ACCOUNT}:dm-analytics-failures"],
    "AWS::SQS::Queue": [f"arn:aws:sqs:{REGION}:{ACCOUNT}:dm-analytics-not-started"],
    "AWS::Scheduler::Schedule": [
        f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/dm-analytics-daily"
    ],
    "AWS::StepFunctions::StateMachine": [STATES],
}
ELSEWHERE = {
    "iam:PassRole": WHERE["AWS::IAM::Role"],
    "s3:GetObject": [f"{S3}{DATALAKE}/code/gold/abc/dispatcher.asl.json"],
    "iam:CreateServiceLinkedRole": WHERE["AWS::EMRServerless::Application"][1:],
}
CONTEXT = (("aws:CalledViaLast", "ops.emr-serverless.amazonaws.com"),)


def handled() -> Iterator[tuple[str, str]]:
    """The types of the templates, and what CloudFormation calls to make, see and change them."""
    for path in (STORAGE, ANALYTICS):
        body = yaml.load(path.read_text(), Loader=_Untagged)
        for type_ in {resource["Type"] for resource in body["Resources"].values()}:
            schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, type_).schema
            kept = path == STORAGE  # nobody deletes what holds data
            wanted = {"create", "read", "update"} | (set() if kept else {"delete"})
            for name in wanted & schema["handlers"].keys():
                for action in schema["handlers"][name]["permissions"]:
                    if not any(fnmatchcase(action, skip) for skip in NOT_SET.get(type_, [])):
                        yield type_, action
            for action in schema["tagging"].get("permissions", []):
                if not any(fnmatchcase(action, skip) for skip in NOT_SET.get(type_, [])):
                    yield type_, action


def test_the_deployer_may_do_all_that_cloudformation_does_in_its_name() -> None:
    statements, asked = policy("Deployer"), sorted(set(handled()))
    assert len(asked) > 100
    refused = {
        (type_, action)
        for type_, action in asked
        if not any(
            allows(statements, Call(action, where, CONTEXT))
            for where in (*ELSEWHERE.get(action, WHERE[type_]), "*")
        )
    }
    assert refused == set()


def test_what_is_not_set_is_not_needed() -> None:
    """Each of these exceptions is one; a property that is set later on takes its own away."""
    for type_, patterns in NOT_SET.items():
        handlers = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, type_).schema["handlers"]
        actions = [action for each in handlers.values() for action in each["permissions"]]
        for pattern in patterns:
            assert any(fnmatchcase(action, pattern) for action in actions), (type_, pattern)


def test_a_policy_is_not_longer_than_aws_takes() -> None:
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"
    given = {
        "Name": "dm-analytics-abcdefghijkl",
        "DatalakeBucket": "b" * 63,
        "ObserverBucket": "o" * 63,
        "KmsKeys": f"{key},{key}",
    }
    template = Template(PEOPLE, given, PSEUDO, lambda id_, *_: Made(id_, {}))
    for name, found in template.resources.items():
        length = len(json.dumps(found["PolicyDocument"], separators=(",", ":")))
        assert length <= 6144, name


@pytest.mark.parametrize("stack", ["dm-analytics", "dm-analytics-storage", "dm-analytics-prod"])
def test_an_environments_deployer_touches_no_other(stack: str) -> None:
    dev = policy("Deployer", Name="dm-analytics-dev", ControlTable="dm-processing-control-dev")
    arn = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/"
    for own in ("dm-analytics-dev", "dm-analytics-storage-dev"):
        assert allows(dev, Call("cloudformation:ExecuteChangeSet", f"{arn}{own}/1"))
    assert not allows(dev, Call("cloudformation:DeleteStack", f"{arn}{stack}/1"))
    assert not allows(dev, Call("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/{stack}-JobRole-1"))
    assert not allows(dev, Call("states:DeleteStateMachine", STATES))


@pytest.mark.parametrize("who", ["Operator", "Analyst", "Deployer"])
def test_keys_that_are_named_may_be_used(who: str) -> None:
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    assert "kms" not in str(policy(who))
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        assert allows(policy(who, KmsKeys=key), Call(action, key))
        assert not allows(policy(who, KmsKeys=key), Call(action, f"{key}2"))


class _Untagged(yaml.SafeLoader):
    """YAML without what CloudFormation's tags say."""


_Untagged.add_multi_constructor("!", lambda loader, tag, node: None)
