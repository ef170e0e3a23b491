"""Lets DuckDB read the files of Iceberg tables by itself, and quotes what goes into its SQL.

It reads those columns and row groups alone that a query needs, with the names and types that the
table has now.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import urlparse

import duckdb
from pyiceberg.table import FileScanTask, Table
from pyiceberg.types import NestedField

from local.uris import file_of

TYPES: Mapping[str, str] = MappingProxyType(
    {
        "boolean": "boolean",
        "int": "integer",
        "long": "bigint",
        "float": "float",
        "double": "double",
        "string": "varchar",
        "date": "date",
        "timestamp": "timestamp",
        "timestamptz": "timestamp with time zone",
    }
)
"""DuckDB's name of each of Iceberg's types."""


def parquet(
    db: duckdb.DuckDBPyConnection,
    table: Table,
    fields: Sequence[NestedField],
    tasks: Sequence[FileScanTask],
    types: Mapping[str, str] = TYPES,
) -> str | None:
    """A table function over the rows of files; None if DuckDB cannot read all of them.

    Args:
        db: looks into the files.
        table: the table.
        fields: its columns that are read.
        tasks: the files, at least one.
        types: DuckDB's name of each type.
    """
    paths = [path for path in map(own_file, tasks) if path]
    if len(paths) < len(tasks) or not _by_id(db, table, fields, paths):
        return None
    if any(str(f.field_type) not in types or f.initial_default is not None for f in fields):
        return None
    schema = ", ".join(
        f"{field.field_id}: {{name: {literal(field.name)},"
        f" type: '{types[str(field.field_type)]}', default_value: null}}"
        for field in fields
    )
    listed = ", ".join(map(literal, paths))
    return f"read_parquet([{listed}], schema = map {{{schema}}})"


def _by_id(
    db: duckdb.DuckDBPyConnection,
    table: Table,
    fields: Sequence[NestedField],
    paths: Sequence[str],
) -> bool:
    """Whether files say by ids which columns they have, those that the table is partitioned by too.

    Files that Iceberg did not write, and that were added to the table as they were, have names
    alone; Hive's lack the columns that their folders are named by.
    """
    sources = {part.source_id for spec in table.specs().values() for part in spec.fields}
    needed = sorted(sources.intersection(field.field_id for field in fields))
    (without,) = db.execute(
        "select count(*) from (select file_name from parquet_schema(?) group by file_name"
        " having count(field_id) = 0 or not list_has_all(list(field_id), ?::integer[]))",
        [list(paths), needed],
    ).fetchall()[0]
    return not without


def own_file(task: FileScanTask) -> str | None:
    """The path of a file of this machine of which no row is deleted; None of another one."""
    url = task.file.file_path
    if task.delete_files or urlparse(url).scheme not in ("", "file"):
        return None
    return str(file_of(url))


def literal(text: str) -> str:
    """A text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """The name of a column as SQL has it."""
    return '"' + name.replace('"', '""') + '"'
