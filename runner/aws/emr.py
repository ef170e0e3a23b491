"""The job on EMR Serverless: what the entry point of the artifact calls."""

from __future__ import annotations

import json
import platform
import resource
import signal
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import click

from runner import options, periods
from runner.aws import outcomes
from runner.aws.outcomes import TableOutcome
from runner.control.dynamodb import DynamoControlTable
from runner.control.items import ControlItem
from runner.control.table import NAME, SCHEMA
from runner.dbt.messages import count
from runner.errors import DataMasterError, TimeOver, told
from runner.project import tables
from runner.startup import collect_rarely, start_spark

if TYPE_CHECKING:
    from runner.work import Result

OPERATIONS = ("rollback", "hold", "release", "publish_branch", "drop_branch", "migrate", "preview")
"""What a person may have done by a job: macros of the project, and a preview."""

_SPARE = 2
"""Minutes before the job's time is over in which it gives its items back: EMR gives none."""


@click.command()
@options.layer
@options.table
@click.option(
    "--period", "asked", multiple=True, help="A month that the run of this name asks for."
)
@click.option("--control-table", envvar="DM_CONTROL_TABLE", default=NAME, show_default=True)
@click.option("--name", envvar="DM_RUN_ID", default="", help="What the run's id begins with.")
@click.option("--outcome", envvar="DM_OUTCOME", default="", help="The key to tell the outcome at.")
@click.option(
    "--task",
    type=click.Choice(["maintenance", "look", "operate"]),
    help="Tidy the tables, tell what this job finds, or do what a person decided; build nothing.",
)
@click.option("--operation", type=click.Choice(OPERATIONS), help="What a person decided.")
@click.option("--arguments", default="{}", help="Those of the operation, as JSON.")
@click.option("--keep-days", envvar="DM_KEEP_DAYS", type=int, default=0, help="Of settled items.")
@click.option("--minutes", envvar="DM_MINUTES", type=int, help="When the job would be cancelled.")
@click.pass_context
def job(
    ctx: click.Context,
    layer: str,
    chosen: Sequence[str],
    asked: Sequence[str],
    control_table: str,
    name: str,
    outcome: str,
    task: str | None,
    operation: str | None,
    arguments: str,
    keep_days: int,
    minutes: int | None,
) -> None:
    """Build what is pending, or tidy the tables, on the Spark that spark-submit started.

    Ends with exit code 1 if a month failed, so that EMR Serverless marks the job as failed.
    """
    collect_rarely()
    start_spark()

    from runner.dbt.previews import Previews
    from runner.pending import build_pending, gold_job  # dbt takes seconds to import

    # The archive's own folder may be read-only.
    dbt = Previews(_tell_progress, target="emr", folder=Path(mkdtemp(prefix="dbt-")))
    mine = [task] if task else chosen or tables()
    if minutes:
        _end_in_time(minutes)
    with told(), _fault_told(control_table, outcome, mine):
        if task:
            seen = _look() if task == "look" else None
            if operation == "preview":
                outcomes.keep_previews(control_table, name, dbt.preview(**json.loads(arguments)))
            elif task == "operate":
                dbt.operate(operation or "none", json.loads(arguments))
            elif not seen:
                dbt.operate("maintain")
            if outcome:
                outcomes.tell(control_table, outcome, [TableOutcome(task, "SUCCEEDED", seen)])
            return
        keep = timedelta(days=keep_days) if keep_days else None
        gold = gold_job(DynamoControlTable(control_table, keep=keep), dbt, name=name)
        items = [_asked(name, table, month) for table in mine for month in asked]
        results = build_pending(gold, chosen, click.echo, items)
        left = gold.held() if asked or len({r.table for r in results}) < len(mine) else set()
        found = outcomes.of_results(mine, results, left | set(mine if asked else ()))
        if outcome:
            outcomes.tell(control_table, outcome, found)
    for line in (_used(), *_outcome(gold.run_id, results)):
        click.echo(line)
    if any(result.error for result in results):
        # The driver's disk goes with the job, its standard error is kept.
        if dbt.log.exists():
            click.echo(dbt.log.read_text(), err=True)
        ctx.exit(1)


def _end_in_time(minutes: int) -> None:
    """Ends this job by TimeOver just before EMR Serverless cancels it, which is without a word."""

    def end(*_: object) -> None:
        raise TimeOver(f"it was not done within {minutes} minutes")

    signal.signal(signal.SIGALRM, end)
    signal.alarm(max(minutes - _SPARE, 1) * 60)


def _used() -> str:
    """How long this job took, and how much memory at most: what its size is chosen by."""
    from pyspark.sql import SparkSession  # slow to import

    own = resource.getrusage(resource.RUSAGE_SELF)
    told = f"Driver: {own.ru_maxrss / 1e6:.1f} GB of Python"  # ru_maxrss is in KB on Linux
    if spark := SparkSession.getActiveSession():
        beans = spark._jvm.java.lang.management.ManagementFactory  # type: ignore[union-attr]
        heap = sum(
            pool.getPeakUsage().getUsed()
            for pool in beans.getMemoryPoolMXBeans()
            if pool.getType().toString() == "Heap memory"
        )
        up = beans.getRuntimeMXBean().getUptime() / 1000
        told += f", {heap / 1e9:.1f} GB of Java's heap, {up:.0f} s"
    return f"{told}."


def _look() -> str:
    """What this job has: Python, Spark, Iceberg, and what its catalog knows."""
    from pyspark.sql import SparkSession  # slow to import

    spark = SparkSession.builder.getOrCreate()
    jvm = spark._jvm
    iceberg = jvm.org.apache.iceberg.IcebergBuild.version() if jvm else "unknown"
    databases = sorted(row[0] for row in spark.sql("show namespaces").collect())
    known = ", ".join(name for name in databases if name.startswith("dm_"))
    return (
        f"Python {platform.python_version()}, Spark {spark.version}, Iceberg {iceberg};"
        f" the catalog has {known or 'no database of this project'}"
    )


@contextmanager
def _fault_told(control_table: str, key: str, mine: Sequence[str]) -> Iterator[None]:
    """What ends the job before its tables are built is their outcome."""
    from runner.dbt.running import DbtFailed

    try:
        yield
    except (DataMasterError, KeyboardInterrupt) as error:
        cancelled = isinstance(error, KeyboardInterrupt)
        told = str(error) or "it was cancelled"
        if key:
            again = not cancelled and not isinstance(error, DbtFailed)
            outcomes.tell(control_table, key, outcomes.failed(mine, told, again=again))
        raise


def _asked(name: str, table: str, month: str) -> ControlItem:
    """The item that the state machine put for a month that somebody asked for."""
    key = f"{name}-{table}-{month}"
    year, _, number = month.partition("-")
    return ControlItem(key, f"backfill/{key}", SCHEMA, table, year, number, "", "")


def _tell_progress(text: str) -> None:
    click.echo(f"  {text}")


def _outcome(run_id: str, results: Sequence[Result]) -> Iterator[str]:
    """The lines that say how the run ended: for each table and reason, the months."""
    if not results:
        yield f"Run {run_id}: nothing is pending that another run does not hold."
        return
    items = sum(result.items for result in results)
    succeeded = sum(result.items for result in results if not result.error)
    yield f"Run {run_id}: {succeeded} of {count(items, 'control item')} succeeded."
    groups = defaultdict(list)
    for result in results:
        groups[result.table, result.error or ""].append(result.period)
    for (table, error), months in sorted(groups.items()):
        outcome = f"failed: {error}" if error else "built"
        yield f"  {table} {periods.in_words(months)} {outcome}"
