"""Deploys the scheduled path to an AWS account, and takes it away again.

The stack `dm-analytics-storage` has what the account lacks of buckets, control table and Glue
database, and keeps it for ever. `dm-analytics` has all else, and may go and come back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click

from dm.pages.docs import PAGE
from dm.terminal.output import rows_out
from infra import arguments
from infra.announce import announce_version
from infra.arguments import CannotDeploy
from infra.artifacts import (
    FOLDER,
    KEPT,
    Deployed,
    deployed,
    keep_deployed,
    prune,
    show_docs,
    upload,
    uploaded,
)
from infra.capacity import refuse_crowding
from infra.package import version
from infra.places import places, refuse_misfits, to_make
from infra.quiet import bring_to_rest, schedules_off
from infra.stack import Change, Stack, aws_errors, declared
from runner.aws import calls as aws
from runner.control.dynamodb import DynamoControlTable
from runner.errors import told
from runner.project import PROJECT

STORAGE, ANALYTICS = "dm-analytics-storage", "dm-analytics"
_HERE = Path(__file__).parent / "templates"
DEFINITION = _HERE / "dispatcher.asl.json"
TEMPLATES = {STORAGE: _HERE / "storage.yaml", ANALYTICS: _HERE / "analytics.yaml"}

_APPLICATION = "AWS::EMRServerless::Application"


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


def change(
    stack: Stack,
    template: str,
    parameters: Mapping[str, str],
    tags: Mapping[str, str],
    *,
    yes: bool,
    before: Callable[[Sequence[Change]], None] = lambda changes: None,
) -> bool:
    """Shows what a deployment changes, asks, and does it; whether the stack is as wanted now.

    Args:
        stack: the stack.
        template: the text of its template.
        parameters: the values to set.
        tags: of all its resources.
        yes: do not ask.
        before: is called with the changes just before they are made.
    """
    click.secho(f"Stack {stack.name}", bold=True)
    with stack.proposal(template, parameters, tags) as changes:
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
@arguments.environment
@click.option("--version", "chosen", help="Deploy this uploaded version, not the present commit.")
@click.option("--tag", "tags", multiple=True, help="Key=value, on all resources; it stays.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dist", type=click.Path(path_type=Path), default=PROJECT / "dist")
@click.option("--docs", type=click.Path(dir_okay=False, path_type=Path), default=PAGE)
def deploy(
    parameters: Sequence[str],
    environment: str,
    chosen: str | None,
    tags: Sequence[str],
    yes: bool,
    dist: Path,
    docs: Path,
) -> None:
    """Deploy this commit; PARAMETERS of the templates are written Name=value.

    What is given once stays so in later deployments.
    """
    with told(), aws_errors():
        given = arguments.parse_parameters(parameters, TEMPLATES.values())
        artifact = None if chosen else dist / clean_version()
        version = chosen or (artifact.name if artifact else "")
        session = aws.session()
        storage, analytics = (
            Stack(session.client("cloudformation"), name)
            for name in (
                arguments.in_environment(STORAGE, environment),
                arguments.in_environment(ANALYTICS, environment),
            )
        )
        known = storage.parameters | analytics.parameters
        names = places(session, known | given, environment)
        refuse_misfits(session, known | given | names, known)
        refuse_crowding(TEMPLATES[ANALYTICS].read_text(), known | given)
        make = to_make(session, names, storage.parameters)
        labels = {"dm:environment": environment or "prod"} | arguments.parse_tags(tags)
        template = TEMPLATES[STORAGE].read_text()
        if "true" in make.values() and not change(
            storage, template, names | make | _of(template, given), labels, yes=yes
        ):
            return
        s3, bucket = session.client("s3"), names["DatalakeBucket"]
        if artifact:
            files = [*sorted(artifact.iterdir()), DEFINITION, TEMPLATES[ANALYTICS]]
            files += [docs] if docs.exists() else []
            upload(s3, files, bucket, f"{FOLDER}/{version}")
        tables, template = uploaded(s3, bucket, version)
        ours = {"Version": version, "Tables": ",".join(tables)}
        ours["Name"] = arguments.in_environment(ANALYTICS, environment)
        ours["JobTags"] = arguments.of_jobs(analytics.tags | labels)
        last = deployed(s3, bucket)
        if last.version is None:
            last = Deployed(None, analytics.parameters.get("Version"))

        def stop(changes: Sequence[Change]) -> None:
            # AWS changes no application that is started, not even its tags.
            if any(each.type == _APPLICATION and each.action != "Add" for each in changes):
                bring_to_rest(session, analytics.outputs, click.echo)

        wanted = _of(template, names | given | ours)
        if not change(analytics, template, wanted, labels, yes=yes, before=stop):
            return
        # Kept at the end alone: what does not come so far, the next deployment does again.
        if version != last.version:
            found = announce_version(DynamoControlTable(names["ControlTable"]), tables, version)
            if found:
                click.echo(f"The next execution looks at {found} tables, for the code changed.")
        if not show_docs(s3, bucket, version, docs.name):
            click.echo(f"{version} brings no page of docs; the one that is there stays.")
        now = last.then(version)
        keep_deployed(s3, bucket, now)
        for old in prune(s3, bucket, {v for v in (now.version, now.before) if v}):
            click.echo(f"Deleted the artifact {old}, which is older than {KEPT.days} days.")
        for name, value in analytics.outputs.items():
            click.echo(f"{name}: {value}")


@main.command()
@arguments.environment
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--cancel", is_flag=True, help="Stop executions and cancel jobs that run.")
def destroy(environment: str, yes: bool, cancel: bool) -> None:
    """Delete the schedule, the state machine, the application and their roles.

    The tables, the buckets, the control table and the Glue database stay. An execution that runs is
    waited for; a job that is cancelled has two minutes to give its items back. If it does not come
    to its end, the schedules are again as they were.
    """
    with told(), aws_errors():
        session = aws.session()
        stack = Stack(
            session.client("cloudformation"), arguments.in_environment(ANALYTICS, environment)
        )
        if not stack.exists:
            click.echo(f"There is no stack {stack.name}.")
            return
        question = f"Delete the stack {stack.name}? Data, control items and logs of jobs stay."
        if yes or click.confirm(question):
            with schedules_off(session, stack.outputs, click.echo):
                bring_to_rest(session, stack.outputs, click.echo, cancel=cancel)
                stack.delete()
            click.echo(f"Stack {stack.name} is deleted.")


def _of(template: str, given: Mapping[str, str]) -> dict[str, str]:
    """Those parameters that the template has."""
    known = declared(template)
    return {name: value for name, value in given.items() if name in known}


if __name__ == "__main__":
    main()
