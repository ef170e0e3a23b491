"""The commands that work on the lake itself: `dm load`, `dm maintain` and `dm lake remove`."""

from collections.abc import Sequence
from pathlib import Path

import click

from local import lake
from local.control import SqliteControlTable
from local.spark import server
from runner import periods
from runner.project import tables


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.pass_obj
def load(control: SqliteControlTable, files: Sequence[Path]) -> None:
    """Load reviews from FILES into silver, by review_id.

    FILES are CSV (gzipped or not) or Parquet, in the columns of dm_silver.review_flat; timestamps
    in a CSV have a zone (2012-02-01T00:00:00Z). Each month that changed gets a pending control item
    for each gold table. A file with a fault is not loaded at all.

    \b
    Example:
      dm load reviews.csv.gz
    """
    from local.load import load as load_file  # Arrow and Iceberg are slow to import

    for file in files:
        changed = load_file(lake.find(), control, tables(), file).periods
        told = f"changed {periods.in_words(changed)}" if changed else "nothing that silver lacks"
        click.echo(f"{file}: {told}")


@click.command()
def maintain() -> None:
    """Tidy the gold tables: drop old audit branches, snapshots and files.

    Small files are put together, too. Audit branches are kept for 7 days, snapshots for 30, and
    files that nothing refers to for 3. No month becomes stale.

    \b
    Examples:
      dm maintain
      dbt run-operation maintain --args '{snapshot_days: 90}'
    """
    from runner.dbt import DbtProject  # dbt and Spark take seconds to import

    DbtProject(progress=click.echo).operate("maintain")


@click.group("lake")
def lake_commands() -> None:
    """Work on the lake of this machine as a whole.

    \b
    Example:
      dm lake remove
    """


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
    here.must_be_one()
    if not yes:
        click.confirm(f"Remove all reviews, tables and control items in {here.root}?", abort=True)
    server.stop()
    left = here.remove()
    click.echo(f"{here.root} is removed" if not left else f"The lake in {here.root} is removed")
    if left:
        click.echo(f"Not the lake's, so it stays: {', '.join(path.name for path in left)}")
