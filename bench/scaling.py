"""How time and size grow with silver's files, with periods and runs, and with groups.

    python -m bench.scaling

Its figures go into docs/scaling.md. The files of the large silver do not exist: what decides which
months are stale reads Iceberg's metadata alone, so that metadata is all that is made.
"""

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from uuid import uuid4

import numpy as np
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.table import Table
from pyiceberg.typedef import Record
from pyspark.sql import SparkSession

from bench import lakes
from bench.figures import evidence, report
from bench.macros import Macros
from bench.ways.contestants import Contest
from local import demo, silver
from local.demo import Shape
from local.lake import Lake
from local.reviews import SCHEMA
from local.uris import path_of
from runner import periods
from runner.project import PROJECT

FILES = (1_000, 10_000, 30_000, 100_000)
FILES_A_COMMIT = 1_000
MONTHS = 186
STATES = (
    (186, 30), (186, 300), (1_860, 30), (1_860, 300), (5_658, 30), (5_658, 300),
    (18_600, 6), (18_600, 30),
)  # fmt: skip
"""Numbers of periods and of runs: 5,658 are the days of 186 months."""
REVIEWS = (30_000, 100_000, 300_000, 1_000_000)
TIMES = 6


def main() -> None:
    """Measures, and puts the tables into docs/scaling.md."""
    os.environ.pop("DM_LAKE", None)
    page = PROJECT / "docs" / "scaling.md"
    with TemporaryDirectory(prefix="scaling-") as folder:
        bench = lakes.Bench(Lake(Path(folder) / "metadata"), Shape())
        bench.dm("setup")
        os.environ.update(bench.environment)
        os.environ["PYSPARK_SUBMIT_ARGS"] = "--driver-memory 3g pyspark-shell"  # for large states
        with SparkSession.builder.getOrCreate() as spark:
            parts = {"files": _files(bench.lake, spark), "states": states(bench.lake, spark)}
        parts["groups"] = _groups(Path(folder))
    for name, text in parts.items():
        print(f"{text}\n")  # noqa: T201
        report.put_between_markers(page, name, text)
    report.put_between_markers(page, "machine", f"Measured with {report.machine()}.")


def _files(lake: Lake, spark: SparkSession) -> str:
    """How long silver's fingerprints take, by the number of its data files."""
    table, rows = silver.table(lake), []
    there = 0
    for count in FILES:
        while there < count:
            table = _append_made_up(table, there)
            there += FILES_A_COMMIT
        seconds = _seconds(partial(Macros(spark).source_state, ".".join(silver.TABLE)))
        rows.append((f"{count:,}", f"{count // FILES_A_COMMIT}", f"{seconds:.2f}"))
    return report.table(("data files of silver", "manifests", "s for all fingerprints"), rows)


def _append_made_up(table: Table, first: int) -> Table:
    with table.transaction() as transaction, transaction.update_snapshot().fast_append() as append:
        for number in range(first, first + FILES_A_COMMIT):
            month = np.datetime64("1996-08") + number % MONTHS
            year, name = map(int, str(month).split("-"))
            file = DataFile.from_args(
                content=DataFileContent.DATA,
                file_path=f"{table.location()}/data/{year}-{name:02}/{uuid4()}.parquet",
                file_format=FileFormat.PARQUET,
                partition=Record(year, name),
                record_count=1_000_000,
                file_size_in_bytes=64_000_000,
            )
            file.spec_id = table.spec().spec_id
            append.append_data_file(file)
    return table


def states(lake: Lake, spark: SparkSession) -> str:
    """The size of a gold table's metadata and how long its state takes, by periods and runs."""
    lake.catalog.create_namespace_if_not_exists("dm_gold")
    template = lake.catalog.create_table(("dm_gold", "template"), SCHEMA)
    template.append(demo.synthetic_reviews(demo.SEED, Shape(100)))
    rows = []
    for count, runs in STATES:
        table = _with_runs(lake, template, count, runs)
        size = path_of(table.metadata_location).stat().st_size / 1e6
        state = len(_inputs(count)) / 1e3
        seconds = _seconds(partial(_read_state, spark, table))
        rows.append((f"{count:,}", runs, f"{state:.0f}", f"{size:.1f}", f"{seconds:.2f}"))
    head = ("periods", "snapshots kept", "state kB", "metadata.json MB", "s to read the state")
    return report.table(head, rows)


