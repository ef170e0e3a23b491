"""The artifacts in the bucket: each version in a folder, with the template that deploys it."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click
from botocore.exceptions import ClientError

from infra.places import NOT_THERE
from runner.errors import DataMasterError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

FOLDER = "code/gold"
KEPT = timedelta(days=90)
"""How long an artifact is kept that is not deployed any more."""


_DEPLOYED = f"{FOLDER}/deployed.json"
_NO_OBJECT = {*NOT_THERE, "NoSuchKey"}


@dataclass(frozen=True)
class Deployed:
    """What was deployed last, all of it: kept beside the artifacts, for it outlives the stack.

    Attributes:
        version: whose months have been announced; None if nothing tells.
        before: the version before it, which is kept to go back to.
    """

    version: str | None = None
    before: str | None = None

    def then(self, version: str) -> Deployed:
        """After a version has been deployed."""
        if version == self.version:
            return self
        return Deployed(version, self.version or self.before)


class NoSuchVersion(DataMasterError):
    """There is no complete artifact of the version."""


def upload(s3: S3Client, files: Sequence[Path], bucket: str, prefix: str) -> None:
    """Puts files into a bucket, but for those that are there already."""
    for file in files:
        digest, key = sha256(file.read_bytes()).hexdigest(), f"{prefix}/{file.name}"
        try:
            if s3.head_object(Bucket=bucket, Key=key)["Metadata"].get("sha256") == digest:
                continue
        except ClientError as error:
            if error.response["Error"]["Code"] not in NOT_THERE:
                raise
        click.echo(f"Uploading s3://{bucket}/{key}")
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        extra = {"Metadata": {"sha256": digest}, "ContentType": kind}
        s3.upload_file(str(file), bucket, key, ExtraArgs=extra)


def versions(s3: S3Client, bucket: str) -> dict[str, datetime]:
    """The versions in the bucket, and when the newest file of each came."""
    found: dict[str, datetime] = {}
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{FOLDER}/")
    for entry in (entry for page in pages for entry in page.get("Contents", [])):
        version, slash, _ = entry["Key"].removeprefix(f"{FOLDER}/").partition("/")
        if slash:
            found[version] = max(entry["LastModified"], found.get(version, entry["LastModified"]))
    return found


def uploaded(s3: S3Client, bucket: str, version: str) -> tuple[list[str], str]:
    """What deploys an uploaded version: its gold tables, and its template.

    Raises:
        NoSuchVersion: it is not there, or is older than this way of deploying it.
    """
    try:
        tables, template = (
            s3.get_object(Bucket=bucket, Key=f"{FOLDER}/{version}/{name}")["Body"].read().decode()
            for name in ("tables.json", "analytics.yaml")
        )
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NO_OBJECT:
            raise
        known = sorted(versions(s3, bucket).items(), key=lambda found: found[1], reverse=True)
        raise NoSuchVersion(
            f"s3://{bucket}/{FOLDER}/{version} has no artifact to deploy",
            f"Name one of {', '.join(name for name, _ in known[:10]) or 'none yet'}; newest first.",
        ) from error
    return json.loads(tables), template


def deployed(s3: S3Client, bucket: str) -> Deployed:
    """What was deployed last from this bucket."""
    try:
        found = s3.get_object(Bucket=bucket, Key=_DEPLOYED)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NO_OBJECT:
            raise
        return Deployed()
    return Deployed(**json.loads(found))


def keep_deployed(s3: S3Client, bucket: str, what: Deployed) -> None:
    """Keeps what has been deployed."""
    s3.put_object(Bucket=bucket, Key=_DEPLOYED, Body=json.dumps(asdict(what)).encode())


def show_docs(s3: S3Client, bucket: str, version: str, page: str) -> bool:
    """Puts the page of docs of a version to where it is read; whether it has one."""
    source = f"{FOLDER}/{version}/{page}"
    try:
        s3.copy_object(
            Bucket=bucket, Key=f"docs/gold/{page}", CopySource={"Bucket": bucket, "Key": source}
        )
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NO_OBJECT:
            raise
        return False
    return True


def prune(s3: S3Client, bucket: str, keep: Collection[str]) -> list[str]:
    """Deletes artifacts of old age, but for those to keep; gives their versions."""
    end = datetime.now(UTC) - KEPT
    old = [v for v, came in versions(s3, bucket).items() if came < end and v not in keep]
    for version in old:
        prefix = f"{FOLDER}/{version}/"
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            keys = [{"Key": entry["Key"]} for entry in page.get("Contents", [])]
            s3.delete_objects(Bucket=bucket, Delete={"Objects": keys})  # type: ignore[typeddict-item]
    return old
