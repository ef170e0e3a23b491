"""The commands `dm spark start` and `dm spark stop`: a Spark that stays."""

from datetime import timedelta

import click

from dm.commands.setup import ready
from local.spark import server


@click.group("spark")
def spark_commands() -> None:
    """Keep a Spark running, so that dbt and dm need not start one each time.

    Both find it by themselves. It works on this lake and for this machine alone.

    \b
    Examples:
      dm spark start
      dm spark stop
    """


@spark_commands.command()
@click.option(
    "--idle",
    type=click.IntRange(1),
    default=server.IDLE // timedelta(minutes=1),
    show_default=True,
    metavar="MINUTES",
    help="It stops by itself when it had nothing to do for so long.",
)
def start(idle: int) -> None:
    """Start a Spark that stays until it is idle."""
    ready()
    started = server.start(timedelta(minutes=idle))
    told = f"Spark stays until it is idle for {idle} minutes" if started else "Spark runs already"
    click.echo(f"{told}; dbt and dm use it")


@spark_commands.command()
def stop() -> None:
    """Stop the Spark that stays."""
    click.echo("Spark has stopped" if server.stop() else "No Spark stays")
