"""Lets DuckDB read the files of Iceberg tables by itself, and quotes what goes into its SQL.

It reads those columns and row groups alone that a query needs, with the names and types that the
table has now.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import urlparse

from pyiceberg.table import FileScanTask
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
    fields: Sequence[NestedField],
    tasks: Sequence[FileScanTask],
    types: Mapping[str, str] = TYPES,
) -> str | None:
    """A table function over the rows of files; None if DuckDB cannot read all of them.

    Args:
        fields: the columns of the table that are read.
        tasks: the files, at least one.
        types: DuckDB's name of each type.
    """
    paths = [own_file(task) for task in tasks]
    if not all(paths) or any(str(field.field_type) not in types for field in fields):
        return None
    schema = ", ".join(
        f"{field.field_id}: {{name: {literal(field.name)},"
        f" type: '{types[str(field.field_type)]}', default_value: null}}"
        for field in fields
    )
    listed = ", ".join(literal(path) for path in paths if path)
    return f"read_parquet([{listed}], schema = map {{{schema}}})"


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
