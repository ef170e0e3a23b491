"""The commands that take rows elsewhere: `dm sql` and `dm export`."""

from __future__ import annotations

import csv
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from dm.commands.machine.setup import ready
from dm.reading.tables import import_arrow
from dm.terminal import options
from dm.terminal.output import FORMATS, Row, in_json, rows_out
from local import place
from runner import periods
from runner.dbt.messages import count
from runner.project import tables

MANY = 1_000
"""How many rows a terminal gets."""


@click.command()
@click.argument("query")
@options.as_of
@click.option("--spark", "by_spark", is_flag=True, help="Ask Spark, in Spark's SQL, not DuckDB.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="table", show_default=True)
def sql(query: str, as_of: str | None, by_spark: bool, format_: str) -> None:
    """Answer a QUERY over the tables of this lake, in DuckDB's SQL; - reads it from standard input.

    It reads and nothing else, without Spark, and of each table the months and columns alone that
    the query needs. The tables are those of dm_gold, run_history among them, and
    dm_silver.review_flat, whose e-mail addresses are left out. A terminal gets 1,000 rows;
    CSV and JSON have all.

    \b
    Examples:
      dm sql "from top_drinkers where review_year = 2010 and period_rank <= 3"
      dm sql "select state, sum(total_reviews) from top_drinkers group by all"
      dm sql "from top_drinkers limit 5" --as-of 2011-01-31
    """
    text = sys.stdin.read() if query == "-" else query
    if by_spark:
        if as_of:
            raise click.UsageError("--as-of goes without --spark: say VERSION AS OF in the query.")
        ready()
        from local.spark.query import rows  # Spark is slow to start

        _print(*rows(text), format_)
        return
    import_arrow()
    from dm.reading.sql import query as run  # DuckDB and Iceberg are slow to import

    with run(place.there(), text, as_of) as (columns, found):
        _print(columns, found, format_)


@click.command(epilog=f"Tables: {', '.join(tables())}")
@click.argument("table", type=options.Names(tables()), metavar="TABLE")
@options.period("--from", "first", help="The first month.  [default: of all]")
@options.period("--to", "last", help="The last month.  [default: of all]")
@options.as_of
@click.option(
    "--format",
    "format_",
    type=click.Choice(["parquet", "csv"]),
    default="parquet",
    show_default=True,
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file.  [default: TABLE.parquet or TABLE.csv in this folder]",
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def export(
    table: str,
    first: str | None,
    last: str | None,
    as_of: str | None,
    format_: str,
    output: Path | None,
    force: bool,
) -> None:
    """Write rows of TABLE to a file, by month and rank.

    It needs little memory, however many rows there are, and the file is there when it is whole.

    \b
    Examples:
      dm export top_drinkers
      dm export top_drinkers --from 2010-12 --format csv --output recent.csv
    """
    import_arrow()
    from dm.reading.sql import CannotExport  # DuckDB and Iceberg are slow to import
    from dm.reading.sql import export as write

    months = (first or "0001-01", last or "9999-12") if first or last else None
    if months:
        periods.span(*months)  # tells a slip
    path = output or Path(f"{table}.{format_}")
    if path.exists() and not force:
        raise CannotExport(
            f"{path} is there already", "--force replaces it, --output names another."
        )
    rows = write(place.there(), table, path, format_, months, as_of)
    click.echo(f"{path} has {count(rows, 'row')}")


def _print(columns: list[str], found: Iterator[Row], format_: str) -> None:
    if format_ == "table":
        rows = list(itertools.islice(found, MANY + 1))
        rows_out(rows[:MANY], "table")
        if not rows:
            click.echo(f"No row: {', '.join(columns)}")
        elif len(rows) > MANY:
            click.echo(f"There are more than these {MANY:,} rows: --format csv has all.", err=True)
    elif format_ == "csv":
        writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)
    else:
        click.echo("[", nl=False)
        for place, row in enumerate(found):
            click.echo(f"{',' if place else ''}\n  {in_json(row)}", nl=False)
        click.echo("\n]")
