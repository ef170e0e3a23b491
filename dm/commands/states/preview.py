"""The command `dm preview`: what a change would do to the numbers, before anyone sees them."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import yaml

from dm.commands.machine.setup import ready
from dm.commands.states.operate import by_job, told_by_job, who
from dm.terminal import options
from dm.terminal.output import json_out, live_line
from runner.errors import DataMasterError
from runner.project import PROJECT, tables

if TYPE_CHECKING:
    from dm.reading.difference.preview import Preview

PAGE = PROJECT / "target" / "preview.html"


@click.command(epilog=f"Tables: {', '.join(tables())}")
@click.argument("chosen", nargs=-1, type=options.Names(tables()), metavar="[TABLE]...")
@options.period("--from", "first", help="The first month.  [default: of all]")
@options.period("--to", "last", help="The last month.  [default: of all]")
@click.option("--vars", "variables", default="{}", metavar="YAML", help="Vars of dbt to try.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    show_default=True,
)
@click.option(
    "--then",
    type=click.Choice(["ask", "publish", "drop", "leave"]),
    default="ask",
    help="What becomes of the branches.  [default: ask on a terminal, else leave]",
)
@click.option(
    "--page",
    type=click.Path(dir_okay=False, path_type=Path),
    default=PAGE,
    help="The page's file.  [default: target/preview.html]",
)
@click.option("--open", "open_", is_flag=True, help="Open the page in the browser.")
@click.option(
    "--target",
    type=click.Choice(["local", "connect", "aws"]),
    default="local",
    envvar="DM_TARGET",
    show_default=True,
    show_envvar=True,
    help="This machine's lake; the Spark at DM_REMOTE; or a job in your AWS account.",
)
@options.state_machine
@click.pass_context
def preview(
    ctx: click.Context,
    *,
    chosen: Sequence[str],
    first: str | None,
    last: str | None,
    variables: str,
    format_: str,
    then: str,
    page: Path,
    open_: bool,
    target: str,
    state_machine: str,
) -> None:
    """Show what the SQL, the vars and silver as they are now would change in the tables.

    The stale months of each TABLE, or of all, are built on a branch and tested; nothing is
    published. Told are the rows that are new, gone, changed or moved in rank, how much each column
    changed, and the most changed rows; the page has each month. Then the branches are published,
    dropped, or left for later (dm branches). What changed meanwhile is not published, but refused.
    A table whose columns change is built beside the one that readers see, and nothing of it stays:
    dm migrate comes before the run that publishes it.

    On target connect, the branches are in a schema of your own, and are compared with production's
    tables: their stale months alone are built. On target aws, a job does it with the SQL that is
    deployed.

    \b
    Examples:
      dm preview
      dm preview top_beers_by_rating --from 2010-01 --to 2010-12
      dm preview --vars "{min_reviews: 10}" --then drop
      dm preview --format markdown --then drop
    """
    tried = _variables(variables)
    asked = {"tables": list(chosen or tables()), "first": first, "last": last, "variables": tried}
    where = _Aws(state_machine) if target == "aws" else _Here(target)
    told = where.preview(asked)

    from dm.pages.changes import page as pages  # Jinja is slow to import
    from dm.reading.difference.preview import read

    found = [read(each) for each in told]
    pages.write(found, page)
    _tell(found, format_, page)
    if open_ and not webbrowser.open(page.resolve().as_uri()):
        click.echo("No browser was found here that could open it", err=True)
    built = [one for one in found if one.branch]
    if built:
        _end(where, built, then, tried)
    if any(p.problem for p in found):
        ctx.exit(1)


def _tell(found: Sequence[Preview], format_: str, page: Path) -> None:
    from dm.pages.changes import words

    if format_ == "json":
        told = [{**asdict(p), "verdict": p.verdict} for p in found]
        json_out(told)
        return
    if format_ == "markdown":
        click.echo(words.markdown_of(found), nl=False)
        return
    for one in found:
        if one.changes:
            words.tell(one.changes)
            click.echo()
    for one in found:
        click.echo(f"{one.table}: {one.verdict}")
    click.echo(f"Each month is on the page {page}")


def _end(
    where: _Here | _Aws, built: Sequence[Preview], then: str, tried: Mapping[str, object]
) -> None:
    """Publishes, drops or leaves the branches of a preview."""
    good = [one for one in built if not one.problem]
    if then == "ask":
        then = "leave"
        if _can_ask():
            may_publish = good and not tried and where.publishes
            ways = ["publish", "drop", "leave"] if may_publish else ["drop", "leave"]
            then = click.prompt("Then", type=click.Choice(ways), default="leave")
    if then == "publish" and not where.publishes:
        raise NotPublished(
            "What is built in a schema of one's own is not published",
            "Let the change be merged and deployed: production builds it then.",
        )
    if then == "publish" and tried:
        raise NotPublished(
            "What was tried with --vars is not published: the next run would undo it",
            "Change the var in dbt_project.yml; the branches are left: dm branches.",
        )
    if then == "publish":
        for one in good:
            said = {"table": one.table, "branch": one.branch, "by": who()}
            where.operate("publish_branch", said)
            click.echo(f"{one.table} is published", err=True)  # the rest may be JSON
    elif then == "drop":
        for one in built:
            where.operate("drop_branch", {"table": one.table, "branch": one.branch})
    else:
        click.echo(where.left, err=True)


def _can_ask() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


class _Here:
    """Previews by dbt in this process, on this machine's Spark or by Spark Connect."""

    def __init__(self, target: str) -> None:
        self.publishes = target == "local"
        self.left = "Nothing is published; dm branches lists what was built."
        if target == "connect":
            if "DM_REMOTE" not in os.environ:
                raise NoRemote("DM_REMOTE names no Spark", "Such as sc://HOST:PORT.")
            self.left = "Nothing is published; the branches are in your own schema."
        self._target = target

    def preview(self, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What the runs of dbt tell of each table."""
        if self._target == "local":
            ready()
        with live_line() as now:
            now("starting")
            from runner.dbt.previews import Previews  # dbt and Spark take seconds to import
            from runner.startup import start_spark

            if self._target == "local":
                start_spark()
            self._dbt = Previews(lambda text: None, target=self._target, now=now)
            return self._dbt.preview(**asked)

    def operate(self, operation: str, arguments: Mapping[str, object]) -> None:
        """Publishes or drops a branch."""
        self._dbt.operate(operation, arguments)


class _Aws:
    """Previews by a job on AWS."""

    publishes = True
    left = "Nothing is published; dm branches --target aws lists what was built."

    def __init__(self, state_machine: str) -> None:
        self._state_machine = state_machine

    def preview(self, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What the job tells of each table."""
        return told_by_job("preview", asked, self._state_machine)

    def operate(self, operation: str, arguments: Mapping[str, object]) -> None:
        """Publishes or drops a branch."""
        by_job(operation, arguments, self._state_machine)


def _variables(text: str) -> dict[str, object]:
    try:
        found = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise click.UsageError(f"--vars is no YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(found, dict):
        raise click.UsageError('--vars is a mapping, such as "{min_reviews: 10}".')
    return found


class NotPublished(DataMasterError):
    """What a preview built is not published."""


class NoRemote(DataMasterError):
    """Nobody said where Spark is."""
