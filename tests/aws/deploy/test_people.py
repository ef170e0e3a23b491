"""What the ready policies let people do."""

import pytest

from runner.project import PROJECT
from tests.aws.stand_ins.account import CONTROL, DATALAKE, OBSERVER
from tests.aws.stand_ins.calls import Call
from tests.aws.stand_ins.deployer import ACCOUNT, PSEUDO, REGION
from tests.aws.stand_ins.policies import Statement, allows
from tests.aws.stand_ins.template import Made, Template

S3, GLUE = "arn:aws:s3:::", f"arn:aws:glue:{REGION}:{ACCOUNT}:"
ITEMS = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{CONTROL}"
STATES = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:dm-analytics-dispatcher"
JOB = f"arn:aws:emr-serverless:{REGION}:{ACCOUNT}:/applications/00f1/jobruns/00f2"


def policy(who: str) -> list[Statement]:
    given = {"DatalakeBucket": DATALAKE, "ObserverBucket": OBSERVER}
    template = Template(
        PROJECT / "infra" / "templates" / "people.yaml",
        given,
        PSEUDO,
        lambda id_, *_: Made(id_, {}),
    )
    statements: list[Statement] = template.resources[who]["PolicyDocument"]["Statement"]
    return statements


MAY = {
    "Operator": [
        Call("states:StartExecution", STATES),
        Call("dynamodb:UpdateItem", ITEMS),  # dm retry
        Call("dynamodb:PutItem", ITEMS),  # dm backfill
        Call("dynamodb:Query", f"{ITEMS}/index/dm-gsi-schema-status"),
        Call("emr-serverless:CancelJobRun", JOB),
        Call("s3:GetObject", f"{S3}{OBSERVER}/emr-serverless/applications/1/stdout.gz"),
    ],
    "Analyst": [
        Call("glue:GetTable", f"{GLUE}table/dm_gold/top_drinkers"),
        Call("s3:GetObject", f"{S3}{DATALAKE}/gold/top_drinkers/data/1.parquet"),
        Call("s3:PutObject", f"{S3}{OBSERVER}/athena/1.csv"),
    ],
    "Deployer": [
        Call(
            "cloudformation:ExecuteChangeSet",
            f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/dm-analytics/1",
        ),
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
