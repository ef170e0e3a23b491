"""The command `dm forget`: a person's name and address leave the lake, and it proves that."""

from __future__ import annotations

import click

from dm.commands.machine.setup import ready
from dm.terminal import verdict
from dm.terminal.output import line, live_line
from local import lake, place
from runner.control.table import ControlTable
from runner.dbt.messages import count
from runner.errors import DataMasterError
from runner.project import PROJECT, tables


class StillThere(DataMasterError):
    """A file still has the person."""


class InTheWay(DataMasterError):
    """Something keeps the lake from forgetting."""


@click.command()
@click.option("--profile", "profile_id", type=int, required=True, metavar="ID", help="The profile.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def forget(ctx: click.Context, profile_id: int, yes: bool) -> None:
    """Make this lake forget the name and the e-mail address of a person.

    Silver keeps the reviews, without both; the months of the gold tables are built again; and what
    still has them is removed at once: old snapshots, branches that nobody has published, files that
    nothing refers to. Then all files of the lake are looked through, and those are told that have
    them all the same. No run may be at work meanwhile. docs/forgetting.md says what to do besides.

    \b
    Example:
      dm forget --profile 12345
    """
    here = place.there()
    ready()
    from local.forgetting import (
        silver as forgetting,  # Arrow, DuckDB and Iceberg are slow to import
    )

    person = forgetting.find(here, profile_id)
    if not person.texts:
        click.echo(f"No table's file has a name or an address of profile {profile_id}.")
        return
    click.echo(
        f"Profile {profile_id}: silver has {count(person.reviews, 'review')} with a name or an"
        f" address, and all files {len(person.texts)} of these. All snapshots but the newest, all"
        " branches that are not published, and the tables of previews in schemas of their own will"
        " be removed: nothing can be rolled back then."
    )
    if not yes:
        click.confirm("Forget this person?", abort=True)
    _must_be_alone(here, ctx.obj)
    _must_not_be_held(here)
    forgetting.begin(here, person)
    for name in forgetting.drop_previews(here):
        click.echo(f"{name}, which a preview built, is dropped.")
    _build_without(here, ctx.obj, profile_id)
    _expire()
    gone = forgetting.remove_unreferenced(here, person)
    if gone:
        click.echo(f"Removed: {count(len(gone), 'file')} that nothing referred to.")
    with live_line() as now:
        now("looking through all files")
        still = forgetting.left(here, person, PROJECT / "target", PROJECT / "logs")
    if still:
        raise StillThere(
            f"The name or the address is still in {count(len(still), 'file')}:\n"
            + "\n".join(f"  {path}" for path in still),
            "A tag keeps a table's old files: drop it, and forget again. Other files are yours to"
            " mend or remove.",
        )
    forgetting.end(here, person)
    click.echo("No file of the lake has the name or the address: all were looked through.")


def _must_be_alone(here: lake.Lake, control: ControlTable) -> None:
    """Tells of runs and loads at work, which would write what is looked for once more."""
    from local.loading.workspace import remove_left

    if running := verdict.left(control).held:
        raise InTheWay(
            f"A run is at work on {running[0].table_name} {running[0].month}",
            "dm runs tells when it has ended; forget then.",
        )
    if remove_left(here.root / "loading"):
        raise InTheWay("A load is at work", "Forget when it has ended.")


def _must_not_be_held(here: lake.Lake) -> None:
    """Tells of months that no run would build again."""
    from dm.reading.past import snapshots
    from dm.reading.show import NotBuilt, gold_table

    for name in tables():
        try:
            table = gold_table(here, name)
        except NotBuilt:
            continue
        if held := snapshots.held(table, snapshots.of_main(table)):
            raise InTheWay(
                f"Held, and so not built again: {count(len(held), 'month')} of {name}",
                f"dm release {name}, and forget then.",
            )


def _build_without(here: lake.Lake, control: ControlTable, profile_id: int) -> None:
    from local.forgetting import silver as forgetting
    from local.loading.announcing import announce, announce_missed
    from runner.startup import start_spark

    start_spark()
    load = forgetting.forget_in_silver(here, profile_id)
    announce_missed(here, control, tables())
    if load.snapshot_id is not None:
        announce(control, tables(), load)
        changed = count(load.change.changed, "review")
        click.echo(f"Silver: {changed} of {count(len(load.periods), 'month')}.")
    with live_line() as now:
        from runner.dbt.running import DbtProject  # dbt and Spark take seconds to import
        from runner.pending import build_pending, gold_job

        dbt = DbtProject(progress=lambda text: line(f"  {text}"), now=now)
        results = build_pending(gold_job(control, dbt), (), line)
    if failed := [result for result in results if result.error]:
        raise InTheWay(
            f"{failed[0].table} {failed[0].period} could not be built: {failed[0].error}",
            "Mend that, and forget again: silver has forgotten, the gold tables have not.",
        )


def _expire() -> None:
    from runner.dbt.running import DbtProject

    dbt = DbtProject(progress=click.echo)
    dbt.operate("maintain", {"branch_days": 0, "snapshot_days": 0})
    # The first time leaves the snapshot before its own, for plans to look at.
    for _ in range(2):
        dbt.operate("maintain_silver", {"snapshot_days": 0})
