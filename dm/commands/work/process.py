"""The command `dm process`: builds what is pending, here or on AWS."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from dm.commands.machine.setup import ready
from dm.terminal import options, verdict
from dm.terminal.output import line, live_line, rows_out
from local import lake
from runner import periods
from runner.control.announce import announce
from runner.control.items import Status
from runner.control.table import SCHEMA, ControlTable
from runner.dbt.messages import count
from runner.errors import DataMasterError
from runner.startup import start_spark

if TYPE_CHECKING:
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
    pass, and settles each item. Months that are stale for another reason are built, too: because
    the SQL of a table changed, or somebody else wrote to it. A month that fails is tried again by
    the next run, three times in all, and is then given up until `dm retry`; the exit code is 1, and
    `dm pending` says why. It is 3 if another run holds what is pending.

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

        if not start(state_machine, chosen, wait=wait):
            ctx.exit(1)
        return
    ready()
    control = options.control(target)
    if dry_run:
        _tell_what_would_be_built(control, chosen)
        verdict.tell(verdict.left(control, chosen))
        return
    if not control.claimable():
        stale = _stale(chosen)
        _settle_what_others_built(control, stale)
        if not announce(control, stale, _not_there(stale)):
            found = verdict.left(control, chosen)
            code = verdict.tell(found)
            busy = {item.table_name for item in (*found.held, *found.given_up)}
            if names := ", ".join(sorted(table for table, why in stale.items() if why)):
                if not busy.issuperset(names.split(", ")):
                    click.echo(
                        f"Nothing is pending, but months of {names} are stale: `dm backfill`"
                    )
                    code = code or verdict.LEFT
            elif not code:
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
    left = verdict.tell(verdict.left(control, chosen))
    if not results and not left:
        click.echo("Nothing is pending.")
    verdict.end(1 if failed else left)


def _stale(chosen: Sequence[str]) -> dict[str, Mapping[str, str]]:
    """The stale months of the chosen tables, or of all, each with the reason, as dbt tells."""
    from dm.reading.stale import plans  # dbt is slow to import

    found = plans.of(lake.find())
    if found.problem:
        raise NothingToTell(f"dbt cannot tell what is stale: {found.problem}")
    return {table: why for table, why in found.why.items() if not chosen or table in chosen}


def _not_there(names: Iterable[str]) -> list[str]:
    from dm.reading import tables  # Iceberg is slow to import

    return [name for name in names if tables.find(lake.find(), (SCHEMA, name)) is None]


def _settle_what_others_built(
    control: ControlTable, stale: Mapping[str, Mapping[str, str]]
) -> None:
    """Settles what was given up and is built all the same, by dbt, say."""
    control.mend(
        item
        for item in control.items(Status.ERROR)
        if item.table_name in stale and item.month not in stale[item.table_name]
    )


def _tell_what_would_be_built(control: ControlTable, chosen: Sequence[str]) -> None:
    from dm.reading.stale import plans  # dbt is slow to import

    stale = _stale(chosen)
    held = plans.of(lake.find()).held
    asked = {
        (item.table_name, item.month)
        for item in control.items(Status.PENDING)
        if not chosen or item.table_name in chosen
    }
    months: dict[tuple[str, str], list[str]] = defaultdict(list)
    for table, why in stale.items():
        for month, reason in why.items():
            months[table, reason].append(month)
    for table, month in asked:
        if month not in stale.get(table, {}):
            said = held.get(table, {}).get(month)
            months[table, said.in_words if said else _AS_IT_IS].append(month)
    rows_out(
        [
            {"table": table, "months": periods.in_words(found), "why": reason}
            for (table, reason), found in sorted(months.items())
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
        months = periods.in_words(result.period for result in group)
        click.echo(f"Failed: {which} {months}: {error}", err=True)
    items = sum(result.items for result in results)
    succeeded = sum(result.items for result in results if not result.error)
    if items:
        click.echo(f"{succeeded} of {count(items, 'control item')} succeeded.")
    return bool(failed)
