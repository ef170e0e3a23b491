"""The commands that read a gold table: `dm show`, `dm explain` and `dm diff`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from dm.terminal import options
from dm.terminal.output import Row, rows_out
from local import place
from runner.project import tables

if TYPE_CHECKING:
    from dm.reading.history import Explanation

PERIOD_COLUMNS = ("review_year", "review_month")


@click.command(epilog=f"Tables: {', '.join(tables())}")
@click.argument("table", type=options.Names(tables()), metavar="TABLE")
@options.period("--period", help="A month such as 2010-12.  [default: the last one]")
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
    from dm.reading.show import top  # Arrow and Iceberg are slow to import

    month, rows = top(place.there(), table, period, limit, branch)
    if format_ == "table":
        click.echo(f"{table}, {month}")
    rows_out(_without_period(rows) if format_ == "table" else rows, format_)


@click.command(epilog=f"Tables: {', '.join(tables())}")
@click.argument("table", type=options.Names(tables()), metavar="TABLE")
@options.period("--period", required=True, help="A month such as 2010-12.")
@click.option("--key", help="Tell a row, too: the value of the table's key, such as a beer_id.")
@options.no_csv
def explain(table: str, period: str, key: str | None, format_: str) -> None:
    """Tell where the rows of a month of TABLE come from.

    Who wrote them and when, from which snapshot of silver, with which code, and which tests they
    passed; with --key also the present and the earlier values of a row.

    \b
    Examples:
      dm explain top_drinkers --period 2010-12
      dm explain top_drinkers --period 2010-12 --key 1
    """
    from dm.reading.history import explain as explain_period  # Arrow and Iceberg are slow to import

    told = explain_period(place.there(), table, period, key)
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
        f"  stale    {told.stale or 'no'}\n"
        f"  tests    {_verdict(told)}"
    )
    for test in version.tests:
        click.echo(f"           {test}{' (warned)' if test in told.warnings else ''}")
    rows_out(_without_period(told.row), format_)


def _verdict(told: Explanation) -> str:
    """What the tests say of the rows that readers see."""
    if (told.stale or "").startswith("written by"):
        return f"none of what is there now, {told.stale}; of what the run wrote:"
    if not told.version.tests:
        return "none: published without"
    if told.warnings:
        return f"all but {len(told.warnings)} passed, which only warned:"
    return "all passed:"


@click.command(epilog=f"Tables: {', '.join(tables())}")
@click.argument("table", type=options.Names(tables()), metavar="TABLE")
@options.period("--period", required=True, help="A month such as 2010-12.")
@options.format_
def diff(table: str, period: str, format_: str) -> None:
    """Show what the last run that wrote a month of TABLE changed in it.

    The table leaves out rows that only moved to another rank; CSV and JSON have them.

    \b
    Example:
      dm diff top_drinkers --period 2010-12
    """
    from dm.reading.history import diff as diff_period  # Arrow and Iceberg are slow to import

    version, rows = diff_period(place.there(), table, period)
    if format_ != "table":
        rows_out(rows, format_)
        return
    changed = [row for row in rows if row["change"] != "moved"]
    click.echo(
        f"{table}, {period}: run {version.run} of {version.written:%Y-%m-%d %H:%M} UTC changed"
        f" {len(changed) or 'no'} rows; {len(rows) - len(changed) or 'no'} others moved in rank"
    )
    rows_out(_without_period(changed), format_)


def _without_period(rows: Sequence[Row]) -> list[Row]:
    """For people, who know which month they look at."""
    return [{k: v for k, v in row.items() if k not in PERIOD_COLUMNS} for row in rows]
