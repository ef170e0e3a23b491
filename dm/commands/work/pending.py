"""The commands on control items: `dm pending`, `dm retry`, `dm withdraw` and `dm backfill`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from uuid import uuid4

import click

from dm.terminal import options, verdict, worklist
from dm.terminal.output import rows_out, say
from local import lake
from runner import periods
from runner.control.announce import waiting_item
from runner.control.items import FORCED, UNSETTLED, ControlItem, Status, timestamp, utc_now
from runner.dbt.messages import count
from runner.project import tables

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
    control = options.control(target)
    items = control.items(*UNSETTLED)
    if format_ != "table":
        rows_out([asdict(item) for item in items], format_)
        return
    worklist.tell(items, control.claimable())
    if not items:
        click.echo("Nothing is pending.")


@click.command()
@options.table
@options.months
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
    control = options.control(target)
    there: list[ControlItem] = []
    lost: list[ControlItem] = []
    for item in _chosen(control.items(Status.ERROR), chosen, months):
        (there if item.table_name in tables() else lost).append(item)
    worklist.tell([*there, *lost])
    if there:
        _ask({item.month for item in there}, yes)
        freed = len(control.retry(there))
        of = f"{freed} of {count(len(there), 'control item')}"
        are, them = ("is", "it") if freed == 1 else ("are", "them")
        click.echo(f"{of} {are} pending again: `dm process` builds {them}.")
    elif not lost:
        click.echo("No such control item ended in error.")
    if lost:
        named = ", ".join(sorted({item.table_name for item in lost}))
        click.echo(f"Not tried again, for there is no gold table {named}: `dm withdraw`", err=True)
        verdict.end(verdict.FAILED)


@click.command()
@click.option(
    "--table",
    "chosen",
    multiple=True,
    metavar="TABLE",
    help="Only of this table, which need not be there any more; may be given several times.",
)
@options.months
@options.target
@click.option("--yes", is_flag=True, help="Do not ask.")
def withdraw(chosen: Sequence[str], months: Sequence[str], target: str, yes: bool) -> None:
    """Take control items off the list that wait or that gave up: no run works on them.

    Without --table and --period, those of tables that are not there any more. It shows them, and
    asks. A month that is stale stays stale, and `dm process` builds it; `dm hold` keeps one as it
    is.

    \b
    Examples:
      dm withdraw
      dm withdraw --table top_drinkers --period 2031-01
    """
    control = options.control(target)
    items = control.items(Status.PENDING, Status.ERROR)
    names = {*tables(), *(item.table_name for item in items)}
    for name in chosen:
        if name not in names:
            raise click.BadParameter(options.unknown(name, sorted(names)), param_hint="--table")
    found = _chosen(items, chosen, months)
    if not chosen and not months:
        found = [item for item in found if item.table_name not in tables()]
    if not found:
        click.echo("No such control item waits or gave up.")
        return
    worklist.tell(found)
    if not yes:
        click.confirm(f"Withdraw {count(len(found), 'control item')}?", abort=True)
    done = len(control.withdraw(found))
    click.echo(f"{done} of {count(len(found), 'control item')} withdrawn.")
    if done < len(found):
        click.echo("The others changed meanwhile: `dm pending` shows them.", err=True)
        verdict.end(verdict.LEFT)


def _chosen(
    items: Iterable[ControlItem], tables: Collection[str], months: Collection[str]
) -> list[ControlItem]:
    return [
        item
        for item in items
        if (not tables or item.table_name in tables) and (not months or item.month in months)
    ]


@click.command()
@options.tables
@options.period("--from", "first", required=True, help="A month such as 2010-01.")
@options.period("--to", "last", required=True, help="The last month.")
@click.option("--force", is_flag=True, help="Build also the months whose input has not changed.")
@click.option("--future", is_flag=True, help="Months of the future are no slip.")
@options.target
@_yes
def backfill(
    chosen: Sequence[str],
    first: str,
    last: str,
    force: bool,
    future: bool,
    target: str,
    yes: bool,
) -> None:
    """Add pending control items for months, so that the next run builds them.

    A month that was built from the present reviews by the present SQL is not built again, unless
    --force says so. On one machine such months are told and not added, and months that silver has
    not are refused. For more than 12 months it asks first.

    \b
    Examples:
      dm backfill --table top_drinkers --from 2010-12 --to 2011-01
      dm backfill --table top_drinkers --from 2010-12 --to 2010-12 --force
      dm backfill --table top_drinkers --from 1996-08 --to 2012-01 --target aws
    """
    months = periods.span(first, last)
    this_month = f"{utc_now():%Y-%m}"
    if last > this_month and not future:
        raise click.UsageError(f"{last} is in the future, for it is {this_month}; or say --future.")
    control = options.control(target)
    wanted = dict.fromkeys(dict.fromkeys(chosen), months)
    if target == "local":
        from dm.reading.stale import asking  # Arrow, Iceberg and dbt are slow to import

        wanted = asking.to_build(lake.find(), wanted, force=force, tell=say)
    items = [_item(table, month, force) for table, some in wanted.items() for month in some]
    if not items:
        click.echo("Nothing is added.")
        return
    worklist.tell(items)
    _ask({item.month for item in items}, yes)
    control.enqueue(items)
    are = "is" if len(items) == 1 else "are"
    them = "it" if len(items) == 1 else "them"
    click.echo(f"{count(len(items), 'control item')} {are} pending: `dm process` builds {them}.")


def _ask(months: Collection[str], yes: bool) -> None:
    if len(months) > _UNASKED and not yes:
        click.confirm(f"{len(months)} months: go on?", abort=True)


def _item(table: str, month: str, force: bool) -> ControlItem:
    control_id = uuid4().hex
    key = f"{FORCED if force else ''}backfill/{control_id}"
    return waiting_item(control_id, key, table, month, timestamp())