def _read_state(spark: SparkSession, table: Table) -> None:
    """What a plan asks of a table: its description, its branches, and the state of main."""
    schema, alias = table.name()
    name = f"{schema}.{alias}"
    model = SimpleNamespace(
        unique_id=name, relation_name=name, database=None, schema=schema, alias=alias
    )
    assert Macros(spark)("table_states", [model])[name]["inputs"]  # noqa: S101


def _with_runs(lake: Lake, template: Table, count: int, runs: int) -> Table:
    """A table with a snapshot for each run, which all carry the state of so many periods."""
    document = json.loads(template.metadata.model_dump_json())
    (first,) = document["snapshots"]
    begin = first["timestamp-ms"]
    summary = {"operation": "overwrite", "dm.inputs": _inputs(count), "dm.run-id": uuid4().hex}
    snapshots = [
        first | {"snapshot-id": n, "timestamp-ms": begin + n, "summary": summary}
        | ({"parent-snapshot-id": n - 1} if n > 1 else {})
        for n in range(1, runs + 1)
    ]  # fmt: skip
    document |= {
        "snapshots": snapshots,
        "snapshot-log": [{k: s[k] for k in ("snapshot-id", "timestamp-ms")} for s in snapshots],
        "current-snapshot-id": runs,
        "last-updated-ms": begin + runs,
        "refs": {"main": {"snapshot-id": runs, "type": "branch"}},
    }
    name = f"runs_{count}_{runs}"
    path = lake.warehouse / f"{name}.metadata.json"
    path.write_text(json.dumps(document))
    return lake.catalog.register_table(("dm_gold", name), path.as_uri())


def _inputs(count: int) -> str:
    """A state as macro provenance() writes it."""
    named = (periods.of(1500 + i // 12, i % 12 + 1) for i in range(count))
    return json.dumps({name: uuid4().hex[:24] for name in named})


def _groups(folder: Path) -> str:
    """What one month takes by the number of its groups: the table with most of them."""
    rows = []
    for size in REVIEWS:
        shape = replace(Shape(), reviews=size, drinkers=size // 5, months=2)
        bench = lakes.make(folder / str(size), shape)
        contest = Contest(bench, bench.all_months())
        contest.prepare()
        _, events = evidence.logged(bench, *contest.bare(["top_drinkers"]))
        tasks = evidence.tasks(events)
        shuffled = sum(t["Shuffle Write Metrics"]["Shuffle Bytes Written"] for t in tasks)
        memory = sum(t["Peak Execution Memory"] for t in tasks)
        spilled = sum(t["Disk Bytes Spilled"] for t in tasks)
        run = sum(t["Executor Run Time"] for t in tasks) / 1e3
        table = bench.lake.catalog.load_table(("bench_bare", "top_drinkers"))
        rows.append(
            (
                f"{size:,}", f"{table.scan().count():,}", f"{shuffled / 1e6:.1f}",
                f"{memory / 1e6:.0f}", f"{spilled / 1e6:.0f}", f"{run:.1f}",
            )
        )  # fmt: skip
    head = ("reviews", "groups", "shuffle MB", "memory of tasks MB", "spilled MB", "task s")
    return report.table(head, rows)


def _seconds(call: Callable[[], object]) -> float:
    """The shortest of a few calls: whatever else the machine does only adds to it."""
    taken = []
    for _ in range(TIMES):
        begin = time.monotonic()
        call()
        taken.append(time.monotonic() - begin)
    return min(taken)


if __name__ == "__main__":
    main()
