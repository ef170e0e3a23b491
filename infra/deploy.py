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

import click
from botocore.exceptions import ClientError

from dm.pages.docs import PAGE
from dm.terminal.output import rows_out
from infra.announce import announce_version
from infra.package import version
from infra.places import NOT_THERE, places, refuse_misfits, to_make
from infra.quiet import bring_to_rest, disable_schedules
from infra.stack import Change, Stack, aws_errors, declared
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

_APPLICATION = "AWS::EMRServerless::Application"


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


def change(
    stack: Stack,
    parameters: Mapping[str, str],
    *,
    yes: bool,
    before: Callable[[Sequence[Change]], None] = lambda changes: None,
) -> bool:
    """Shows what a deployment changes, asks, and does it; whether the stack is as wanted now.

    Args:
        stack: the stack.
        parameters: the values to set.
        yes: do not ask.
        before: is called with the changes just before they are made.
    """
    click.secho(f"Stack {stack.name}", bold=True)
    with stack.proposal(TEMPLATES[stack.name].read_text(), parameters) as changes:
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
            click.echo("Nothing was changed.")
            return False
        before(changes)
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
        known = storage.parameters | analytics.parameters
        names = places(session, known | given)
        refuse_misfits(session, known | given | names, known)
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

        def stop(changes: Sequence[Change]) -> None:
            # AWS changes no application that is started, not even its tags.
            if any(each.type == _APPLICATION and each.action != "Add" for each in changes):
                bring_to_rest(session, analytics.outputs, click.echo)

        if change(analytics, names | _of(ANALYTICS, given) | ours, yes=yes, before=stop):
            if before != artifact.name:
                control = DynamoControlTable(names["ControlTable"])
                found = announce_version(control, tables, artifact.name)
                click.echo(f"The next execution looks at {found} tables, for the code changed.")
            upload(session.client("s3"), [docs], names["DatalakeBucket"], "docs/gold")
            for name, value in analytics.outputs.items():
                click.echo(f"{name}: {value}")


@main.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--cancel", is_flag=True, help="Cancel jobs that run, and do not wait for their end.")
def destroy(yes: bool, cancel: bool) -> None:
    """Delete the schedule, the state machine, the application and their roles.

    The tables, the buckets, the control table and the Glue database stay. An execution that runs is
    waited for; a job that is cancelled has two minutes to give its items back.
    """
    with told(), aws_errors():
        session = aws.session()
        stack = Stack(session.client("cloudformation"), ANALYTICS)
        if not stack.exists:
            click.echo(f"There is no stack {stack.name}.")
            return
        question = f"Delete the stack {stack.name}? Data, control items and logs of jobs stay."
        if yes or click.confirm(question):
            disable_schedules(session, stack.outputs)
            bring_to_rest(session, stack.outputs, click.echo, cancel=cancel)
            stack.delete()
            click.echo(f"Stack {stack.name} is deleted.")


def _of(stack: str, given: Mapping[str, str]) -> dict[str, str]:
    """Those parameters that the stack's template has."""
    known = declared(TEMPLATES[stack].read_text())
    return {name: value for name, value in given.items() if name in known}


if __name__ == "__main__":
    main()
