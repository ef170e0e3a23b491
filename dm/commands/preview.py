"""The command `dm preview`: what a change would do to the numbers, before anyone sees them."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
import yaml

from dm.commands.setup import ready
from dm.terminal import options
from dm.terminal.output import json_out, line, live_line
from local import place
from runner import periods
from runner.errors import DataMasterError
from runner.project import PROJECT, tables

if TYPE_CHECKING:
    from dm.reading.preview import Preview, Previews

PAGE = PROJECT / "target" / "preview.html"


@click.command(epilog=f"Tables: {', '.join(tables())}")
@click.argument("chosen", nargs=-1, type=options.Names(tables()), metavar="[TABLE]...")
@click.option("--from", "first", metavar="MONTH", help="The first month.  [default: of all]")
@click.option("--to", "last", metavar="MONTH", help="The last month.  [default: of all]")
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
@click.pass_context
def preview(
    ctx: click.Context,
    chosen: Sequence[str],
    first: str | None,
    last: str | None,
    variables: str,
    format_: str,
    then: str,
    page: Path,
    open_: bool,
) -> None:
    """Show what the SQL, the vars and silver as they are now would change in the tables.

    The stale months of each TABLE, or of all, are built on a branch and tested; nothing is
    published. Told are the rows that are new, gone, changed or moved in rank, how much each column
    changed, and the most changed rows; the page has each month. Then the branches are published,
    dropped, or left for later (dm branches). What changed meanwhile is not published, but refused.

    \b
    Examples:
      dm preview
      dm preview top_beers_by_rating --from 2010-01 --to 2010-12
      dm preview --vars "{min_reviews: 10}" --then drop
      dm preview --format markdown --then drop
    """
    ready()
    with live_line() as now:
        now("starting")
        from dm.pages.changes import page as pages  # dbt and Spark take seconds to import
        from dm.reading.preview import Previews
        from runner.startup import start_spark

        start_spark()
        tried = _variables(variables)
        months = _months(first, last)
        dbt = Previews(lambda text: None, now=now)
        found = dbt.preview(chosen or tables(), months, tried)
    pages.write(found, page)
    _tell(found, format_, page)
    if open_ and not webbrowser.open(page.resolve().as_uri()):
        click.echo("No browser was found here that could open it", err=True)
    _end(dbt, [p for p in found if p.branch], then, tried)
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


def _end(dbt: Previews, built: Sequence[Preview], then: str, tried: Mapping[str, object]) -> None:
    """Publishes, drops or leaves the branches of a preview."""
    if not built:
        return
    good = [one for one in built if not one.problem]
    if then == "ask":
        then = "leave"
        if sys.stdin.isatty() and sys.stdout.isatty():
            ways = ["publish", "drop", "leave"] if good and not tried else ["drop", "leave"]
            then = click.prompt("Then", type=click.Choice(ways), default="leave")
    if then == "publish" and tried:
        raise NotPublished(
            "What was tried with --vars is not published: the next run would undo it",
            "Change the var in dbt_project.yml; the branches are left: dm branches.",
        )
    if then == "publish":
        for one in good:
            dbt.publish(one)
            line(f"{one.table} is published")
    elif then == "drop":
        for one in built:
            dbt.drop(one)
    else:
        click.echo("Nothing is published; dm branches lists what was built.", err=True)


def _variables(text: str) -> dict[str, object]:
    try:
        found = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise click.UsageError(f"--vars is no YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(found, dict):
        raise click.UsageError('--vars is a mapping, such as "{min_reviews: 10}".')
    return found


def _months(first: str | None, last: str | None) -> list[str] | None:
    if not first and not last:
        return None
    from dm.reading.preview import known_months  # Arrow and Iceberg are slow to import

    whole = periods.span(first or "0001-01", last or "9999-12")
    return sorted(set(whole) & known_months(place.there()))


class NotPublished(DataMasterError):
    """What a preview built is not published."""
