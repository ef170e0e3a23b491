"""The commands `dm docs` and `dm report`: pages for people, each of them one file."""

import webbrowser
from pathlib import Path

import click

from dm.terminal import options
from local import place
from runner.project import PROJECT, tables

REPORT = PROJECT / "target" / "report.html"


@click.command()
@click.option("--open", "open_", is_flag=True, help="Open the page in the browser.")
def docs(open_: bool) -> None:
    """Make the docs: one page with each table, and the lineage of each of its columns.

    The page needs no server and no internet. What it tells comes from the project alone, so the
    tables need not be built.

    \b
    Example:
      dm docs --open
    """
    from dm.pages.docs import build  # dbt takes seconds to import

    click.echo(
        f"Describing {len(tables())} gold tables, and where each of their columns comes from"
    )
    page = build()
    click.echo(page)
    if open_:
        _open(page)


@click.command()
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=REPORT,
    help="The page's file.  [default: target/report.html]",
)
@options.as_of
@click.option("--open", "open_", is_flag=True, help="Open the page in the browser.")
def report(output: Path, as_of: str | None, open_: bool) -> None:
    """Make a page about the gold tables: the best of each month, and how it came about.

    It is one HTML file that needs no internet.

    \b
    Examples:
      dm report --open
      dm report --output /tmp/beers.html
      dm report --as-of 2011-01-31 --output /tmp/as-it-was.html
    """
    from dm.pages.report import write  # Arrow, Iceberg and Altair are slow to import

    write(place.there(), output, as_of)
    click.echo(f"The page is {output}")
    if open_:
        _open(output)


def _open(page: Path) -> None:
    if not webbrowser.open(page.resolve().as_uri()):
        click.echo("No browser was found here that could open it")
