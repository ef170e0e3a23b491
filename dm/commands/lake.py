"""The commands that work on the lake itself: `dm maintain` and `dm lake remove`."""

import click

from local import lake
from local.spark import server


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
    from runner.dbt import DbtProject  # dbt and Spark take seconds to import

    dbt = DbtProject(progress=click.echo)
    dbt.operate("maintain")
    dbt.operate("maintain_silver")


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
