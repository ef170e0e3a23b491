"""Rows that cannot be loaded: where they are and why, in a message, a list or a file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb

from local.loading.errors import UnreadableReviews
from local.loading.files.reading import Rows
from local.loading.rows.rules import END

FIRST = 100
"""So many faults are listed; of the others there are counts."""

# A row's number is that of its line, if no value has line breaks: rows of another width count, too.
_FAULTS = """
with

numbered as (

    select
        file,
        rowid - min(rowid) over (partition by file) as place,
        faults,
        content
    from staged

),

skipped as (

    select file, line, line - 2 - row_number() over (partition by file order by line) + 1 as before
    from misshapen

),

all_rows as (

    select
        numbered.file,
        numbered.place + (
            select count(*) from skipped
            where skipped.file = numbered.file and skipped.before <= numbered.place
        ) as place,
        numbered.faults,
        numbered.content
    from numbered
    where faults is not null
    union all
    select file, line - 2, told, content from misshapen

)

select file, place, faults, content from all_rows
order by file, place
"""


@dataclass(frozen=True)
class Fault:
    """A fault of a row.

    Attributes:
        file: the file's name.
        row: its row, the header being the first.
        column: of the row; empty if all of it is at fault.
        told: what is wrong.
    """

    file: str
    row: int
    column: str
    told: str

    def __str__(self) -> str:
        """Where, and what."""
        column = f", column {self.column}" if self.column else ""
        return f"{self.file}: row {self.row}{column}{':' if self.told else ''} {self.told}"


def first(db: duckdb.DuckDBPyConnection, files: Sequence[Rows]) -> list[Fault]:
    """The first faults, by file and row."""
    rows = db.execute(f"{_FAULTS} limit {FIRST}").fetchall()
    return [fault for row in rows for fault in _faults(files[row[0]], row[1], row[2])][:FIRST]


def count(db: duckdb.DuckDBPyConnection) -> list[tuple[str, str, int]]:
    """Column and fault, and in how many rows."""
    return db.execute(
        f"""
        with each as (
            select unnest(string_split(faults, chr({ord(END)}))) as fault from staged
            where faults is not null
            union all
            select told from misshapen
        )

        select split_part(fault, '|', 2), split_part(fault, '|', 3), count(*) from each
        group by all
        order by 3 desc, 1, 2
        """
    ).fetchall()


def listed(db: duckdb.DuckDBPyConnection, files: Sequence[Rows]) -> list[str]:
    """The first faults, and where there are more, how many rows each fault is in."""
    told = [str(fault) for fault in first(db, files)]
    if len(told) < FIRST:
        return told
    return [
        f"The first {FIRST} faults:",
        *told,
        "All faults:",
        *(
            f"{times:,} rows: {f'column {column}: ' if column else ''}{fault}"
            for column, fault, times in count(db)
        ),
    ]


def refuse(db: duckdb.DuckDBPyConnection, files: Sequence[Rows]) -> None:
    """Refuses the load if a row has a fault.

    Raises:
        UnreadableReviews: tells the first one, and how many others there are.
    """
    found = first(db, files)
    if not found:
        return
    more = sum(times for _, _, times in count(db)) - 1
    others = f"There are {more:,} more faults. " if more else ""
    zone = "--timezone says of which zone its times are. " if "with a zone" in found[0].told else ""
    raise UnreadableReviews(
        str(found[0]),
        f"{others}{zone}Nothing is loaded. --dry-run lists what is wrong, and --rejects FILE loads"
        " the rest and writes these rows there.",
    )


def contents(db: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, int, str, dict[str, str]]]:
    """Of each row with faults the file, the place in it, the faults, and all that it held."""
    found = db.execute(_FAULTS)
    while rows := found.fetchmany(1_000):
        for number, place, told, content in rows:
            try:
                values = json.loads(content)
            except ValueError:  # a line of another width, as it was
                values = None
            yield number, place, told, values if isinstance(values, dict) else {"dm_line": content}


def in_words(told: str) -> str:
    """All faults of a row, without where it is."""
    parts = (fault.split("|", 2)[1:] for fault in told.split(END))
    return "; ".join(f"{column}: {reason}" if column else reason for column, reason in parts)


def _faults(file: Rows, place: int, told: str) -> list[Fault]:
    row = place + file.first
    return [Fault(file.name, row, *fault.split("|", 2)[1:]) for fault in told.split(END)]
