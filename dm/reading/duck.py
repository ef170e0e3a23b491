"""Reads snapshots of Iceberg tables in DuckDB, as little of them as a query asks for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

import duckdb
from pyiceberg.table import FileScanTask, Table

from local.duck import TYPES, own_file, parquet, quoted
from runner import periods

# In UTC: without an extension DuckDB knows no other zone.
_TYPES = {**TYPES, "timestamptz": TYPES["timestamp"]}


@contextmanager
def connect() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory."""
    with duckdb.connect() as db:
        db.execute("set preserve_insertion_order = false")
        yield db


def select(
    db: duckdb.DuckDBPyConnection,
    table: Table,
    snapshot_id: int | None,
    *,
    without: Collection[str] = (),
    paths: Collection[str] | None = None,
) -> str:
    """A select of the rows of a snapshot, with the columns that the table has now.

    DuckDB reads the files itself, those columns and row groups alone that a query needs; where a
    file is not on this machine, or has deleted rows, PyIceberg reads all of them before.

    Args:
        db: where it will be run.
        table: the table.
        snapshot_id: the snapshot; None for no rows.
        without: columns to leave out.
        paths: only these files of the snapshot.
    """
    fields = [field for field in table.schema().fields if field.name not in without]
    named = ", ".join(quoted(field.name) for field in fields)
    tasks = [
        task for task in files(table, snapshot_id) if paths is None or task.file.file_path in paths
    ]
    if tasks and (by_itself := parquet(db, table, fields, tasks, _TYPES)):
        return f"select {named} from {by_itself}"  # noqa: S608
    found = table.schema().as_arrow().empty_table()
    if tasks:
        from pyiceberg.expressions import AlwaysTrue
        from pyiceberg.io.pyarrow import ArrowScan

        found = ArrowScan(
            table.metadata, table.io, table.schema(), AlwaysTrue(), case_sensitive=True
        ).to_table(tasks)
    view = f"rows_{len(db.execute('show tables').fetchall())}_{snapshot_id or 0}"
    db.register(view, found)
    return f'select {named} from "{view}"'  # noqa: S608


def files(table: Table, snapshot_id: int | None) -> list[FileScanTask]:
    """The data files of a snapshot, with what is deleted of them."""
    if snapshot_id is None:
        return []
    return list(table.scan(snapshot_id=snapshot_id).plan_files())


def changed_files(table: Table, before: int | None, after: int | None) -> set[str]:
    """The files that only one of two snapshots has: all others have the same rows in both."""
    sides = [
        {
            (task.file.file_path, *sorted(deleted.file_path for deleted in task.delete_files))
            for task in files(table, snapshot)
        }
        for snapshot in (before, after)
    ]
    return {found[0] for found in sides[0] ^ sides[1]}


def in_months(months: Collection[str]) -> str:
    """SQL that holds for the rows of these months; for every row if there is none."""
    if not months:
        return "true"
    listed = ", ".join(f"({int(m[:4])}, {int(m[5:])})" for m in map(periods.parse, months))
    return f"(review_year, review_month) in ({listed})"


def in_span(months: tuple[str, str] | None) -> str:
    """SQL that holds for the rows from the first month to the last; for all if there are none."""
    if not months:
        return "true"
    first, last = (int(m[:4]) * 12 + int(m[5:]) for m in map(periods.parse, months))
    return f"review_year * 12 + review_month between {first} and {last}"


def local_files(table: Table, snapshot_id: int | None) -> list[str]:
    """The files of a snapshot that DuckDB reads by itself."""
    return [path for path in map(own_file, files(table, snapshot_id)) if path]
