"""The commands that undo and keep: `dm rollback`, `dm hold` and `dm release`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from dm.commands.states.operate import operate, who
from dm.terminal import options
from local import place
from runner import periods
from runner.control.items import Status
from runner.errors import DataMasterError
from runner.project import tables

_table = click.argument("table", type=options.Names(tables()), metavar="TABLE")
_months = click.option(
    "--period",
    "months",
    multiple=True,
    type=options.Span(),
    metavar="MONTH",
    help="Such as 2010-12, or 2010-01..2010-12; may be given several times.  [default: all]",
)
_because = click.option(
    "--because", required=True, metavar="TEXT", help="Why. Whoever meets the months reads it."
)
_until = click.option(
    "--until-silver-changes",
    "until_silver",
    is_flag=True,
    help="Hold a month until its reviews change, and not until it is released.",
)
_EPILOG = f"Tables: {', '.join(tables())}"


class NothingToUndo(DataMasterError):
    """The table is in that state already."""


@click.command(epilog=_EPILOG)
@_table
@_months
@_until
@_because
@options.target
@options.state_machine
def hold(
    table: str,
    months: Sequence[str],
    until_silver: bool,
    because: str,
    target: str,
    state_machine: str,
) -> None:
    """Keep months of TABLE as readers have them: no run builds them, until you release them.

    That holds for each command, `dbt run --full-refresh` included: it says what it leaves out.
    `dm status`, `dm explain` and the report tell who holds a month, since when and why.

    \b
    Examples:
      dm hold top_drinkers --period 2010-12 --because "the rule is new"
      dm hold top_drinkers --until-silver-changes --because "late states"
    """
    said = {"periods": _named(months), "because": because, "until": _until_when(until_silver)}
    operate("hold", {"table": table, **said, "by": who()}, target, state_machine)


@click.command(epilog=_EPILOG)
@_table
@_months
@click.option("--because", default="", metavar="TEXT", help="Why, for the history.")
@options.target
@options.state_machine
def release(
    table: str, months: Sequence[str], because: str, target: str, state_machine: str
) -> None:
    """Let runs build months of TABLE again that are held; what is stale of them waits then.

    \b
    Example:
      dm release top_drinkers --period 2010-12
    """
    wanted = _named(months)
    said = {"periods": wanted, "because": because, "by": who()}
    operate("release", {"table": table, **said}, target, state_machine)
    control = options.control(target)
    given_up = [
        item
        for item in control.items(Status.ERROR)
        if item.table_name == table
        and (wanted == "all" or item.month in wanted)
        and "held by" in (item.error_message or "")
    ]
    control.retry(given_up)
    click.echo("dm status tells which of them are stale; dm process builds those.")


@click.command(epilog=_EPILOG)
@_table
@_months
@click.option("--to", required=True, metavar="TIME|RUN|SNAPSHOT", help="The state that comes back.")
@_until
@_because
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.target
@options.state_machine
def rollback(
    table: str,
    months: Sequence[str],
    to: str,
    until_silver: bool,
    because: str,
    yes: bool,
    target: str,
    state_machine: str,
) -> None:
    """Bring back the rows that TABLE had before, and hold them. It shows what changes, and asks.

    All months, or those of --period, come back in one commit on top: readers see a whole state, and
    what was there in between stays in the history, so that this can be undone, too. A month is as
    tested as it was. No run builds the months again until `dm release`. On AWS a job does it, and
    the question comes without the rows.

    \b
    Examples:
      dm rollback top_drinkers --to 2011-01-31 --because "states are wrong"
      dm rollback top_drinkers --to 2011-01-31 --period 2010-12 --because why
    """
    wanted = _named(months)
    to = to if target == "aws" else _look(table, wanted, to)
    which = "all months" if wanted == "all" else periods.in_words(wanted)
    if not yes:
        click.confirm(f"Bring back {which} of {table}, and hold them?", abort=True)
    said = {"periods": wanted, "because": because, "until": _until_when(until_silver)}
    arguments = {"table": table, "to": to, **said, "by": who()}
    operate("rollback", arguments, target, state_machine)


def _look(table: str, wanted: Sequence[str] | str, to: str) -> str:
    """Shows what a rollback would change; the snapshot that it goes to."""
    from dm.pages.changes import words  # Arrow, Iceberg and DuckDB are slow to import
    from dm.reading.difference import compare
    from dm.reading.past import states
    from dm.reading.show import gold_table

    here = gold_table(place.there(), table)
    target = states.snapshot_of(here, table, to)
    now = here.metadata.current_snapshot_id
    if target == now:
        raise NothingToUndo(f"{table} is as it was at {to}", "dm hold keeps it so.")
    some = () if wanted == "all" else wanted
    words.tell(compare.snapshots(here, table, now, target, some))
    return str(target)


def _named(months: Sequence[str]) -> list[str] | str:
    """The months that were named, in order; all if none were."""
    found: set[str] = set()
    for text in months:
        first, dots, last = text.partition("..")
        found |= set(periods.span(first, last)) if dots else {periods.parse(first)}
    return sorted(found) or "all"


def _until_when(until_silver: bool) -> str:
    return "silver" if until_silver else "release"
