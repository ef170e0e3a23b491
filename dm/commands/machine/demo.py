"""The command `dm demo`: a lake to look around in, and the commands that make it."""

from pathlib import Path

import click

from dm.commands.data.load import load
from dm.commands.machine.setup import prepare, ready
from dm.commands.rows.pages import REPORT, report
from dm.commands.rows.show import show
from dm.commands.work.process import process

SHOWN = "top_beers_by_rating"


@click.command()
@click.pass_context
def demo(ctx: click.Context) -> None:
    """Build a lake of synthetic reviews, then change two months and build those.

    Made for a look around: `make demo` runs it. Each command that it runs is shown.

    \b
    Examples:
      dm demo
      DM_LAKE=/tmp/demo-lake dm demo
    """
    from local import demo as synthetic  # Arrow and Iceberg are slow to import
    from local.spark import classes

    here = prepare()
    ready()

    def title(text: str) -> None:
        click.secho(text, bold=True)

    def step(line: str, command: click.Command, **arguments: object) -> None:
        click.secho(f"$ dm {line}", fg="cyan")
        ctx.invoke(command, **arguments)

    def load_and_build(file: Path) -> None:
        step(f"load {file}", load, files=[file])
        step("process --layer gold", process, target="local")

    title("Reviews come into silver; the months that changed are built, for all five tables")
    load_and_build(synthetic.reviews_file(here))
    line = f"show {SHOWN} --limit 1"
    step(line, show, table=SHOWN, period=None, limit=1, branch=None, format_="table")
    title("A few ratings change in two months; only those two are built again")
    load_and_build(synthetic.changes_file(here))
    step("report", report, output=REPORT, open_=False)
    title("Next")
    click.echo(
        "  .venv/bin/dbt build --select gold     (finds nothing to build)\n"
        "  your own reviews: DM_LAKE=/some/folder .venv/bin/dm load FILE"
    )
    classes.make_in_background()  # beside the first build it would cost more than it saves
