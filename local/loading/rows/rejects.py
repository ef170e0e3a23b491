"""The file that gets the rows of a load which have faults."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import duckdb

from local.loading.errors import RejectsNotWritable
from local.loading.files.reading import Rows
from local.loading.rows import faults

_HEAD = ("dm_file", "dm_row", "dm_reason")


@contextmanager
def opened(path: Path | None) -> Iterator[TextIO | None]:
    """A new file for rows with faults; it goes again if it stays empty, or the load is not done.

    Raises:
        RejectsNotWritable: there is a file of this name, or none can be made.
    """
    if path is None:
        yield None
        return
    try:
        file = path.open("x", newline="", encoding="utf-8")
    except FileExistsError:
        raise RejectsNotWritable(
            f"--rejects {path}: there is such a file already", "Name a new one, or remove it."
        ) from None
    except OSError as error:
        raise _not_written(path, error) from error
    try:
        with file:
            yield file
            empty = not file.tell()
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if empty:
        path.unlink()


def write(db: duckdb.DuckDBPyConnection, files: Sequence[Rows], file: TextIO) -> None:
    """Writes the rows with faults as a CSV: where they were, why, and all that they held.

    Raises:
        RejectsNotWritable: such as where the disk is full.
    """
    cursor = db.cursor()
    names: dict[str, None] = {}
    for row in faults.contents(cursor):
        names |= dict.fromkeys(row[3])
    try:
        writer = csv.DictWriter(file, [*_HEAD, *names], restval="")
        writer.writeheader()
        for number, place, told, content in faults.contents(cursor):
            head = (files[number].name, place + files[number].first, faults.in_words(told))
            writer.writerow(content | dict(zip(_HEAD, head, strict=True)))
        file.flush()
    except OSError as error:
        raise _not_written(Path(file.name), error) from error


def _not_written(path: Path, error: OSError) -> RejectsNotWritable:
    return RejectsNotWritable(
        f"--rejects {path}: it cannot be written: {error.strerror}; nothing is loaded",
        "Name a file in a folder that is there, may be written and has room.",
    )
