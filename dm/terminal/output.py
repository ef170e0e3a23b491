"""Prints for people and for programs: rows, sentences, and what is being done now."""

import csv
import json
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import click

FORMATS = ("table", "csv", "json")
_PIPE = 10_000
"""A pipe has no width: lines stay whole, so that grep finds what is in them."""

_LONGEST_NAME = len("top_styles_by_popularity")

Row = Mapping[str, object]


def rows_out(rows: Sequence[Row], format_: str) -> None:
    """Prints rows as one of FORMATS; where a row lacks a key that another has, it is empty."""
    if format_ == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    elif format_ == "csv":
        writer = csv.DictWriter(sys.stdout, _names(rows), lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: _in_csv(value) for key, value in row.items()} for row in rows)
    elif rows:
        _table(rows)


def say(sentence: str, indent: int = 2, color: str | None = None) -> None:
    """Prints a sentence that may be long: on a terminal it is folded between words.

    Args:
        sentence: the sentence.
        indent: of all lines but the first.
        color: that of the first word.
    """
    if sys.stdout.isatty():
        sentence = textwrap.fill(
            sentence,
            shutil.get_terminal_size().columns,
            subsequent_indent=" " * indent,
            break_long_words=False,  # nobody can copy a path in two pieces
            break_on_hyphens=False,
        )
    first, space, rest = sentence.partition(" ")
    click.echo(click.style(first, fg=color) + space + rest)


def line(text: str) -> None:
    """Prints a line, above the live one if there is one: click finds its own way to a terminal."""
    click.echo(text, file=sys.stdout)


@contextmanager
def live_line() -> Iterator[Callable[[str], None]]:
    """A line at the bottom that tells what is being done now; there is none without a terminal.

    Yields:
        What changes its text.
    """
    if not sys.stdout.isatty():
        yield lambda text: None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.table import Column

    now = TextColumn(
        "{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")
    )
    with Progress(SpinnerColumn(), TimeElapsedColumn(), now, transient=True) as progress:
        task = progress.add_task("")
        yield lambda text: progress.update(task, description=text)


def text(value: object) -> str:
    """A value for people: four decimals of a number, nothing for None."""
    if value is None:
        return ""
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def minute(timestamp: str) -> str:
    """A control item's time for people, such as 2012-01-31 07:00; it is UTC, too."""
    return timestamp[:16].replace("T", " ")


def _table(rows: Sequence[Row]) -> None:
    from rich import box  # slow to import
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    names = _names(rows)
    for name in names:
        values = [row.get(name) for row in rows]
        table.add_column(
            name,
            justify="right" if any(isinstance(v, int | float) for v in values) else "left",
            min_width=_narrowest([name, *map(text, values)]),
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(text(row.get(name)) for name in names))
    console = Console(width=None if sys.stdout.isatty() else _PIPE, markup=False, highlight=False)
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def _names(rows: Sequence[Row]) -> list[str]:
    """The keys of all rows, in their order."""
    return list(dict.fromkeys(name for row in rows for name in row))


def _narrowest(texts: Sequence[str]) -> int | None:
    """How narrow a column may be, so that a terminal breaks no number, time or name; None: any."""
    longest = max(map(len, texts))
    if longest > len("2012-01-31 07:00"):
        longest = max(len(word) for each in texts for word in each.split() or [""])
    return longest if longest <= _LONGEST_NAME else None


def _in_csv(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
