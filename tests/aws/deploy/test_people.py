"""What the ready policies let people do."""

import json

import pytest

from runner.project import PROJECT
from tests.aws.stand_ins.account import CONTROL, DATALAKE, OBSERVER
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


@pytest.mark.parametrize("who", ["Operator", "Analyst", "Deployer"])
def test_keys_that_are_named_may_be_used(who: str) -> None:
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    assert "kms" not in str(policy(who))
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        assert allows(policy(who, KmsKeys=key), Call(action, key))
        assert not allows(policy(who, KmsKeys=key), Call(action, f"{key}2"))
