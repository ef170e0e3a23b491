"""Deploys the scheduled path to an AWS account, and takes it away again.

The stack `dm-analytics-storage` has what the account lacks of buckets, control table and Glue
database, and keeps it for ever. `dm-analytics` has all else, and may go and come back.
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import click
from botocore.exceptions import ClientError

from dm.pages.docs import PAGE
from dm.terminal.output import rows_out
from infra.announce import announce_version
from infra.package import version
from infra.stack import Stack, aws_errors, declared
from runner import aws
from runner.control.dynamodb import DynamoControlTable
from runner.errors import DataMasterError, told
from runner.project import PROJECT

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

STORAGE, ANALYTICS = "dm-analytics-storage", "dm-analytics"
_HERE = Path(__file__).parent
DEFINITION = _HERE / "dispatcher.asl.json"
TEMPLATES = {STORAGE: _HERE / "storage.yaml", ANALYTICS: _HERE / "analytics.yaml"}

_PLACES = ("DatalakeBucket", "ObserverBucket", "ControlTable")
_NOT_THERE = {"404", "NoSuchBucket", "ResourceNotFoundException", "EntityNotFoundException"}


class CannotDeploy(DataMasterError):
    """Something is missing or wrong; nothing was changed."""


def clean_version() -> str:
    """The version to deploy: a commit, so that what runs can be told from its name.

    Raises:
        CannotDeploy: files differ from the commit.
    """
    found = version()
    if found.endswith("-dirty"):
        raise CannotDeploy(
            "There are changes that no commit has, so the version would not tell what runs",
            "Commit them first.",
        )
    return found


def parse_parameters(pairs: Sequence[str]) -> dict[str, str]:
    """Reads parameters of the templates, each written Name=value.

    Raises:
        CannotDeploy: one is not so written, or there is no such parameter.
    """
    known = {
        name
        for path in TEMPLATES.values()
        for name in declared(path.read_text())
        if not name.startswith("Make") and name not in ("Version", "Tables")
    }
    given = dict(pair.partition("=")[::2] for pair in pairs)
    for pair, name in zip(pairs, given, strict=True):
        if "=" not in pair or name not in known:
            raise CannotDeploy(
                f"{pair!r} sets no parameter",
                f"Write Name=value, with one of {', '.join(sorted(known))}.",
            )
    return given


def places(session: boto3.Session, before: Mapping[str, str]) -> dict[str, str]:
    """The names of the buckets and the control table: those of before, else this project's."""
    account = session.client("sts").get_caller_identity()["Account"]
    observer = "dm-observer-bucket"
    if not has_bucket(session, observer, account):
        observer = f"dm-observer-{account}"
    usual = {
        "DatalakeBucket": f"dm-datalake-{account}",
        "ObserverBucket": observer,
        "ControlTable": "dm-processing-control",
    }
    return {name: before.get(name, usual[name]) for name in _PLACES}


def to_make(
    session: boto3.Session, names: Mapping[str, str], before: Mapping[str, str]
) -> dict[str, str]:
    """Which parts of the storage its stack makes: what is missing, and what it made before."""
    account = session.client("sts").get_caller_identity()["Account"]
    there = {
        "MakeDatalakeBucket": has_bucket(session, names["DatalakeBucket"], account),
        "MakeObserverBucket": has_bucket(session, names["ObserverBucket"], account),
        "MakeControlTable": _is_there(
            lambda: session.client("dynamodb").describe_table(TableName=names["ControlTable"])
        ),
        "MakeGoldDatabase": _is_there(lambda: session.client("glue").get_database(Name="dm_gold")),
    }
    return {
        key: "true" if not found or before.get(key) == "true" else "false"
        for key, found in there.items()
    }


def has_bucket(session: boto3.Session, name: str, account: str) -> bool:
    """Whether this account has the bucket."""
    client = session.client("s3")
    try:
        return _is_there(lambda: client.head_bucket(Bucket=name, ExpectedBucketOwner=account))
    except ClientError as error:
        if error.response["Error"]["Code"] == "403":  # another account's
            return False
        raise


