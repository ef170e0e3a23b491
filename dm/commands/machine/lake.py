"""The commands that work on the lake itself: `dm maintain` and `dm lake`."""

from collections.abc import Sequence
from pathlib import Path

import click

from dm.commands.machine.setup import ready
from dm.terminal import options, verdict
from dm.terminal.listing import Listing
from local import lake, place
from local.spark import server
from runner.errors import DataMasterError
from runner.project import tables


@click.command()
def maintain() -> None:
    """Tidy the gold tables and silver: drop old audit branches, snapshots and files.

    Small files are put together, too. Audit branches are kept for 7 days, snapshots for 30, and
    files that nothing refers to for 3. No month becomes stale.

    \b
    Examples:
      dm maintain
      dbt run-operation maintain --args '{snapshot_days: 90}'
    """
    ready()
    from local.loading.announcing import announce_missed
    from runner.dbt.running import DbtProject  # dbt and Spark take seconds to import

    # Silver's old snapshots alone know which loads died before they announced their months.
    announce_missed(lake.find(), options.control("local"), tables())
    dbt = DbtProject(progress=click.echo)
    dbt.operate("maintain")
    dbt.operate("maintain_silver")


@click.group("lake", cls=Listing)
def lake_commands() -> None:
    """Work on the lake of this machine as a whole.

    \b
    Examples:
      dm lake copy /backup/lake
      dm lake move /data/lake
      dm lake remove
    """


_to = click.argument("to", type=click.Path(path_type=Path, file_okay=False), metavar="TO")


@lake_commands.command()
@_to
def copy(to: Path) -> None:
    """Copy the lake to the new folder TO, such as for a backup: tables, history, control items.

    A copy by `cp` would write into the lake that it was copied from, for Iceberg's metadata name
    each file by its whole path; dm and dbt refuse such a copy. Nobody may work on the lake
    meanwhile.

    \b
    Examples:
      dm lake copy /backup/lake-2012-02-01
      DM_LAKE=/backup/lake-2012-02-01 dm lake copy /some/folder
    """
    copied = _copied(to)
    click.echo(f"The copy is {copied.root}: DM_LAKE={copied.root} names it")


@lake_commands.command()
@_to
def move(to: Path) -> None:
    """Move the lake to the new folder TO: as copy does, and then it removes the old one.

    \b
    Example:
      dm lake move /data/lake
    """
    here = place.there()
    moved = _copied(to)
    server.stop()
    _tell_left(here.remove())
    click.echo(f"The lake is {moved.root} now: export DM_LAKE={moved.root}")


def _copied(to: Path) -> lake.Lake:
    from local import relocate  # Iceberg is slow to import

    ready()
    if running := verdict.left(options.control("local")).held:
        raise LakeInUse(
            f"Run {running[0].lease_owner} works on the lake", "Copy it when that has ended."
        )
    return relocate.copy(lake.find(), to.absolute(), click.echo)


class LakeInUse(DataMasterError):
    """A run works on the lake."""


@lake_commands.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(yes: bool) -> None:
    """Remove the lake: its reviews, its tables and its control items. It asks first.

    The lake is the one that `dm setup` names. Other files in its folder stay.

    \b
    Examples:
      dm lake remove
      DM_LAKE=/tmp/demo-lake dm lake remove --yes
    """
    here = lake.find()
    place.must_be_one(here)
    if not yes:
        click.confirm(f"Remove all reviews, tables and control items in {here.root}?", abort=True)
    server.stop()
    left = here.remove()
    click.echo(f"{here.root} is removed" if not left else f"The lake in {here.root} is removed")
    _tell_left(left)


def _tell_left(left: Sequence[Path]) -> None:
    if left:
        click.echo(f"Not the lake's, so it stays: {', '.join(map(str, left))}")
