"""The commands that read a gold table: `dm show`, `dm explain` and `dm diff`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from dm.terminal import options
from dm.terminal.output import FORMATS, Row, json_out, rows_out
from local import place
from runner.dbt.messages import count
from runner.project import tables

if TYPE_CHECKING:
    from dm.reading.past.history import Explanation

_FIRST = 20
"""How many changed rows a person sees at first."""

PERIOD_COLUMNS = ("review_year", "review_month")


@click.command(epilog=f"Tables: {', '.join(tables())}")
@click.argument("table", type=options.Names(tables()), metavar="TABLE")
@options.period("--period", help="A month such as 2010-12.  [default: the last one]")
@click.option("--limit", type=click.IntRange(min=1), default=10, show_default=True)
@click.option("--branch", help="An audit branch: what a run wrote that was not published.")
@options.as_of
@options.format_
def show(
    table: str,
    period: str | None,
    limit: int,
    branch: str | None,
    as_of: str | None,
    format_: str,
) -> None:
    """Show the first rows of a month of TABLE, by rank.

    \b
    Examples:
      dm show top_drinkers
      dm show top_beers_by_rating --period 2010-12 --limit 3 --format csv
      dm show top_drinkers --as-of "2011-01-31 07:00"
    """
    from dm.reading.show import top  # Arrow and Iceberg are slow to import

    if branch and as_of:
        raise click.UsageError("--branch and --as-of name two states: give one of them.")
    month, rows = top(place.there(), table, period, limit, branch, as_of)
    if format_ == "table":
        click.echo(f"{table}, {month}")
    rows_out(_without_period(rows) if format_ == "table" else rows, format_)


@click.command(epilog=f"Tables: {', '.join(tables())}")
@click.argument("table", type=options.Names(tables()), metavar="TABLE")
@options.period("--period", required=True, help="A month such as 2010-12.")
@click.option("--key", help="Tell a row, too: the value of the table's key, such as a beer_id.")
@options.as_of
@options.format_
def explain(table: str, period: str, key: str | None, as_of: str | None, format_: str) -> None:
    """Tell where the rows of a month of TABLE come from.

    Who wrote them and when, from which snapshot of silver, with which code, and which tests they
    passed; with --key also the present and the earlier values of a row.

    \b
    Examples:
      dm explain top_drinkers --period 2010-12
      dm explain top_drinkers --period 2010-12 --key 1
    """
    from dm.reading.past.history import (
        explain as explain_period,  # Arrow and Iceberg are slow to import
    )

    told = explain_period(place.there(), table, period, key, as_of)
    version = told.version
    if format_ == "json":
        json_out(asdict(told))
        return
    if format_ == "csv":
        whole = {**asdict(version), "total_rows": told.total_rows, "stale": told.stale or ""}
        rows_out(told.row if key else [{"table": table, "period": period, **whole}], format_)
        return
    silver = ", ".join(f"{name} at snapshot {at}" for name, at in version.silver.items())
    click.echo(
        f"{table}, {period}: {count(told.total_rows, 'row')}\n"
        f"  written  {version.written:%Y-%m-%d %H:%M} UTC, snapshot {version.snapshot_id}\n"
        f"  run      {version.run}\n"
        f"  silver   {silver or 'not kept any more'}\n"
        f"  input    fingerprint {version.fingerprint or 'of no reviews'}\n"
        f"  code     {version.code_version or 'not in git'}, SQL {version.code}\n"
        f"  stale    {_stale(told, as_of)}"
    )
    for what, said in (("by hand", version.action), ("held", told.held and told.held.in_words)):
        if said:
            click.echo(f"  {what:<9}{said}")
    click.echo(f"  tests    {_verdict(told)}")
    for test in version.tests:
        click.echo(f"           {test}{' (warned)' if test in told.warnings else ''}")
    rows_out(_without_period(told.row), format_)


def _stale(told: Explanation, as_of: str | None) -> str:
    if as_of is not None:
        return "told of now alone"
    if told.held and told.stale:
        return f"no run builds it while it is held; else it would, for: {told.stale}"
    return told.stale or "no"


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
@options.period("--period", "months", multiple=True, help="A month such as 2010-12.")
@options.as_of
@click.option("--from", "before", metavar="STATE", help="Compare this state with another one.")
@click.option("--to", "after", metavar="STATE", help="The other one.  [default: now]")
@click.option("--all", "all_", is_flag=True, help="Show all changed rows, and not just the first.")
@click.option(
    "--format",
    "format_",
    type=click.Choice([*FORMATS, "markdown"]),
    default="table",
    show_default=True,
)
def diff(
    table: str,
    months: Sequence[str],
    as_of: str | None,
    before: str | None,
    after: str | None,
    all_: bool,
    format_: str,
) -> None:
    """Show what the last run that wrote a month of TABLE changed in it; or compare two states.

    A state is a time, a run, a snapshot, or a branch that a run has left. With --from, all months
    are compared, or those of --period, which may be given several times.

    Without it, the table has the first 20 rows, and leaves out those that only moved to another
    rank; CSV and JSON have all.

    \b
    Examples:
      dm diff top_drinkers --period 2010-12
      dm diff top_drinkers --from 2011-01-31 --to "2011-02-01 07:00"
      dm diff top_drinkers --to audit_20110201_070000_1f0c5a3e --from main
    """
    if before or after:
        if as_of or format_ == "csv":
            raise click.UsageError("--from and --to go without --as-of, and not as CSV.")
        _compare(table, before, after, months, format_)
        return
    if len(months) != 1 or format_ == "markdown":
        raise click.UsageError("Give one --period, or two states by --from and --to.")
    (period,) = months
    from dm.reading.past.history import diff as diff_period  # Arrow and Iceberg are slow to import

    version, rows = diff_period(place.there(), table, period, as_of)
    if format_ != "table":
        rows_out(rows, format_)
        return
    changed = [row for row in rows if row["change"] != "moved"]
    kinds = Counter(str(row["change"]) for row in rows)
    told = ", ".join(f"{number} {kind}" for kind, number in kinds.items())
    click.echo(
        f"{table}, {period}: run {version.run} of {version.written:%Y-%m-%d %H:%M} UTC:"
        f" {told or 'no row differs'}"
    )
    shown = changed if all_ else changed[:_FIRST]
    rows_out(_without_period(shown), format_)
    if len(shown) < len(changed):
        click.echo(f"... and {len(changed) - len(shown)} more: --all shows them.")


def _compare(
    name: str, before: str | None, after: str | None, months: Sequence[str], format_: str
) -> None:
    from dm.pages.changes import words  # Arrow, Iceberg and DuckDB are slow to import
    from dm.reading.difference import compare
    from dm.reading.past import states
    from dm.reading.show import gold_table

    table = gold_table(place.there(), name)
    found = compare.snapshots(
        table,
        name,
        states.snapshot_of(table, name, before),
        states.snapshot_of(table, name, after),
        months,
    )
    if format_ == "json":
        json_out(asdict(found))
    elif format_ == "markdown":
        click.echo(words.markdown(found), nl=False)
    else:
        words.tell(found)


def _without_period(rows: Sequence[Row]) -> list[Row]:
    """For people, who know which month they look at."""
    return [{k: v for k, v in row.items() if k not in PERIOD_COLUMNS} for row in rows]
