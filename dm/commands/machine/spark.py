"""The commands `dm spark start`, `dm spark status` and `dm spark stop`: a Spark that stays."""

from datetime import timedelta

import click

from dm.commands.machine.setup import ready
from dm.terminal.listing import Listing
from local import place
from local.spark import server


@click.group("spark", cls=Listing)
def spark_commands() -> None:
    """Keep a Spark running, so that dbt and dm need not start one each time.

    Both find it by themselves. It has dbt in it, too: `dm` lets it do its commands, one at a time.
    It works on this lake and for this machine alone.

    \b
    Examples:
      dm spark start
      dm spark status
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
    """Start a Spark that stays until it is idle.

    \b
    Examples:
      dm spark start
      dm spark start --idle 60
    """
    ready()
    started = server.start("dm.serving", timedelta(minutes=idle))
    told = f"Spark stays until it is idle for {idle} minutes" if started else "Spark runs already"
    click.echo(f"{told}; dbt and dm use it")


@spark_commands.command()
def status() -> None:
    """Tell whether a Spark stays for this lake.

    \b
    Example:
      dm spark status
    """
    place.there()
    found = server.find()
    told = f"Spark stays: process {found.pid}, port {found.port}" if found else "No Spark stays"
    click.echo(f"{told}; `dm spark stop` ends it" if found else f"{told}: `dm spark start`")


@spark_commands.command()
def stop() -> None:
    """Stop the Spark that stays.

    \b
    Example:
      dm spark stop
    """
    click.echo("Spark has stopped" if server.stop() else "No Spark stays")
