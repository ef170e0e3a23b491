"""What `make deploy` refuses before it asks."""

from pathlib import Path

import boto3
import pytest

from infra.capacity import refuse_crowding
from infra.places import DoesNotFit
from tests.aws.deploy.test_deploy import DATALAKE, TEMPLATE, aws, dist, parameters, run, stacks
from tests.aws.stand_ins.account import ANALYTICS

__all__ = ["aws", "dist"]

pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse")

WHERE = {"LocationConstraint": "eu-west-1"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["Subnets=subnet-1"], "Subnets are named without SecurityGroups"),
        (["SecurityGroups=sg-1"], "SecurityGroups are named without Subnets"),
    ],
)
def test_a_network_by_halves_is_refused(aws: None, dist: Path, given: list[str], told: str) -> None:
    (dist / "analytics.yaml").write_text(
        TEMPLATE.replace(
            "Resources:",
            "  Subnets: {Type: String, Default: ''}\n"
            "  SecurityGroups: {Type: String, Default: ''}\nResources:",
        )
    )
    answer = run(dist, *given)
    assert answer.exit_code == 1
    assert told in answer.output
    assert not stacks()


@pytest.mark.parametrize(
    ("database", "location"),
    [
        ("dm_gold", "s3://another-bucket/gold"),
        ("dm_gold", f"s3://{DATALAKE}/golden"),
        ("dm_silver", "s3://another-bucket/silver"),
    ],
)
def test_a_database_that_is_elsewhere_is_refused(
    aws: None, dist: Path, database: str, location: str
) -> None:
    boto3.client("glue").create_database(DatabaseInput={"Name": database, "LocationUri": location})
    answer = run(dist)
    assert answer.exit_code == 1
    assert f"{database} of this account is at {location}" in answer.output
    assert not stacks()


@pytest.mark.parametrize("location", [None, f"s3a://{DATALAKE}/silver/", f"s3://{DATALAKE}/silver"])
def test_a_database_that_is_where_the_jobs_look_is_used(
    aws: None, dist: Path, location: str | None
) -> None:
    made = {"LocationUri": location} if location else {}
    boto3.client("glue").create_database(DatabaseInput={"Name": "dm_silver", **made})
    assert run(dist).exit_code == 0


def test_silver_in_another_bucket_is_refused(aws: None, dist: Path) -> None:
    glue = boto3.client("glue")
    glue.create_database(DatabaseInput={"Name": "dm_silver"})
    storage = {"Location": "s3://another-bucket/silver/review_flat"}
    glue.create_table(
        DatabaseName="dm_silver", TableInput={"Name": "review_flat", "StorageDescriptor": storage}
    )
    answer = run(dist)
    assert answer.exit_code == 1
    assert "dm_silver.review_flat of this account is at s3://another-bucket" in answer.output


@pytest.mark.parametrize("place", ["DatalakeBucket", "ControlTable"])
def test_another_place_of_the_data_is_refused_later_on(aws: None, dist: Path, place: str) -> None:
    run(dist)
    before = parameters()
    boto3.client("s3").create_bucket(Bucket="elsewhere", CreateBucketConfiguration=WHERE)
    answer = run(dist, f"{place}=elsewhere")
    assert answer.exit_code == 1
    assert f"{place} is {before[place]}, and elsewhere is asked for" in answer.output
    assert parameters() == before


def test_jobs_that_do_not_fit_with_one_more_are_refused(aws: None, dist: Path) -> None:
    """As after an earlier deployment, whose maximum was just enough for two."""
    (dist / "analytics.yaml").write_text(ANALYTICS.read_text())
    answer = run(dist, "MaximumCpu=8 vCPU", "MaximumMemory=32 GB")
    assert answer.exit_code == 1
    assert "2 jobs at a time and the workers of one that has ended take 12 vCPU" in answer.output
    assert "Add 'MaximumCpu=12 vCPU' 'MaximumMemory=33 GB'" in answer.output.replace("\n", " ")
    assert not stacks()
    for fits in ([], ["MaxConcurrency=1", "MaximumCpu=8 vCPU", "MaximumMemory=32 GB"]):
        refuse_crowding(ANALYTICS.read_text(), dict(pair.split("=") for pair in fits))
    with pytest.raises(DoesNotFit, match="take 30 vCPU"):
        refuse_crowding(ANALYTICS.read_text(), {"Executors": "4"})
