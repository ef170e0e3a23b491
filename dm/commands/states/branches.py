"""The command `dm branches`: what runs and previews have built, and nobody has published."""

from __future__ import annotations

from dataclasses import asdict

import click

from dm.commands.states.operate import operate, told_by_job, who
from dm.terminal import options
from dm.terminal.listing import Listing
from dm.terminal.output import rows_out
from local import place
from runner.project import tables

_BRANCH = click.argument("branch")
_TABLE = click.argument("table", type=options.Names(tables()), metavar="TABLE")


@click.group("branches", cls=Listing, invoke_without_command=True)
@click.pass_context
@options.format_
@options.target
@options.state_machine
def branches(ctx: click.Context, format_: str, target: str, state_machine: str) -> None:
    """List what runs and previews have built and nobody has published; publish or drop it.

    `dm show TABLE --branch BRANCH` shows its rows, and `dm diff TABLE --from main --to BRANCH` what
    it would change. A person may mend a branch with SQL before it is published. On AWS a job looks.

    \b
    Examples:
      dm branches
      dm branches publish top_drinkers audit_...
      dm branches drop top_drinkers audit_...
    """
    if ctx.invoked_subcommand:
        return
    from dm.reading.past import kept  # Arrow and Iceberg are slow to import

    if target == "aws":
        found = kept.read(told_by_job("branches", {}, state_machine))
    else:
        found = kept.branches(place.there())
    rows = [asdict(branch) for branch in found]
    if not rows and format_ == "table":
        click.echo("No run and no preview has left anything unpublished.")
        return
    rows_out(rows, format_)


@branches.command()
@_TABLE
@_BRANCH
@click.option("--untested", is_flag=True, help="Also if a test fails; every view will tell it.")
@options.target
@options.state_machine
def publish(table: str, branch: str, untested: bool, target: str, state_machine: str) -> None:
    """Publish what is in BRANCH of TABLE, after its tests have passed now.

    It is refused if the table was published since, and, of a preview, if its reviews or its SQL
    have changed since. run_history says who did it.

    \b
    Example:
      dm branches publish top_drinkers audit_...
    """
    if untested and target == "aws":
        raise click.UsageError("--untested goes with --target local alone.")
    variables = {"publish_untested": True} if untested else {}
    said = {"table": table, "branch": branch, "by": who()}
    operate("publish_branch", said, target, state_machine, variables)


@branches.command()
@_TABLE
@_BRANCH
@options.target
@options.state_machine
def drop(table: str, branch: str, target: str, state_machine: str) -> None:
    """Drop BRANCH of TABLE; readers never saw it.

    \b
    Example:
      dm branches drop top_drinkers audit_...
    """
    operate("drop_branch", {"table": table, "branch": branch}, target, state_machine)
