"""The command `dm process`: builds what is pending, here or on AWS."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from dm.commands.machine.setup import ready
from dm.reading.stale.built import settle
from dm.reading.tables import not_there
from dm.terminal import options, verdict
from dm.terminal.output import line, live_line, rows_out
from local import damage, lake
from local.loading.announcing import announce_missed, missed
from runner import periods
from runner.control.announce import announce, unasked
from runner.control.items import ControlItem, Status, of_tables
from runner.control.table import ControlTable
from runner.dbt.messages import count
from runner.errors import DataMasterError
from runner.project import tables
from runner.startup import start_spark

if TYPE_CHECKING:
    from dm.reading.stale.plans import Plans
    from runner.work import Result


_AS_IT_IS = "asked for, but as silver has it: settled without building"


@click.command()
@options.layer
@options.table
@options.target
@click.option("--force", is_flag=True, help="Build also the months whose input has not changed.")
@click.option("--dry-run", is_flag=True, help="Tell what would be built and why; build nothing.")
@click.option(
    "--wait",
    is_flag=True,
    help="On AWS: tell of each table as it ends; Ctrl-C ends the telling, not the execution.",
)
@options.state_machine
@click.pass_context
def process(
    ctx: click.Context,
    layer: str,
    chosen: Sequence[str],
    target: str,
    force: bool,
    dry_run: bool,
    wait: bool,
    state_machine: str,
) -> None:
    """Build the months that silver changed.

    Claims the pending control items, builds and tests their months, publishes those whose tests
    pass, and settles each item. Where nothing is pending, and of each table that it builds, it
    builds the months that are stale without an item, too: a table is new or was dropped, its SQL
    changed, or somebody else wrote to it or to silver. A month that fails is tried again by the
    next run, three times in all, and is then given up until `dm retry`; the exit code is 1, and `dm
    pending` says why. It is 3 if another run holds what is pending.

    On AWS it starts the state machine, and returns at once with the execution's name unless --wait
    is given. While an execution runs, no other is started.

    \b
    Examples:
      dm process --layer gold
      dm process --dry-run
      dm process --table top_drinkers --table top_beers_by_rating
      dm process --target aws --wait
    """
    if target == "aws":
        for name, given in (("--force", force), ("--dry-run", dry_run)):
            if given:
                raise click.UsageError(f"{name} goes with --target local alone.")
        from dm.aws.executions import start  # boto3 is slow to import

        verdict.end(start(state_machine, chosen, options.control(target), wait=wait))
        return
    ready()
    control = options.control(target)
    if dry_run:
        _tell_what_would_be_built(control, chosen)
        verdict.tell(verdict.left(control, chosen))
        return
    if control.claimable():
        start_spark()  # it starts while the next line imports what it needs
    announce_missed(lake.find(), control, tables())
    if _is_to_be_asked(control, _mine(control.claimable(), chosen), chosen):
        found = _plans()
        settle(lake.find(), control, found)
        announce(control, _of(chosen, found.why))
        if not _mine(control.claimable(), chosen):
            code = verdict.tell(verdict.left(control, chosen))
            if not code:
                click.echo("Nothing is pending.")
            verdict.end(code)
            return
    start_spark()

    with live_line() as now:
        now("starting")
        from runner.dbt.running import DbtProject  # dbt and Spark take seconds to import
        from runner.pending import build_pending, gold_job

        dbt = DbtProject(progress=lambda text: line(f"  {text}"), now=now)
        results = build_pending(gold_job(control, dbt, force=force), chosen, line)
    failed = _tell(results)
    if failed and (why := damage.anywhere(lake.find(), whole=False)):
        click.echo(f"{why.message}\n{why.hint}")
    left = verdict.tell(verdict.left(control, chosen))
    if not results and not left:
        click.echo("Nothing is pending.")
    verdict.end(1 if failed else left)


def _mine(items: Iterable[ControlItem], chosen: Sequence[str]) -> list[ControlItem]:
    return of_tables(items, chosen or tables(), tables())


def _is_to_be_asked(
    control: ControlTable, waiting: Iterable[ControlItem], chosen: Sequence[str]
) -> bool:
    """Whether dbt is asked what is stale before anything is built, which takes seconds.

    Of a table that a run builds, the run tells it.
    """
    known = {item.table_name for item in waiting if item.table_name in tables()}
    new = set(not_there(lake.find(), chosen or tables())) - known
    return not known or bool(new) or bool(control.items(Status.ERROR))


def _plans() -> Plans:
    """What dbt finds stale."""
    from dm.reading.stale import plans  # dbt is slow to import

    found = plans.of(lake.find())
    if found.problem:
        raise NothingToTell(f"dbt cannot tell what is stale: {found.problem}")
    return found


def _of(
    chosen: Sequence[str], why: Mapping[str, Mapping[str, str]]
) -> dict[str, Mapping[str, str]]:
    """Those of the chosen tables, or of all."""
    return {table: months for table, months in why.items() if not chosen or table in chosen}


def _tell_what_would_be_built(control: ControlTable, chosen: Sequence[str]) -> None:
    found = _plans()
    stale = _of(chosen, found.why)
    free = [*control.claimable(), *missed(lake.find(), control, tables())]
    waiting = _mine(free, chosen)
    asked = {(item.table_name, item.month) for item in waiting}
    looked_at = {table for table, _ in asked}
    if _is_to_be_asked(control, waiting, chosen):
        looked_at |= stale.keys()
    months: dict[tuple[str, str], list[str]] = defaultdict(list)
    for table, month in asked:
        said = found.held.get(table, {}).get(month)
        reason = said.in_words if said else stale.get(table, {}).get(month, _AS_IT_IS)
        months[table, reason].append(month)
    for table, why in unasked(control, stale).items():
        for month, reason in why.items():
            if table in looked_at and (table, month) not in asked:
                months[table, reason].append(month)
    rows_out(
        [
            {"table": table, "months": periods.in_words(some), "why": reason}
            for (table, reason), some in sorted(months.items())
        ],
        "table",
    )
    if not months:
        click.echo("Nothing is pending.")


class NothingToTell(DataMasterError):
    """dbt cannot tell what is stale."""


def _tell(results: Sequence[Result]) -> bool:
    """Says how the items ended; whether any failed."""
    failed = defaultdict(list)
    for result in results:
        if result.error:
            failed[result.error].append(result)
    for error, group in failed.items():
        which = ", ".join(sorted({result.table for result in group}))
        months = periods.in_words(result.period for result in group if result.period)
        click.echo(f"Failed: {' '.join(filter(None, (which, months)))}: {error}", err=True)
    items = sum(result.items for result in results)
    succeeded = sum(result.items for result in results if not result.error)
    if items:
        click.echo(f"{succeeded} of {count(items, 'control item')} succeeded.")
    return bool(failed)
