"""Where the data of an account is, and whether a deployment fits what is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import boto3
from botocore.exceptions import ClientError

from runner.errors import DataMasterError

PLACES = ("DatalakeBucket", "ObserverBucket", "ControlTable")
NOT_THERE = {"404", "NoSuchBucket", "ResourceNotFoundException", "EntityNotFoundException"}


class DoesNotFit(DataMasterError):
    """What the account has, or had, is not what the deployment is for; nothing was changed."""


def places(
    session: boto3.Session, before: Mapping[str, str], environment: str = ""
) -> dict[str, str]:
    """The names of the buckets and the control table: those of before, else this project's."""
    account = session.client("sts").get_caller_identity()["Account"]
    named = f"-{environment}" if environment else ""
    observer = "dm-observer-bucket"
    if named or region_of(session, observer, account) != session.region_name:
        observer = f"dm-observer{named}-{account}"
    usual = {
        "DatalakeBucket": f"dm-datalake{named}-{account}",
        "ObserverBucket": observer,
        "ControlTable": f"dm-processing-control{named}",
    }
    return {name: before.get(name, usual[name]) for name in PLACES}


def to_make(
    session: boto3.Session, names: Mapping[str, str], before: Mapping[str, str]
) -> dict[str, str]:
    """Which parts of the storage its stack makes: what is missing, and what it made before."""
    account = session.client("sts").get_caller_identity()["Account"]
    there = {
        "MakeDatalakeBucket": region_of(session, names["DatalakeBucket"], account) is not None,
        "MakeObserverBucket": region_of(session, names["ObserverBucket"], account) is not None,
        "MakeControlTable": is_there(
            lambda: session.client("dynamodb").describe_table(TableName=names["ControlTable"])
        ),
        "MakeGoldDatabase": is_there(lambda: session.client("glue").get_database(Name="dm_gold")),
    }
    return {
        key: "true" if not found or before.get(key) == "true" else "false"
        for key, found in there.items()
    }


def region_of(session: boto3.Session, name: str, account: str) -> str | None:
    """The region of a bucket of this account; None if it has no such bucket."""
    try:
        found = session.client("s3").head_bucket(Bucket=name, ExpectedBucketOwner=account)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"403", *NOT_THERE}:  # 403: another account's
            return None
        raise
    headers = found["ResponseMetadata"]["HTTPHeaders"]
    return found.get("BucketRegion") or headers.get("x-amz-bucket-region")


def refuse_misfits(
    session: boto3.Session, names: Mapping[str, str], before: Mapping[str, str]
) -> None:
    """Refuses a deployment whose jobs would not find the data, or would lose sight of it.

    Args:
        session: of the account.
        names: the parameters as they will be.
        before: as they are; empty before the first deployment.

    Raises:
        DoesNotFit: says what, where, and what to do.
    """
    for place in ("DatalakeBucket", "ControlTable"):
        if before.get(place, names[place]) != names[place]:
            raise DoesNotFit(
                f"{place} is {before[place]}, and {names[place]} is asked for: what the former has"
                " would stay behind",
                f"Leave out {place}=; or move the data first, and delete both stacks.",
            )
    subnets, groups = names.get("Subnets", ""), names.get("SecurityGroups", "")
    if bool(subnets) != bool(groups):
        lacking = "SecurityGroups" if subnets else "Subnets"
        raise DoesNotFit(
            f"{'Subnets' if subnets else 'SecurityGroups'} are named without {lacking}",
            f"Add {lacking}=, with commas: jobs in a VPC need both.",
        )
    account = session.client("sts").get_caller_identity()["Account"]
    for place in ("DatalakeBucket", "ObserverBucket"):
        region = region_of(session, names[place], account)
        if region not in (None, session.region_name):
            raise DoesNotFit(
                f"The bucket {names[place]} is in {region}, and {session.region_name} is deployed"
                " to: jobs, catalog and buckets belong into one region",
                f"Name another bucket by {place}=, or deploy to {region}.",
            )
    bucket = f"s3://{names['DatalakeBucket']}"
    glue = session.client("glue")
    for database, folder in (("dm_gold", f"{bucket}/gold"), ("dm_silver", f"{bucket}/silver")):
        try:
            found = glue.get_database(Name=database)["Database"].get("LocationUri")
        except glue.exceptions.EntityNotFoundException:
            continue
        if database == "dm_gold" and not found:
            raise DoesNotFit(
                f"dm_gold of this account has no location, so its tables would be made in"
                f" {bucket}/dm_gold.db, where the jobs may not write",
                "`aws glue update-database --name dm_gold --database-input"
                f" Name=dm_gold,LocationUri={folder}` gives it one.",
            )
        _must_be_in(folder, database, found)
    try:
        silver = glue.get_table(DatabaseName="dm_silver", Name="review_flat")["Table"]
    except glue.exceptions.EntityNotFoundException:
        return
    location = silver.get("StorageDescriptor", {}).get("Location")
    _must_be_in(f"{bucket}/silver", "dm_silver.review_flat", location)


def _must_be_in(folder: str, name: str, location: str | None) -> None:
    """An S3 location in a folder, or none at all; s3a:// and s3n:// name the same places."""
    if not location:
        return
    scheme, _, path = location.partition("://")
    found = f"s3://{path}" if scheme in ("s3", "s3a", "s3n") else location
    if not f"{found.rstrip('/')}/".startswith(f"{folder}/"):
        raise DoesNotFit(
            f"{name} of this account is at {location}, and the jobs may work in {folder} alone",
            "Name the bucket it is in by DatalakeBucket=, or deploy to another account or region.",
        )


def is_there(look: Callable[[], object]) -> bool:
    """Whether a look finds something."""
    try:
        look()
    except ClientError as error:
        if error.response["Error"]["Code"] in NOT_THERE:
            return False
        raise
    return True
