"""The commands on control items: what is pending, `dm retry` sets free, `dm backfill` adds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from uuid import uuid4

import click

from dm.terminal import options, worklist
from dm.terminal.output import rows_out
from runner import periods
from runner.control.items import ControlItem, Status, timestamp
from runner.control.table import SCHEMA

_UNASKED = 12
"""How many periods are added without a question."""


_yes = click.option("--yes", is_flag=True, help="Do not ask, however many months.")


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
@options.table
@click.option("--period", "months", multiple=True, help="Only this month; may be given again.")
@options.target
@_yes
def retry(chosen: Sequence[str], months: Sequence[str], target: str, yes: bool) -> None:
    """Set failed control items free, with all their attempts.

    Shows the items that ended in error, and makes them pending: the next run tries them again. For
    more than 12 months it asks first.

    \b
    Examples:
      dm retry
      dm retry --table top_drinkers --period 2010-12 --target aws
    """
    wanted = {periods.parse(month) for month in months}
    control = options.control(target)
    failed = [
        item
        for item in control.items(Status.ERROR)
        if (not chosen or item.table_name in chosen) and (not wanted or item.month in wanted)
    ]
    if not failed:
        click.echo("No such control item ended in error.")
        return
    worklist.tell(failed)
    _ask({item.month for item in failed}, yes)
    freed = control.retry(failed)
    click.echo(f"{len(freed)} of {len(failed)} control items are pending again.")


@click.command()
@options.tables
@click.option("--from", "first", required=True, metavar="PERIOD", help="A month such as 2010-01.")
@click.option("--to", "last", required=True, metavar="PERIOD", help="The last month.")
@options.target
@_yes
def backfill(chosen: Sequence[str], first: str, last: str, target: str, yes: bool) -> None:
    """Add pending control items for months, so that the next run builds them.

    A month that was built from the present reviews by the present SQL is not built again. For more
    than 12 months it asks first.

    \b
    Examples:
      dm backfill --table top_drinkers --from 2010-01 --to 2010-12
      dm backfill --table top_drinkers --from 1996-08 --to 2012-01 --target aws
    """
    months = periods.span(first, last)
    items = [_item(table, month) for table in dict.fromkeys(chosen) for month in months]
    worklist.tell(items)
    _ask(months, yes)
    options.control(target).enqueue(items)
    click.echo(f"{len(items)} control items are pending.")


def _ask(months: Collection[str], yes: bool) -> None:
    if len(months) > _UNASKED and not yes:
        click.confirm(f"{len(months)} months: go on?", abort=True)


def _item(table: str, month: str) -> ControlItem:
    control_id, now = uuid4().hex, timestamp()
    return ControlItem(
        control_id, f"backfill/{control_id}", SCHEMA, table, month[:4], month[5:], now, now
    )