def upload(s3: S3Client, files: Sequence[Path], bucket: str, prefix: str) -> None:
    """Puts files into a bucket, but for those that are there already."""
    for file in files:
        digest, key = sha256(file.read_bytes()).hexdigest(), f"{prefix}/{file.name}"
        try:
            if s3.head_object(Bucket=bucket, Key=key)["Metadata"].get("sha256") == digest:
                continue
        except ClientError as error:
            if error.response["Error"]["Code"] not in _NOT_THERE:
                raise
        click.echo(f"Uploading s3://{bucket}/{key}")
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        extra = {"Metadata": {"sha256": digest}, "ContentType": kind}
        s3.upload_file(str(file), bucket, key, ExtraArgs=extra)


def change(stack: Stack, parameters: Mapping[str, str], *, yes: bool) -> bool:
    """Shows what a deployment changes, asks, and does it; whether the stack is as wanted now."""
    click.secho(f"Stack {stack.name}", bold=True)
    changes = stack.propose(TEMPLATES[stack.name].read_text(), parameters)
    if not changes:
        click.echo("Nothing changes.")
        return True
    rows_out(
        [
            {
                "change": "Replace" if each.replaces else each.action,
                "resource": each.resource,
                "type": each.type,
            }
            for each in changes
        ],
        "table",
    )
    if not yes and not click.confirm("Do this?"):
        stack.drop()
        click.echo("Nothing was changed.")
        return False
    stack.carry_out()
    return True


@click.group()
def main() -> None:
    """Deploy the scheduled path to AWS, or take it away."""


@main.command()
@click.argument("parameters", nargs=-1)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dist", type=click.Path(path_type=Path), default=PROJECT / "dist")
@click.option("--docs", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=PAGE)
def deploy(parameters: Sequence[str], yes: bool, dist: Path, docs: Path) -> None:
    """Deploy this commit; PARAMETERS of the templates are written Name=value.

    What is given once stays so in later deployments.
    """
    with told(), aws_errors():
        given = parse_parameters(parameters)
        artifact = dist / clean_version()
        session = aws.session()
        storage, analytics = (
            Stack(session.client("cloudformation"), name) for name in (STORAGE, ANALYTICS)
        )
        names = places(session, storage.parameters | analytics.parameters | given)
        make = to_make(session, names, storage.parameters)
        if "true" in make.values() and not change(
            storage, names | make | _of(STORAGE, given), yes=yes
        ):
            return
        prefix = f"code/gold/{artifact.name}"
        files = [*sorted(artifact.iterdir()), DEFINITION]
        upload(session.client("s3"), files, names["DatalakeBucket"], prefix)
        tables = json.loads((artifact / "tables.json").read_text())
        ours = {"Version": artifact.name, "Tables": ",".join(tables)}
        before = analytics.parameters.get("Version", artifact.name)
        if change(analytics, names | _of(ANALYTICS, given) | ours, yes=yes):
            if before != artifact.name:
                control = DynamoControlTable(names["ControlTable"])
                found = announce_version(control, tables, artifact.name)
                click.echo(f"The next execution looks at {found} tables, for the code changed.")
            upload(session.client("s3"), [docs], names["DatalakeBucket"], "docs/gold")
            for name, value in analytics.outputs.items():
                click.echo(f"{name}: {value}")


@main.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def destroy(yes: bool) -> None:
    """Delete the schedule, the state machine, the application and their roles.

    The tables, the buckets, the control table and the Glue database stay.
    """
    with told(), aws_errors():
        stack = Stack(aws.session().client("cloudformation"), ANALYTICS)
        if not stack.exists:
            click.echo(f"There is no stack {stack.name}.")
            return
        question = f"Delete the stack {stack.name}? Data, control items and logs of jobs stay."
        if yes or click.confirm(question):
            stack.delete()
            click.echo(f"Stack {stack.name} is deleted.")


def _of(stack: str, given: Mapping[str, str]) -> dict[str, str]:
    """Those parameters that the stack's template has."""
    known = declared(TEMPLATES[stack].read_text())
    return {name: value for name, value in given.items() if name in known}


def _is_there(look: Callable[[], object]) -> bool:
    try:
        look()
    except ClientError as error:
        if error.response["Error"]["Code"] in _NOT_THERE:
            return False
        raise
    return True


if __name__ == "__main__":
    main()
