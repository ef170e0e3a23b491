"""Prints for people and for programs: rows, sentences, and what is being done now."""

import csv
import json
import math
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, time
from typing import Literal

import click

FORMATS = ("table", "csv", "json")
_PIPE = 10_000
"""A pipe has no width: lines stay whole, so that grep finds what is in them."""

_GAP = 2

_EXACT = 2**53
"""Up to here jq, JavaScript and others read a number as it is written."""

Row = Mapping[str, object]


def rows_out(rows: Sequence[Row], format_: str) -> None:
    """Prints rows as one of FORMATS; where a row lacks a key that another has, it is empty."""
    if format_ == "json":
        json_out(rows)
    elif format_ == "csv":
        writer = csv.DictWriter(sys.stdout, _names(rows), lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: _in_csv(value) for key, value in row.items()} for row in rows)
    elif rows:
        _table(rows)


def json_out(value: object) -> None:
    """Prints a value as JSON, as each command does: see in_json."""
    click.echo(in_json(value, indent=2))


def in_json(value: object, indent: int | None = None) -> str:
    """A value as JSON.

    Times are in ISO 8601; a number that is none is null, and one that a reader would round, such as
    a snapshot's, is a text.
    """
    return json.dumps(_readable(value), indent=indent, ensure_ascii=False, default=str)


def _readable(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _readable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_readable(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and abs(value) > _EXACT:
        return str(value)
    return value.isoformat() if isinstance(value, date | time) else value


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
    """Columns side by side; where they do not fit with whole words, one under the other."""
    from rich import box  # slow to import
    from rich.console import Console
    from rich.table import Table

    names = _names(rows)
    texts = {name: [text(row.get(name)) for row in rows] for name in names}
    narrowest = {name: _longest_word([name, *values]) for name, values in texts.items()}
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _PIPE
    if sum(narrowest.values()) + _GAP * (len(names) - 1) > width:
        _stack(rows, names)
        return
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for name in names:
        numbers = any(isinstance(row.get(name), int | float) for row in rows)
        justify: Literal["right", "left"] = "right" if numbers else "left"
        table.add_column(name, justify=justify, min_width=narrowest[name], overflow="fold")
    for values in zip(*texts.values(), strict=True):
        table.add_row(*values)
    console = Console(width=width, markup=False, highlight=False)
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def _stack(rows: Sequence[Row], names: Sequence[str]) -> None:
    widest = max(map(len, names))
    for number, row in enumerate(rows):
        click.echo(nl=number > 0)
        for name in names:
            say(f"{name:<{widest}}  {text(row.get(name))}".rstrip(), indent=widest + 2)


def _names(rows: Sequence[Row]) -> list[str]:
    """The keys of all rows, in their order."""
    return list(dict.fromkeys(name for row in rows for name in row))


def _longest_word(texts: Sequence[str]) -> int:
    """So narrow may a column be, that no number, time or name is broken."""
    whole = "2012-01-31 07:00"
    words = (each.split() if len(each) > len(whole) else [each] for each in texts)
    return max((len(word) for found in words for word in found), default=0)


def _in_csv(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
