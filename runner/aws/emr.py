"""The job on EMR Serverless: what the entry point of the artifact calls."""

from __future__ import annotations

import json
import platform
import resource
import signal
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
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
    from runner.job import GoldJob
    from runner.work import Result

_TOLD = ("preview", "branches")
OPERATIONS = ("rollback", "hold", "release", "publish_branch", "drop_branch", "migrate", *_TOLD)
"""What a person may have done by a job: macros of the project, and what a job tells them."""

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
    started: list[GoldJob] = []
    with told(), _used_told(), _fault_told(control_table, outcome, mine, started):
        if task:
            seen = _look() if task == "look" else None
            if task == "operate" and operation in _TOLD:
                tell = dbt.preview if operation == "preview" else dbt.branches
                outcomes.keep_told(control_table, name, tell(**json.loads(arguments)))
            elif task == "operate":
                dbt.operate(operation or "none", json.loads(arguments))
            elif not seen:
                dbt.operate("maintain")
            if outcome:
                outcomes.tell(control_table, outcome, [TableOutcome(task, "SUCCEEDED", seen)])
            return
        keep = timedelta(days=keep_days) if keep_days else None
        gold = gold_job(DynamoControlTable(control_table, keep=keep), dbt, name=name)
        started.append(gold)
        items = [_asked(name, table, month) for table in mine for month in asked]
        results = build_pending(gold, chosen, click.echo, items)
        left = gold.held() if asked or len({r.table for r in results}) < len(mine) else set()
        found = outcomes.of_results(mine, results, left | set(mine if asked else ()))
        if outcome:
            outcomes.tell(control_table, outcome, found)
    for line in _outcome(gold.run_id, results):
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


@contextmanager
def _used_told() -> Iterator[None]:
    """However the job ends, its log has what its size is chosen by."""
    try:
        yield
    finally:
        with suppress(Exception):  # a session that is no more does not tell
            click.echo(_used())


def _used() -> str:
    """How long this job took, and how much memory at most its driver and executors did."""
    from pyspark.sql import SparkSession  # slow to import

    own = resource.getrusage(resource.RUSAGE_SELF)
    told = f"Driver: {own.ru_maxrss / 1e6:.1f} GB of Python"  # ru_maxrss is in KB on Linux
    spark = SparkSession.getActiveSession()
    if spark is None:
        return f"{told}."
    beans = spark._jvm.java.lang.management.ManagementFactory  # type: ignore[union-attr]
    heap = sum(
        pool.getPeakUsage().getUsed()
        for pool in beans.getMemoryPoolMXBeans()
        if pool.getType().toString() == "Heap memory"
    )
    told += f", {heap / 1e9:.1f} GB of Java's heap"
    # As their heartbeats told, every ten seconds, also of those that are gone.
    known = spark.sparkContext._jsc.sc().statusStore().executorList(False)
    apart = [known.apply(at) for at in range(known.size()) if known.apply(at).id() != "driver"]
    peaks = [found.peakMemoryMetrics() for found in apart]
    heaps = [p.get().getMetricValue("JVMHeapMemory") for p in peaks if p.isDefined()]
    if apart:
        most = f"{max(heaps) / 1e9:.1f} GB of Java's heap at most" if heaps else "too short to tell"
        told += f"; {count(len(apart), 'executor')}: {most}"
    return f"{told}; {beans.getRuntimeMXBean().getUptime() / 1000:.0f} s."


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
def _fault_told(
    control_table: str, key: str, mine: Sequence[str], started: Sequence[GoldJob]
) -> Iterator[None]:
    """What ends the job is the outcome of those of its tables that are not built by then."""
    from runner.dbt.running import DbtFailed

    try:
        yield
    except (DataMasterError, KeyboardInterrupt) as error:
        if key:
            results = [result for gold in started for result in gold.results]
            begun = {piece.table for gold in started for piece in gold.unsettled}
            done = {result.table for result in results} - begun
            cancelled = isinstance(error, KeyboardInterrupt)
            again = error.transient if isinstance(error, DbtFailed) else not cancelled
            told = str(error) or "it was cancelled"
            found = outcomes.of_results([], [r for r in results if r.table in done], ())
            found += outcomes.failed([t for t in mine if t not in done], told, again=again)
            outcomes.tell(control_table, key, found)
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
