"""What a run of the project reads and writes, by Spark's event log and Iceberg's metadata."""

import json
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.lakes import BIN, Bench
from bench.measure import Cost
from bench.ways.contestants import in_months
from local import silver
from runner import periods
from runner.project import tables

Event = dict[str, Any]

_SQL = "org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart"
_SILVER = "dm_silver.review_flat["


@dataclass(frozen=True)
class Evidence:
    """What a run did for a table.

    Attributes:
        rows_read: the rows that Spark read of silver for the table's rows.
        rows_there: the rows that silver has of the months.
        files_written: the data files that the run added.
        months_touched: the months of which a data file was added or removed.
    """

    rows_read: int
    rows_there: int
    files_written: int
    months_touched: frozenset[str]


def gather(bench: Bench, months: Collection[str]) -> dict[str, Evidence]:
    """Changes the months, builds them, and tells of each table what was read and written."""
    bench.change(months)
    before = {table: _files(bench, table) for table in tables()}
    read = rows_read(logged(bench, BIN / "dm", "process")[1])
    there = silver.table(bench.lake).scan(in_months(months)).count()
    found = {}
    for table in tables():
        after = _files(bench, table)
        touched = {month for _, month in before[table] ^ after}
        written = len(after - before[table])
        found[table] = Evidence(read[table], there, written, frozenset(touched))
    return found


def logged(bench: Bench, *command: str | Path) -> tuple[Cost, list[Event]]:
    """Runs a command on the lake: what it costs, and what its Spark tells of itself."""
    with TemporaryDirectory() as folder:
        settings = {
            "spark.eventLog.enabled": "true",
            "spark.eventLog.dir": Path(folder).as_uri(),
            "spark.eventLog.rolling.enabled": "false",
            "spark.eventLog.compress": "false",
        }
        submit = " ".join(f"--conf {key}={value}" for key, value in settings.items())
        cost = bench.run(*command, PYSPARK_SUBMIT_ARGS=f"{submit} pyspark-shell")
        (log,) = Path(folder).iterdir()
        return cost, [json.loads(line) for line in log.read_text().splitlines()]


def tasks(events: Collection[Event]) -> list[Event]:
    """What each task tells of the time, memory and bytes that it took."""
    return [e["Task Metrics"] for e in events if e["Event"] == "SparkListenerTaskEnd"]


def rows_read(events: Collection[Event]) -> Counter[str]:
    """How many rows of silver Spark read for what it wrote to each table, by its own count."""
    counted: Counter[int] = Counter()
    for event in events:
        if event["Event"] == "SparkListenerTaskEnd":
            for value in event["Task Info"]["Accumulables"]:
                if str(value.get("Update")).isdigit():
                    counted[value["ID"]] += int(value["Update"])
    read: Counter[str] = Counter()
    for event in events:
        if event["Event"] != _SQL or "Overwrite" not in event["sparkPlanInfo"]["nodeName"]:
            continue
        plan = event["sparkPlanInfo"]
        (table,) = [name for name in tables() if f"dm_gold.{name}" in plan["simpleString"]]
        for node in _nodes(plan):
            if node["nodeName"].startswith("BatchScan") and _SILVER in node["simpleString"]:
                for metric in node["metrics"]:
                    if metric["name"] == "number of output rows":
                        read[table] += counted[metric["accumulatorId"]]
    return read


def _nodes(plan: Event) -> Iterator[Event]:
    yield plan
    for child in plan["children"]:
        yield from _nodes(child)


def _files(bench: Bench, table: str) -> set[tuple[str, str]]:
    """The data files of a gold table, each with its month."""
    files = bench.lake.catalog.load_table(("dm_gold", table)).inspect.files()
    return {
        (path, periods.of(part["review_year"], part["review_month"]))
        for path, part in zip(
            files["file_path"].to_pylist(), files["partition"].to_pylist(), strict=True
        )
    }
