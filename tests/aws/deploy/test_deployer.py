"""What the deployer may do: what CloudFormation does in its name, in no other environment."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest
import yaml
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from tests.aws.deploy.test_people import GLUE, ITEMS, S3, STATES, policy
from tests.aws.stand_ins.account import ANALYTICS, DATALAKE, OBSERVER, STORAGE
from tests.aws.stand_ins.calls import Call
from tests.aws.stand_ins.deployer import ACCOUNT, REGION
from tests.aws.stand_ins.policies import allows

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


@pytest.mark.parametrize("stack", ["dm-analytics", "dm-analytics-storage", "dm-analytics-prod"])
def test_an_environments_deployer_touches_no_other(stack: str) -> None:
    dev = policy("Deployer", Name="dm-analytics-dev", ControlTable="dm-processing-control-dev")
    arn = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/"
    for own in ("dm-analytics-dev", "dm-analytics-storage-dev"):
        assert allows(dev, Call("cloudformation:ExecuteChangeSet", f"{arn}{own}/1"))
    assert not allows(dev, Call("cloudformation:DeleteStack", f"{arn}{stack}/1"))
    assert not allows(dev, Call("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/{stack}-JobRole-1"))
    assert not allows(dev, Call("states:DeleteStateMachine", STATES))


class _Untagged(yaml.SafeLoader):
    """YAML without what CloudFormation's tags say."""


_Untagged.add_multi_constructor("!", lambda loader, tag, node: None)
