"""The commands for tables that come, change and go: `dm migrate` and `dm drop`."""

from __future__ import annotations

from collections.abc import Callable

import click

from dm.commands.machine.setup import ready
from dm.commands.states.operate import operate
from dm.terminal import options
from local import place
from runner.project import tables


@click.command(epilog=f"Tables: {', '.join(tables())}")
@click.argument("table", type=options.Names(tables()), metavar="TABLE")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.target
@options.state_machine
def migrate(table: str, yes: bool, target: str, state_machine: str) -> None:
    """Bring the columns of TABLE in line with its YAML: add, widen, reorder or drop them.

    It tells the statements, and asks. No row is written: an added column is empty, until the next
    run has built the months, which are stale then. On AWS a job does it, by the YAML that is
    deployed, and the question comes without the statements: the run that stopped has told them.

    \b
    Example:
      dm migrate top_drinkers
    """
    if target == "aws":
        if not yes:
            click.confirm(f"Bring {table} in line with the YAML that is deployed?", abort=True)
        operate("migrate", {"table": table}, target, state_machine)
        return
    from runner.dbt.running import DbtProject  # dbt and Spark take seconds to import
    from runner.startup import start_spark

    ready()
    start_spark()
    said: list[str] = []
    dbt = DbtProject(said.append)
    dbt.operate("migrate", {"table": table, "dry_run": True})
    statements = [line for line in said if line.startswith("alter table")]
    for statement in statements:
        click.echo(statement)
    if not statements:
        click.echo(f"{table} is as its YAML says.")
        return
    if not yes:
        click.confirm("Run these?", abort=True)
    dbt.operate("migrate", {"table": table})
    click.echo(f"{table} is as its YAML says; dm preview {table} shows what a run would change.")


@click.command()
@click.argument("table")
@click.option("--because", default="", metavar="TEXT", help="Why, for the history.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def drop(ctx: click.Context, table: str, because: str, yes: bool) -> None:
    """Drop a gold TABLE from the catalog: one whose files are gone, or that has no model any more.

    It asks, and tells which holds go with it. What waits for a table without a model is settled;
    one with a model is built anew by the next run, and then dm maintain removes its old files.
    Those of a table without a model stay, in the folder that it names: they are yours to remove.
    run_history says that it was dropped. Once more, it does what a drop that died has left.

    \b
    Example:
      dm drop top_beers_by_taste ...
    """
    from dm.commands.data.dropping import dropped, look  # Arrow and Iceberg are slow to import

    here = place.there()
    click.echo(look(here, table, ctx.obj))
    if not yes:
        click.confirm(f"Drop {table}?", abort=True)
    tell: Callable[[str], None] = click.echo
    dropped(here, table, ctx.obj, because, tell)
