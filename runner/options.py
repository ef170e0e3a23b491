"""The options that the job on EMR Serverless shares with `dm`."""

from functools import partial

import click

from runner.project import tables as known

layer = click.option("--layer", type=click.Choice(["gold"]), default="gold", show_default=True)

_table = partial(
    click.option,
    "--table",
    "chosen",
    type=click.Choice(known()),
    multiple=True,
    metavar="TABLE",
)
_NAMES = f"may be given several times. One of {', '.join(known())}."
table = _table(help=f"Only this table; {_NAMES}")
tables = _table(required=True, help=f"This table; {_NAMES}")
