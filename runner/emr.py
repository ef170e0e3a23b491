"""The job on EMR Serverless: what the entry point of the artifact calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import click

from runner import options, periods
from runner.control.dynamodb import DynamoControlTable
from runner.control.table import NAME
from runner.errors import told
from runner.startup import collect_rarely, start_spark

if TYPE_CHECKING:
    from runner.job import Result


@click.command()
@options.layer
@options.table
@click.option("--control-table", envvar="DM_CONTROL_TABLE", default=NAME, show_default=True)
@click.option("--name", envvar="DM_RUN_ID", default="", help="What the run's id begins with.")
@click.pass_context
def job(
    ctx: click.Context, layer: str, chosen: Sequence[str], control_table: str, name: str
) -> None:
    """Build what is pending, on the Spark that spark-submit started.

    Ends with exit code 1 if a month failed, so that EMR Serverless marks the job as failed.
    """
    collect_rarely()
    start_spark()

    from runner.dbt import DbtProject  # dbt takes seconds to import
    from runner.job import build_pending, gold_job

    # The archive's own folder may be read-only.
    dbt = DbtProject(_tell_progress, target="emr", folder=Path(mkdtemp(prefix="dbt-")))
    with told():
        gold = gold_job(DynamoControlTable(control_table), dbt, name=name)
        results = build_pending(gold, chosen, click.echo)
    for line in _outcome(gold.run_id, results):
        click.echo(line)
    if any(result.error for result in results):
        # The driver's disk goes with the job, its standard error is kept.
        if dbt.log.exists():
            click.echo(dbt.log.read_text(), err=True)
        ctx.exit(1)


def _tell_progress(text: str) -> None:
    click.echo(f"  {text}")


def _outcome(run_id: str, results: Sequence[Result]) -> Iterator[str]:
    """The lines that say how the run ended: for each table and reason, the months."""
    if not results:
        yield f"Run {run_id}: nothing is pending that another run does not hold."
        return
    items = sum(result.items for result in results)
    succeeded = sum(result.items for result in results if not result.error)
    yield f"Run {run_id}: {succeeded} of {items} control items succeeded."
    groups = defaultdict(list)
    for result in results:
        groups[result.table, result.error or ""].append(result.period)
    for (table, error), months in sorted(groups.items()):
        outcome = f"failed: {error}" if error else "built"
        yield f"  {table} {periods.in_words(months)} {outcome}"
