"""Prints rows for people and for programs."""

import csv
import json
import sys
from collections.abc import Mapping, Sequence

import click

FORMATS = ("table", "csv", "json")
_NARROWEST_PIPE = 160

Row = Mapping[str, object]


def rows_out(rows: Sequence[Row], format_: str) -> None:
    """Prints rows, which all have the keys of the first, as one of FORMATS."""
    if format_ == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    elif format_ == "csv":
        writer = csv.DictWriter(sys.stdout, list(rows[0]) if rows else [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    elif rows:
        _table(rows)


def _table(rows: Sequence[Row]) -> None:
    from rich import box  # slow to import
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for name, value in rows[0].items():
        number = isinstance(value, int | float)
        table.add_column(
            name,
            justify="right" if number else "left",
            no_wrap=number,
            overflow="fold",
            min_width=len(name) if number else None,  # a narrow terminal breaks texts, not numbers
        )
    for row in rows:
        table.add_row(*(text(value) for value in row.values()))
    # A pipe has no width of its own: leave lines whole.
    Console(width=None if sys.stdout.isatty() else _NARROWEST_PIPE).print(table)


def text(value: object) -> str:
    """A value for people: four decimals of a number, nothing for None."""
    if value is None:
        return ""
    return f"{value:.4f}" if isinstance(value, float) else str(value)
