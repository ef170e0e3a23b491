"""The commands that work on control items, on AWS and on one machine alike."""

from __future__ import annotations

import signal
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from runner import options, periods, spark, worklist
from runner.control.items import Status
from runner.control.table import ControlTable
from runner.errors import DataMasterError
from runner.output import line, live_line, rows_out, say
from runner.project import tables

if TYPE_CHECKING:
    from runner.dbt import DbtProject
    from runner.job import GoldJob, Result


@contextmanager
def told() -> Iterator[None]:
    """A DataMasterError ends the command with its sentence, its hint and exit code 1."""
    try:
        yield
    except DataMasterError as error:
        raise click.ClickException(f"{error.message}\n{error.hint}".strip()) from error


INTERRUPTED = 130
"""The exit code of a command that Ctrl-C or SIGTERM ended, as shells have it."""


class Commands(click.Group):
    """A group of commands that tell what a user can mend in one sentence and a hint."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        try:
            with told():
                return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            ctx.exit(INTERRUPTED)


@click.command()
@options.layer
@options.table
@options.target
@click.option("--force", is_flag=True, help="Build also the months whose input has not changed.")
@click.option(
    "--wait",
    is_flag=True,
    help="On AWS: tell of each table as it ends; Ctrl-C ends the telling, not the execution.",
)
@options.state_machine
@click.pass_context
def process(
    ctx: click.Context,
    layer: str,
    chosen: Sequence[str],
    target: str,
    force: bool,
    wait: bool,
    state_machine: str,
) -> None:
    """Build the months that silver changed.

    Claims the pending control items, builds and tests their months, publishes those whose tests
    pass, and settles each item. A month that fails is tried again by the next run, three times in
    all; the exit code is then 1, and `dm pending` says why.

    On AWS it starts the state machine, and returns at once with the execution's name unless --wait
    is given. While an execution runs, no other is started.

    \b
    Examples:
      dm process --layer gold
      dm process --table top_drinkers --table top_beers_by_rating
      dm process --target aws --wait
    """
    if target == "aws":
        if force:
            raise click.UsageError("--force goes with --target local alone.")
        from runner.executions import start  # boto3 is slow to import

        if not start(state_machine, chosen, wait=wait):
            ctx.exit(1)
        return
    control = options.control(target)
    if not control.items(Status.PENDING, Status.RUNNING):
        click.echo("Nothing is pending.")
        return
    spark.start()

    with live_line() as now:
        now("starting")
        from runner.dbt import DbtProject  # dbt takes seconds to import

        dbt = DbtProject(progress=tell_progress, now=now)
        results = run(gold_job(control, dbt, force=force), chosen)
    if not results:
        click.echo("Nothing is pending that another run does not hold.")
        return
    if _tell(results):
        ctx.exit(1)


@click.command()
@options.target
@options.format_
def pending(target: str, format_: str) -> None:
    """List the control items that wait, run or failed.

    The table has a line for those that are alike; JSON and CSV have each item with all its fields.

    \b
    Examples:
      dm pending
      dm pending --format json
      dm pending --target aws
    """
    items = options.control(target).items(Status.PENDING, Status.RUNNING, Status.ERROR)
    if format_ != "table":
        rows_out([asdict(item) for item in items], format_)
        return
    worklist.tell(items)
    if not items:
        click.echo("Nothing is pending.")


@click.command()
@options.target
@options.format_
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True)
@options.state_machine
def runs(target: str, format_: str, limit: int, state_machine: str) -> None:
    """List the newest runs: what each did with each table, and how it ended.

    A month is listed with the last run that worked on it. On AWS a run is an execution of the
    state machine; JSON and CSV have the jobs and the links to their logs.

    \b
    Examples:
      dm runs
      dm runs --target aws --limit 3
      dm runs --target aws --format json
    """
    from runner import dispatcher, executions  # boto3 is slow to import

    items = options.control(target).items(*Status)
    if target == "aws":
        found = dispatcher.connect(state_machine).latest(limit)
    else:
        found = executions.of_items(items, limit)
    table_runs = executions.table_runs(found, items)
    if format_ != "table":
        rows_out([asdict(run) for run in table_runs], format_)
        return
    rows_out(executions.rows(table_runs), format_)
    for run in table_runs:
        if run.error:
            say(f"{run.run} {run.table}: {run.error}")
            click.echo(run.logs or "", nl=bool(run.logs))
    if not table_runs:
        click.echo("Nothing has run yet.")


def gold_job(
    control: ControlTable, dbt: DbtProject, *, force: bool = False, name: str = ""
) -> GoldJob:
    """The gold job on this project; see GoldJob and DbtProject.build."""
    from runner.gold import published  # dbt and Spark take seconds to import
    from runner.job import GoldJob

    return GoldJob(control, tables(), partial(dbt.build, force=force), published, name)


def run(job: GoldJob, chosen: Sequence[str]) -> list[Result]:
    """Builds what is pending of the chosen tables, or of all, and tells what it does."""
    # Whoever ends the run, a person or EMR, gets the items given back.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    work, results = job.claim(chosen or tables())
    if work:
        months = periods.in_words(piece.period for piece in work)
        line(f"Starting Spark and building {len({p.table for p in work})} tables: {months}")
        results += job.run(work)
    return results


def tell_progress(text: str) -> None:
    """Prints a line of a run."""
    line(f"  {text}")


def _tell(results: Sequence[Result]) -> bool:
    """Says how the items ended; whether any failed."""
    failed = defaultdict(list)
    for result in results:
        if result.error:
            failed[result.error].append(result)
    for error, group in failed.items():
        which = ", ".join(sorted({result.table for result in group}))
        months = periods.in_words(result.period for result in group)
        click.echo(f"Failed: {which} {months}: {error}", err=True)
    items = sum(result.items for result in results)
    succeeded = sum(result.items for result in results if not result.error)
    click.echo(f"{succeeded} of {items} control items succeeded.")
    return bool(failed)
