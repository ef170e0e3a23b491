"""The commands for tables that come, change and go: `dm migrate` and `dm drop`."""

from __future__ import annotations

from collections.abc import Callable

import click

from dm.commands.machine.setup import ready
from dm.terminal import options
from local import place
from runner.project import tables


@click.command(epilog=f"Tables: {', '.join(tables())}")
@click.argument("table", type=options.Names(tables()), metavar="TABLE")
@click.option("--yes", is_flag=True, help="Do not ask.")
def migrate(table: str, yes: bool) -> None:
    """Bring the columns of TABLE in line with its YAML: add, widen, reorder or drop them.

    It tells the statements, and asks. No row is written: an added column is empty, until the next
    run has built the months, which are stale then.

    \b
    Example:
      dm migrate top_drinkers
    """
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

    It asks. What waits for a table without a model is settled; one with a model is built anew by
    the next run. run_history says that it was dropped. Files that are left are the lake's, until
    dm maintain finds them to be nobody's. Once more, it does what a drop that died has left.

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
