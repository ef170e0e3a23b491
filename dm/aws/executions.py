"""The job on AWS as an operator sees it: starts it, follows it, tells what ran."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import click

from dm.aws import dispatcher
from dm.aws.dispatcher import Execution, TableResult
from dm.terminal import verdict
from dm.terminal.output import line, live_line
from dm.terminal.table_runs import TableRun
from runner.control.items import ControlItem, Status, timestamp
from runner.control.table import ControlTable


def start(state_machine: str, tables: Sequence[str], control: ControlTable, *, wait: bool) -> int:
    """Starts the state machine, and follows it if asked to.

    Args:
        state_machine: its name.
        tables: to build only these; empty for all.
        control: the table that tells what is left when it has ended.
        wait: return when it has ended, and not at once.

    Returns:
        The exit code: see dm.terminal.verdict.

    Raises:
        AlreadyRunning: nothing was started.
        AwsCallFailed: nothing was started, or the execution goes on without being followed.
        ControlTableUnavailable: nobody can tell what is left.
    """
    aws = dispatcher.connect(state_machine)
    name = aws.start(tables)
    click.echo(f"Started {name}\n{aws.console(name)}")
    if not wait:
        return 0
    with live_line() as now:
        now(f"waiting for {name}; Ctrl-C ends the waiting alone")
        ended = aws.follow(name, _tell)
    click.echo(f"{name}: {ended.status}")
    if ended.error:
        click.echo(ended.error, err=True)
    left = verdict.tell(verdict.left(control, tables), "aws")
    if ended.status != "SUCCEEDED":
        return verdict.FAILED
    held = any(result.status == "HELD" for result in ended.results)
    return left or (verdict.LEFT if held else 0)


def _tell(result: TableResult) -> None:
    words = [result.status, result.error, result.job_run_id and f"job {result.job_run_id}"]
    if result.status == "FAILED":
        words.append(result.logs)
    line(f"  {result.table}: {', '.join(word for word in words if word)}")


def table_runs(executions: Iterable[Execution], items: Iterable[ControlItem]) -> list[TableRun]:
    """What executions did with each table.

    Args:
        executions: those to tell of, in their order.
        items: control items; an execution's own are those of the runs that bear its name.
    """
    return [
        _table_run(execution, table, own)
        for execution in executions
        for table, own in _by_table(execution, items).items()
    ]


def _by_table(execution: Execution, items: Iterable[ControlItem]) -> dict[str, list[ControlItem]]:
    """The tables that an execution worked on, and its items of each; at least one entry."""
    found: dict[str, list[ControlItem]] = {result.table: [] for result in execution.results}
    for item in items:
        # On AWS, the job adds a hyphen and eight digits to the execution's name.
        owner = item.lease_owner or ""
        if execution.name in (owner, owner.rpartition("-")[0]):
            found.setdefault(item.table_name, []).append(item)
    return found or {"": []}


def _table_run(execution: Execution, table: str, items: Sequence[ControlItem]) -> TableRun:
    result = next((result for result in execution.results if result.table == table), None)
    if result is None:
        status = _outcome(items) if items else execution.status
        result = TableResult(table, status, error=execution.error)
    started, ended = _times(items, execution.started, execution.ended)
    return TableRun(
        run=execution.name,
        table=table,
        outcome=result.status,
        periods=tuple(sorted({item.month for item in items})),
        started=timestamp(started.astimezone(UTC)),
        seconds=round((ended - started).total_seconds(), 1) if ended else None,
        job_run_id=result.job_run_id,
        logs=result.logs,
        error=result.error,
    )


def _outcome(items: Sequence[ControlItem]) -> str:
    if any(item.status is Status.RUNNING for item in items):
        return "RUNNING"
    return "FAILED" if any(item.error_message for item in items) else "SUCCEEDED"


def _times(
    items: Sequence[ControlItem], started: datetime, ended: datetime | None = None
) -> tuple[datetime, datetime | None]:
    """When the first of the items was begun and the last one ended; the given times without any."""
    begun = [item.started_at for item in items if item.started_at]
    over = [item.finished_at for item in items if item.finished_at]
    if begun:
        started = datetime.fromisoformat(min(begun))
    if items:
        ended = datetime.fromisoformat(max(over)) if len(over) == len(items) else None
    return started, ended
