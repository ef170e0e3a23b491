"""The options that the job on EMR Serverless shares with `dm`."""

from collections.abc import Collection
from difflib import get_close_matches
from functools import partial

import click

from runner.project import tables as known

layer = click.option("--layer", type=click.Choice(["gold"]), default="gold", show_default=True)


class Names(click.Choice[str]):
    """Names, of which one that is mistyped is told what it may have meant."""

    def get_invalid_choice_message(self, value: object, ctx: click.Context | None) -> str:
        """What is told."""
        return unknown(str(value), self.choices)


def unknown(name: str, names: Collection[str]) -> str:
    """What to say of a name that is none of the known ones."""
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}."
    return f"{name[:40]!r} is no gold table: {meant}"


_table = partial(
    click.option,
    "--table",
    "chosen",
    type=Names(known()),
    multiple=True,
    metavar="TABLE",
)
_NAMES = f"may be given several times. One of {', '.join(known())}."
table = _table(help=f"Only this table; {_NAMES}")
tables = _table(required=True, help=f"This table; {_NAMES}")
