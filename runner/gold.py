"""Reads what is published of the gold tables."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from pyspark.sql import SparkSession

from runner import periods
from runner.control.table import SCHEMA


@dataclass(frozen=True)
class Published:
    """What readers of a table see: its newest snapshot, and the number of rows of each period."""

    snapshot_id: int | None
    rows: dict[str, int]


_QUERY = """
select '{table}' as name, snapshot_id, null as review_year, null as review_month, null as total_rows
from {schema}.{table}.refs where name = 'main'
union all
select '{table}', null, partition.review_year, partition.review_month, record_count
from {schema}.{table}.partitions
"""


def published(tables: Collection[str]) -> dict[str, Published]:
    """What readers of gold tables see now, from their metadata alone, in one query.

    Args:
        tables: such as top_drinkers; this process has built them, so Spark is running.
    """
    queries = [_QUERY.format(schema=SCHEMA, table=table) for table in tables]
    snapshots: dict[str, int] = {}
    rows: dict[str, dict[str, int]] = defaultdict(dict)
    if queries:
        spark = SparkSession.builder.getOrCreate()
        for name, snapshot, year, month, total in spark.sql("union all".join(queries)).collect():
            if snapshot is not None:
                snapshots[name] = snapshot
            else:
                rows[name][periods.of(year, month)] = total
    return {table: Published(snapshots.get(table), rows[table]) for table in tables}
