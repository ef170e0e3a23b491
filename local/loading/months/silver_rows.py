"""Reads one snapshot of silver, as little of it as is asked for, into DuckDB."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property

import duckdb
import pyarrow as pa
from pyiceberg.expressions import AlwaysTrue, BooleanExpression
from pyiceberg.io.pyarrow import ArrowScan
from pyiceberg.manifest import DataFile
from pyiceberg.schema import Schema
from pyiceberg.table import FileScanTask, Table
from pyiceberg.transforms import IdentityTransform

from local import duck
from local.loading.errors import SilverUnfit
from local.reviews import ARROW_SCHEMA, SCHEMA

Month = tuple[int, int]
MONTH = ("review_year", "review_month")
_KEY = ("review_id", *MONTH, "review_time", "created_at", "updated_at")


class SilverRows:
    """The rows of a table of silver at the snapshot that it had when it was read; of none, none.

    Raises:
        SilverUnfit: it has not the columns of review_flat, or is not by month.
    """

    def __init__(self, table: Table | None) -> None:
        self._table = table
        self._schema = table.schema() if table else SCHEMA
        snapshot = table.metadata.current_snapshot() if table else None
        self._snapshot_id = snapshot.snapshot_id if snapshot else None
        self.columns = tuple(self._schema.column_names)
        self.other_columns = tuple(n for n in self.columns if n not in ARROW_SCHEMA.names)
        if table:
            self._check(table)

    def _check(self, table: Table) -> None:
        by = tuple(
            table.schema().find_column_name(field.source_id)
            for field in table.spec().fields
            if isinstance(field.transform, IdentityTransform)
        )
        lacking = [name for name in ARROW_SCHEMA.names if name not in self.columns]
        name = ".".join(table.name())
        if lacking:
            raise SilverUnfit(f"{name} has no column {', '.join(lacking)}")
        if by != MONTH or len(table.spec().fields) != len(MONTH):
            raise SilverUnfit(f"{name} is not partitioned by {' and '.join(MONTH)}")

    @cached_property
    def _by_month(self) -> dict[Month, list[FileScanTask]]:
        found = defaultdict(list)
        for task in self._plan(AlwaysTrue()):
            if self._table and task.file.spec_id != self._table.spec().spec_id:
                raise SilverUnfit(
                    f"{'.'.join(self._table.name())} has files that are not of one month each",
                    "Rewrite them: call system.rewrite_data_files, with rewrite-all.",
                )
            found[task.file.partition[0], task.file.partition[1]].append(task)
        return found

    def files(self, month: Month) -> list[DataFile]:
        """The data files of a month."""
        return [task.file for task in self._by_month.get(month, [])]

    def of_month(
        self, db: duckdb.DuckDBPyConnection, month: Month | None, columns: Sequence[str]
    ) -> str:
        """A select of a month's rows, or of none; it can be run once."""
        return self._select(db, self._by_month.get(month, []) if month else [], columns)

    def of_reviews(
        self, db: duckdb.DuckDBPyConnection, low: int | None, high: int | None, few: Sequence[int]
    ) -> str:
        """A select of keys and times of reviews, with all those whose ids are asked for.

        Files that can have none of them are not read.
        """
        if low is None or high is None:
            return self._select(db, [], _KEY)
        asked = f"review_id >= {low} and review_id <= {high}"
        if few:
            asked = f"review_id in ({', '.join(map(str, few))})"
        return self._select(db, self._plan(asked), _KEY)

    def _plan(self, asked: str | BooleanExpression) -> list[FileScanTask]:
        if self._table is None or self._snapshot_id is None:
            return []
        return list(self._table.scan(asked, snapshot_id=self._snapshot_id).plan_files())

    def _select(
        self, db: duckdb.DuckDBPyConnection, tasks: Sequence[FileScanTask], columns: Sequence[str]
    ) -> str:
        schema = self._schema.select(*columns)
        named = ", ".join(map(duck.quoted, columns))
        if not tasks or self._table is None:
            db.register("no_rows", schema.as_arrow().empty_table())
            return f"select {named} from no_rows"
        if files := duck.parquet(db, self._table, schema.fields, tasks):
            return f"select {named} from {files}"
        reader = pa.RecordBatchReader.from_batches(
            schema.as_arrow(), _batches(self._table, tasks, schema)
        )
        db.register("silver_rows", reader)
        return f"select {named} from silver_rows"


def _batches(
    table: Table, tasks: Sequence[FileScanTask], schema: Schema
) -> Iterator[pa.RecordBatch]:
    """The rows of files, one file after the other: PyIceberg holds those that it reads at once."""
    target = schema.as_arrow()
    scan = ArrowScan(table.metadata, table.io, schema, AlwaysTrue())
    for task in tasks:
        for batch in scan.to_record_batches([task]):
            yield from pa.Table.from_batches([batch]).cast(target).to_batches()
