"""Does what a person decided of a table: by dbt on this machine, or by a job on AWS."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import click

from dm.commands.machine.setup import ready
from dm.terminal import options
from dm.terminal.output import live_line
from local.user import user
from runner.errors import DataMasterError


class OperationFailed(DataMasterError):
    """A job on AWS could not do it."""


def operate(
    operation: str,
    arguments: Mapping[str, object],
    target: str = "local",
    state_machine: str = "",
    variables: Mapping[str, object] | None = None,
) -> None:
    """Runs an operation of the dbt project, and tells what it says.

    Args:
        operation: a macro, such as hold.
        arguments: its arguments.
        target: local, or aws: there the state machine starts a job for it, and its end is awaited.
        state_machine: the state machine's name.
        variables: vars of the project, on this machine.

    Raises:
        DbtFailed: it was refused, or failed.
        OperationFailed: the same, by a job.
    """
    if target == "aws":
        click.echo(f"{by_job(operation, arguments, state_machine)}: SUCCEEDED")
        return
    from runner.dbt.running import DbtProject  # dbt and Spark take seconds to import
    from runner.startup import start_spark

    ready()
    start_spark()
    with live_line() as now:
        now("asking dbt")
        tell: Callable[[str], None] = click.echo
        DbtProject(progress=tell).operate(operation, arguments, variables)


def who() -> str:
    """Who decides it, as run_history and the tables' snapshots tell."""
    return re.sub(r"\W+", "-", user())


def by_job(operation: str, arguments: Mapping[str, object], state_machine: str) -> str:
    """Has a job on AWS do it, and waits for its end.

    Returns:
        The name of the execution.

    Raises:
        OperationFailed: the job refused it, or failed.
    """
    from dm.aws import dispatcher  # boto3 is slow to import

    aws = dispatcher.connect(state_machine)
    name = aws.start_task({"operate": {"name": operation, "arguments": dict(arguments)}})
    click.echo(f"Started {name}\n{aws.console(name)}", err=True)
    with live_line() as now:
        now(f"waiting for {name}; Ctrl-C ends the waiting alone")
        ended = aws.follow(name, lambda result: None)
    told = next((result.error for result in ended.results if result.error), ended.error)
    if ended.status != "SUCCEEDED":
        raise OperationFailed(f"{operation}: {told or ended.status}")
    return name


def told_by_job(
    operation: str, arguments: Mapping[str, object], state_machine: str
) -> list[dict[str, Any]]:
    """What a job on AWS tells, when it has ended.

    Raises:
        OperationFailed: the job refused it, or failed.
        NotTold: it has told nothing.
    """
    name = by_job(operation, arguments, state_machine)

    from runner.aws import outcomes  # boto3 is slow to import

    return outcomes.told(options.control_table(), name)
