"""Writes months of silver, and makes them its newest snapshot in one commit."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from contextlib import suppress
from itertools import chain
from pathlib import Path
from urllib.parse import urlparse

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.exceptions import CommitFailedException, ValidationException
from pyiceberg.io.pyarrow import parquet_file_to_data_file, schema_to_pyarrow
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table

from local.loading.errors import SilverUnfit
from local.loading.months.silver_rows import MONTH, Month

_ROWS = 100_000
"""In a row group: ids are sorted, so that a reader of few of them reads few groups."""


class Overtaken(Exception):
    """The table is not as it was read; nothing was committed."""


def write_month(
    table: Table, db: duckdb.DuckDBPyConnection, month: Month, rows: str
) -> DataFile | None:
    """Writes the rows of a select as the data file of a month; none if there are none.

    Raises:
        SilverUnfit: the table wants another value than null in a column that reviews have not.
    """
    schema = schema_to_pyarrow(table.schema())
    folder = "/".join(f"{name}={value}" for name, value in zip(MONTH, month, strict=True))
    path = table.location_provider().new_data_location(f"{folder}/{uuid.uuid4()}.parquet")
    reader = db.execute(rows).to_arrow_reader(_ROWS)
    first = next(reader, None)
    if first is None or not len(first):
        return None
    try:
        with (
            table.io.new_output(path).create() as file,
            pq.ParquetWriter(file, schema, compression="zstd") as writer,
        ):
            for batch in chain([first], reader):
                writer.write_table(_cast(table, batch, schema))
        return parquet_file_to_data_file(table.io, table.metadata, path)
    except BaseException:
        remove(table, [path])
        raise


def commit(
    table: Table,
    gone: Iterable[DataFile],
    written: Collection[DataFile],
    properties: dict[str, str],
) -> int:
    """Puts data files in the place of others, if the table is still as it was read.

    Returns:
        The snapshot that it made.

    Raises:
        Overtaken: another commit came first.
    """
    # PyIceberg would try again on what came first, and only look whether the same months changed;
    # but a review may be in any month.
    alone = {**table.metadata.properties, "commit.retry.num-retries": "0"}
    table.metadata = table.metadata.model_copy(update={"properties": alone})
    transaction = table.transaction()
    snapshot = transaction.update_snapshot(snapshot_properties=properties).overwrite()
    try:
        with snapshot:
            for file in gone:
                snapshot.delete_data_file(file)
            for file in written:
                snapshot.append_data_file(file)
        transaction.commit_transaction()
    # PyIceberg's threads share what looks for the files that are to go, so now and then it misses
    # one that is there (_OverwriteFiles._deleted_entries in 0.12): nothing was committed then, too.
    except (CommitFailedException, ValidationException) as error:
        remove(table, (file.file_path for file in written))
        raise Overtaken from error
    except BaseException as error:
        if table.refresh().metadata.snapshot_by_id(snapshot.snapshot_id) is None:
            remove(table, (file.file_path for file in written))
            _remove_metadata(table, str(snapshot.commit_uuid))
            raise
        if not isinstance(error, Exception):
            raise
    return snapshot.snapshot_id


def remove(table: Table, paths: Iterable[str]) -> None:
    """Removes files that no snapshot has."""
    for path in paths:
        with suppress(OSError):
            table.io.delete(path)


def _remove_metadata(table: Table, commit: str) -> None:
    """Removes the manifests of a commit that was not done; those in a bucket stay."""
    folder = Path(urlparse(table.location()).path, "metadata")
    remove(table, map(str, folder.glob(f"*{commit}*")))


def _cast(table: Table, batch: pa.RecordBatch, schema: pa.Schema) -> pa.Table:
    try:
        return pa.Table.from_batches([batch]).cast(schema)
    except (pa.ArrowException, ValueError) as error:
        raise SilverUnfit(
            f"{'.'.join(table.name())} wants values that reviews do not have: a column of it is of"
            " another type than in review_flat, or may not be null"
        ) from error
