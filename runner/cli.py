"""The commands that work on control items, on AWS and on one machine alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from runner import periods
from runner.control.items import ControlItem, Status
from runner.control.table import ControlTable
from runner.errors import DataMasterError
from runner.output import Row, rows_out
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


class Commands(click.Group):
    """A group of commands that tell what a user can mend in one sentence and a hint."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        with told():
            return super().invoke(ctx)


layer_option = click.option(
    "--layer", type=click.Choice(["gold"]), default="gold", show_default=True
)
table_option = click.option(
    "--table",
    "chosen",
    type=click.Choice(tables()),
    multiple=True,
    metavar="TABLE",
    help=f"Only this table; may be given several times. One of {', '.join(tables())}.",
)


@click.command()
@layer_option
@table_option
@click.option("--force", is_flag=True, help="Build also the months whose input has not changed.")
@click.pass_context
def process(ctx: click.Context, layer: str, chosen: Sequence[str], force: bool) -> None:
    """Build the months that silver changed.

    Claims the pending control items, builds and tests their months, publishes those whose tests
    pass, and settles each item. A month that fails is tried again by the next run, three times in
    all; the exit code is then 1, and `dm pending` says why.

    \b
    Examples:
      dm process --layer gold
      dm process --table top_drinkers --table top_beers_by_rating
    """
    control: ControlTable = ctx.obj
    if not control.items(Status.PENDING, Status.RUNNING):
        click.echo("Nothing is pending.")
        return

    from runner.dbt import DbtProject  # dbt and Spark take seconds to import

    dbt = DbtProject(progress=tell_progress)
    results = run(gold_job(control, dbt, force=force), chosen)
    if not results:
        click.echo("Nothing is pending that another run does not hold.")
        return
    if _tell(results):
        ctx.exit(1)


@click.command()
@click.option(
    "--format", "format_", type=click.Choice(["table", "json"]), default="table", show_default=True
)
@click.pass_obj
def pending(control: ControlTable, format_: str) -> None:
    """List the control items that wait, run or failed.

    The table has a line for each table and state; the JSON has every item with all its fields.

    \b
    Examples:
      dm pending
      dm pending --format json
    """
    items = control.items(Status.PENDING, Status.RUNNING, Status.ERROR)
    if format_ == "json":
        rows_out([asdict(item) for item in items], format_)
        return
    rows_out(_summary(items), format_)
    if not items:
        click.echo("Nothing is pending.")


def gold_job(
    control: ControlTable, dbt: DbtProject, *, force: bool = False, name: str = ""
) -> GoldJob:
    """The gold job on this project; see GoldJob and DbtProject.build."""
    from runner.gold import published  # dbt and Spark take seconds to import
    from runner.job import GoldJob

    return GoldJob(control, tables(), partial(dbt.build, force=force), published, name)


def run(job: GoldJob, chosen: Sequence[str]) -> list[Result]:
    """Builds what is pending of the chosen tables, or of all, and tells what it does."""
    work, results = job.claim(chosen or tables())
    if work:
        months = periods.in_words(piece.period for piece in work)
        click.echo(f"Starting Spark and building {len({p.table for p in work})} tables: {months}")
        results += job.run(work)
    return results


def tell_progress(line: str) -> None:
    """Prints a line of a run."""
    click.echo(f"  {line}")


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


def _summary(items: Sequence[ControlItem]) -> list[Row]:
    """A row for each table, state and message."""
    groups = defaultdict(list)
    for item in items:
        groups[item.table_name, str(item.status), item.error_message or ""].append(item)
    return [
        {
            "table": table,
            "status": status,
            "items": len(group),
            "months": periods.in_words(f"{i.review_year}-{i.review_month:0>2}" for i in group),
            "since": min(item.updated_at for item in group)[:16],
            "last message": message,
        }
        for (table, status, message), group in sorted(groups.items())
    ]
