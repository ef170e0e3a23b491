"""Reads what is published of the gold tables."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import Row, SparkSession

from runner import periods
from runner.control.table import SCHEMA
from runner.dbt.messages import one_line
from runner.errors import DataMasterError


class GoldUnreadable(DataMasterError):
    """What is published could not be read."""


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

    Raises:
        GoldUnreadable: Spark could not read their metadata.
    """
    queries = [_QUERY.format(schema=SCHEMA, table=table) for table in tables]
    snapshots: dict[str, int] = {}
    rows: dict[str, dict[str, int]] = defaultdict(dict)
    for name, snapshot, year, month, total in _collect("union all".join(queries)):
        if snapshot is not None:
            snapshots[name] = snapshot
        else:
            rows[name][periods.of(year, month)] = total
    return {table: Published(snapshots.get(table), rows[table]) for table in tables}


def _collect(query: str) -> Sequence[Row]:
    try:
        return SparkSession.builder.getOrCreate().sql(query).collect() if query else []
    except (Py4JError, PySparkException) as error:
        raise GoldUnreadable(
            f"What is published could not be read: {one_line(str(error))}"
        ) from error
