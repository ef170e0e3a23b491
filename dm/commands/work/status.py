"""The command `dm status`: what there is to do, what is being done, what failed, what is fresh."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from dm.reading.stale.built import settle
from dm.terminal import options, verdict, worklist
from dm.terminal.output import json_out, rows_out, say
from local import lake
from local.loading.announcing import announce_missed
from runner import periods
from runner.control.announce import unasked
from runner.control.items import UNSETTLED, ControlItem, Status
from runner.control.table import ControlTableUnavailable
from runner.project import tables

if TYPE_CHECKING:
    from dm.aws.dispatcher import Execution
    from dm.reading.past.kept import Kept
    from dm.reading.past.snapshots import Held
    from dm.reading.stale.freshness import Freshness
    from dm.reading.stale.plans import Silver


@click.command()
@options.target
@options.format_
@click.option(
    "--check", is_flag=True, help="For scripts: exit code 1 if something failed, 3 if work is left."
)
@options.state_machine
def status(target: str, format_: str, check: bool, state_machine: str) -> None:
    """Tell on one screen what waits, runs or failed, and how fresh each table is.

    JSON has all of it, CSV a row for each table. With --check, the exit code is 1 if something
    failed, gave up or was published untested, 3 if something waits, runs or is stale, and 0 if all
    months are built.

    A table's stale months are those that `dbt run` would build now: dbt is asked, which takes the
    start of a Spark after the lake or the project has changed. On AWS, control items and the newest
    execution tell. Times are UTC.

    \b
    Examples:
      dm status
      dm status --format json
      dm status --format csv
      dm status --check > /dev/null || echo "something is not built"
      dm status --target aws
    """
    from dm.reading.past import kept
    from dm.reading.stale import freshness, plans  # Arrow, Iceberg and dbt are slow to import
    from local.silver import SilverUnreadable

    problem = None
    control = options.control(target)
    if target == "local":
        # A lake that is only to be read, or whose silver is gone, is told of all the same.
        with suppress(ControlTableUnavailable, SilverUnreadable):
            announce_missed(lake.find(), control, tables())
        found = plans.of(lake.find())
        with suppress(ControlTableUnavailable):
            settle(lake.find(), control, found)
    items = control.items(*Status)
    work = [item for item in items if item.status in UNSETTLED]
    left = verdict.left(control)
    if target == "aws":
        from dm.aws import dispatcher  # boto3 is slow to import

        executions = dispatcher.connect(state_machine).latest(1)
        fresh = [freshness.of_items(items, name) for name in tables()]
        silver: Mapping[str, Silver] = {}
        branches: list[Kept] = []
        lost: list[str] = []
    else:
        executions = []
        problem, silver = found.problem, found.sources
        branches = kept.branches(lake.find())
        lost = lake.without_model(lake.find(), tables())
        fresh = [freshness.of(lake.find(), name, found) for name in tables()]
    if format_ == "json":
        told = {
            "items": [asdict(item) for item in work],
            "tables": [asdict(table) for table in fresh],
            "silver": {name: asdict(source) for name, source in silver.items()},
            "problem": problem,
            "without_model": lost,
            "branches": [asdict(branch) for branch in branches],
            "executions": [asdict(execution) for execution in executions],
        }
        json_out(told)
        verdict.end(_code(work, fresh, problem, check=check))
        return
    if format_ == "csv":
        maps = {"why", "held"}
        rows_out(
            [{k: v for k, v in asdict(table).items() if k not in maps} for table in fresh], format_
        )
        verdict.end(_code(work, fresh, problem, check=check))
        return
    where = "AWS" if target == "aws" else str(lake.find().root)
    say(f"{where}, {_minute(datetime.now(UTC))} UTC")
    for execution in executions:
        _tell_execution(execution)
    free = control.claimable()
    worklist.tell(work, free)
    if not work:
        click.echo("Nothing is pending, running or failed.")
    click.echo()
    _tell_tables(fresh)
    for name, source in silver.items():
        say(f"{name}: rows last changed {_minute(source.changed)}")
        if source.remark:
            say(source.remark)
    if problem:
        say(f"What is stale is not known: {problem}")
    _tell_kept(branches)
    for name in lost:
        say(
            f"dm_gold.{name} has no model, and readers see it as it is: bring"
            f" models/gold/{name}.sql back, or `dm drop {name}`"
        )
    verdict.tell(left, target)
    _tell_what_to_do(free, {} if target == "aws" else unasked(control, _why(fresh)), target)
    verdict.end(_code(work, fresh, problem, check=check))


def _tell_kept(branches: Sequence[Kept]) -> None:
    """Says in a line each of what kinds of branches there are."""
    alike = defaultdict(list)
    for branch in branches:
        alike[branch.kind, branch.tests].append(branch)
    for (kind, tests), some in alike.items():
        first, last = some[0], max(branch.written for branch in some)
        if len(some) == 1:
            say(
                f"Kept: {first.table} {first.branch}, a {kind} of {last}, tests {tests}:"
                " `dm branches --help` says what to do with it"
            )
        else:
            named = worklist.in_words(branch.table for branch in some)
            say(
                f"Kept: {len(some)} branches of {named}, each of a {kind}, the newest of {last},"
                f" tests {tests}: `dm branches` lists them, and its --help says what to do"
            )


def _tell_what_to_do(
    free: Sequence[ControlItem], stale: Mapping[str, Mapping[str, str]], target: str
) -> None:
    """Says which command builds what waits, and what is `stale` without a control item."""
    aws = " --target aws" if target == "aws" else ""
    if lost := {item.table_name for item in free if item.table_name not in tables()}:
        say(f"What waits for {', '.join(sorted(lost))}, which is no gold table: `dm withdraw{aws}`")
    waiting = [item for item in free if item.table_name in tables()]
    if waiting and all(map(_failed, waiting)):
        say(f"`dm process{aws}` tries again what failed; above is why it did.")
    elif waiting:
        click.echo(f"`dm process{aws}` builds what waits.")
    elif any(stale.values()):
        click.echo("`dm process` builds what is stale.")


def _why(fresh: Sequence[Freshness]) -> dict[str, Mapping[str, str]]:
    return {table.table: table.why for table in fresh}


def _code(
    work: Sequence[ControlItem], fresh: Sequence[Freshness], problem: str | None, *, check: bool
) -> int:
    """The exit code."""
    untested = any("untested" in reason for table in fresh for reason in table.why.values())
    failed = any(map(_failed, work))
    if problem or (check and (untested or failed)):
        return verdict.FAILED
    return verdict.LEFT if check and (work or any(table.stale for table in fresh)) else 0


def _failed(item: ControlItem) -> bool:
    """Whether an attempt has failed, and neither a person nor a run takes it up again yet.

    An interruption is no attempt, and what `dm retry` sets free has all of its attempts.
    """
    tried = item.status is Status.PENDING and item.attempt_count > 0
    return item.status is Status.ERROR or (tried and item.error_message is not None)


def _tell_execution(execution: Execution) -> None:
    ended = f" to {_minute(execution.ended)}" if execution.ended else ""
    say(f"Execution {execution.name}: {execution.status}, {_minute(execution.started)}{ended}")
    for result in execution.results:
        if result.error:
            say(f"{result.table}: {result.error}")
    if execution.error:
        say(execution.error)


def _tell_tables(fresh: Sequence[Freshness]) -> None:
    rows_out(
        [
            {
                "table": table.table,
                "newest": table.newest or "none",
                "published": _minute(table.published),
                "silver of": _minute(table.silver_written),
                "stale": "?" if table.stale is None else len(table.stale),
            }
            for table in fresh
        ],
        "table",
    )
    stale = defaultdict(list)
    for table in fresh:
        for reason in dict.fromkeys(table.why.values()):
            months = tuple(month for month in table.why if table.why[month] == reason)
            stale[months, reason].append(table.table)
    for (months, reason), names in stale.items():
        say(f"Stale: {worklist.in_words(names)}, {periods.in_words(months)}: {reason}")
    held = defaultdict(list)
    for table in fresh:
        for said in dict.fromkeys(map(_held, table.held.values())):
            months = tuple(m for m, one in table.held.items() if _held(one) == said)
            held[months, said].append(table.table)
    for (months, said), names in held.items():
        say(f"Held: {worklist.in_words(names)}, {periods.in_words(months)}: {said}")


def _held(said: Held) -> str:
    return said.in_words + (f" (else it would be built: {said.why})" if said.why else "")


def _minute(time: datetime | None) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M}" if time else ""
