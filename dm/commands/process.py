"""The command `dm process`: builds what is pending, here or on AWS."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from dm.terminal import options
from dm.terminal.output import line, live_line
from runner import periods
from runner.control.items import Status
from runner.startup import start_spark

if TYPE_CHECKING:
    from runner.job import Result


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
        from dm.aws.executions import start  # boto3 is slow to import

        if not start(state_machine, chosen, wait=wait):
            ctx.exit(1)
        return
    control = options.control(target)
    if not control.items(Status.PENDING, Status.RUNNING):
        click.echo("Nothing is pending.")
        return
    start_spark()

    with live_line() as now:
        now("starting")
        from runner.dbt import DbtProject  # dbt and Spark take seconds to import
        from runner.job import build_pending, gold_job

        dbt = DbtProject(progress=lambda text: line(f"  {text}"), now=now)
        results = build_pending(gold_job(control, dbt, force=force), chosen, line)
    if not results:
        click.echo("Nothing is pending that another run does not hold.")
        return
    if _tell(results):
        ctx.exit(1)


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
