"""Reads what is published of the gold tables."""

from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession

from runner import periods
from runner.control.table import SCHEMA


@dataclass(frozen=True)
class Published:
    """What readers of a table see: its newest snapshot, and the number of rows of each period."""

    snapshot_id: int | None
    rows: dict[str, int]


def published(table: str) -> Published:
    """What readers of a gold table see now, from its metadata alone.

    Args:
        table: such as top_drinkers; this process has built it, so Spark is running.
    """
    branches = _metadata(table, "refs").where("name = 'main'").collect()
    partitions = _metadata(table, "partitions").select("partition.*", "record_count").collect()
    return Published(
        branches[0]["snapshot_id"] if branches else None,
        {periods.of(year, month): rows for year, month, rows in partitions},
    )


def _metadata(table: str, kind: str) -> DataFrame:
    return SparkSession.builder.getOrCreate().table(f"{SCHEMA}.{table}.{kind}")
