"""What `make deploy` refuses before it asks."""

from pathlib import Path

import boto3
import pytest

from infra.arguments import parse_parameters
from infra.capacity import refuse_crowding
from infra.places import DoesNotFit
from tests.aws.deploy.test_deploy import (
    ACCOUNT,
    DATALAKE,
    TEMPLATE,
    aws,
    dist,
    parameters,
    run,
    stacks,
)
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


def test_gold_without_a_location_is_refused_for_iceberg_would_choose_one(
    aws: None, dist: Path
) -> None:
    glue = boto3.client("glue")
    glue.create_database(DatabaseInput={"Name": "dm_gold"})
    answer = run(dist)
    assert answer.exit_code == 1
    assert "dm_gold of this account has no location" in answer.output
    assert f"LocationUri=s3://{DATALAKE}/gold" in answer.output.replace("\n", " ")
    assert not stacks()
    where = {"Name": "dm_gold", "LocationUri": f"s3://{DATALAKE}/gold"}
    glue.update_database(Name="dm_gold", DatabaseInput=where)
    assert run(dist).exit_code == 0


@pytest.mark.parametrize("place", ["DatalakeBucket", "ObserverBucket"])
def test_a_bucket_of_another_region_is_refused(aws: None, dist: Path, place: str) -> None:
    elsewhere = {"LocationConstraint": "eu-central-1"}
    s3 = boto3.client("s3", region_name="eu-central-1")
    for name in ("mine", "dm-observer-bucket"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration=elsewhere)
    answer = run(dist, f"{place}=mine")
    assert answer.exit_code == 1
    assert "The bucket mine is in eu-central-1, and eu-west-1 is deployed to" in answer.output
    assert not stacks()
    assert run(dist).exit_code == 0  # one that nobody named is not taken from another region
    assert parameters()["ObserverBucket"] == f"dm-observer-{ACCOUNT}"


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        ("MaxConcurrency=two", "It takes a number from 1."),
        ("MaxConcurrency=0", "It takes a number from 1."),
        ("NoSuccessHours=400", "It takes a number from 2 to 168."),
        ("DriverCores=3", "It takes one of 1, 2, 4, 8, 16."),
        ("DriverMemory=4 GB", "It takes what fits [0-9]+g."),
        ("SecondAttemptMinutes=1", "It takes 0, or 11 to 999 - the items of a job that died"),
        ("SecondAttemptMinutes=10", "It takes 0, or 11 to 999"),
    ],
)
def test_a_value_that_a_parameter_does_not_take_is_told_at_once(
    aws: None, dist: Path, pair: str, told: str
) -> None:
    (dist / "analytics.yaml").write_text(ANALYTICS.read_text())
    answer = run(dist, pair)
    assert answer.exit_code == 1
    assert f"Error: '{pair}': it takes no such value\n{told}" in answer.output
    assert not stacks()


@pytest.mark.parametrize("minutes", ["0", "11", "15", "99", "120"])
def test_a_second_attempt_comes_after_the_lease(minutes: str) -> None:
    pair = f"SecondAttemptMinutes={minutes}"
    assert parse_parameters([pair], [ANALYTICS]) == {"SecondAttemptMinutes": minutes}


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
