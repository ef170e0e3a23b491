"""Ten and a hundred times the reviews: `make bench-large`, an hour and a half and 20 GB of disk.

Writes docs/benchmarks.md. Each thing is done once: it takes long enough to average out what the
machine does besides.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
from pyiceberg.types import DoubleType

from bench.figures import evidence, report
from bench.lakes import BIN, FULL, Bench, reviews_sql
from bench.measure import Cost, measure
from bench.ways.contestants import BARE_OWN, DUCK, PROJECT_WAY, Contest, ResultsDiffer, bare_script
from dm.reading import duck
from local import silver
from local.demo import Shape
from local.duck import TYPES
from local.lake import Lake
from local.reviews import SCHEMA
from runner.dbt.running import MAX_ROWS
from runner.project import PROJECT, tables

TIMES = (10, 100)
FIRST, MONTH = "first build", "one changed month"
LOADED = 100_000
EACH = 4
"""Of so many batches, the bare script builds one."""
PAGE = PROJECT / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Done:
    """What a command took.

    Attributes:
        what: what was done.
        way: how.
        cost: what it took.
        spilled_mb: what did not fit into memory; None where nothing counts it.
        share: how much of the reviews it read, of those that the project's way did.
    """

    what: str
    way: str
    cost: Cost
    spilled_mb: float | None
    share: float = 1


def make(root: Path, shape: Shape) -> Bench:
    """A lake with so many reviews in silver, a file a month, and nothing in gold."""
    bench = Bench(Lake(root), shape)
    bench.dm("setup")
    table = silver.table(bench.lake)
    if not table.current_snapshot():
        folder = root / "warehouse" / "made"
        folder.mkdir(parents=True, exist_ok=True)
        growth = np.arange(10, shape.months + 10) ** 2.0
        sizes = (growth / growth.sum() * shape.reviews).astype(int)
        firsts = np.cumsum(sizes) - sizes + 1
        files = []
        for month, size, first in zip(bench.all_months(), sizes, firsts, strict=True):
            files.append(str(folder / f"{month}.parquet"))
            make_reviews(Path(files[-1]), shape, month, int(size), int(first))
        table.add_files(files, check_duplicate_files=False)
    return bench


def make_reviews(path: Path, shape: Shape, month: str, size: int, first: int) -> None:
    """Writes so many reviews of a month, with ids from `first` on."""
    start = int(datetime.fromisoformat(f"{month}-01T00:00Z").timestamp())
    reviews = reviews_sql(
        replace(shape, reviews=size, first_id=first), f"{start} + hash(range) % (28 * 86400)"
    )
    columns = ", ".join(
        f"{field.name}::{TYPES[str(field.field_type)]} as {field.name}" for field in SCHEMA.fields
    )
    with duckdb.connect() as db:
        db.execute("set timezone = 'UTC'")
        query = f"select {columns} from ({reviews})"  # noqa: S608
        db.execute(f"copy ({query}) to '{path}' (format parquet, compression zstd)")


def reviews_by_month(bench: Bench) -> dict[str, int]:
    """How many reviews silver has of each month."""
    return {
        f"{p['partition']['review_year']}-{p['partition']['review_month']:02}": p["record_count"]
        for p in silver.table(bench.lake).inspect.partitions().to_pylist()
    }


def batches(rows: dict[str, int]) -> Iterator[list[str]]:
    """The months in the batches that `dm process` makes of them: MAX_ROWS reviews at most."""
    batch: list[str] = []
    for month in sorted(rows):
        if batch and sum(rows[m] for m in [*batch, month]) > MAX_ROWS:
            yield batch
            batch = []
        batch.append(month)
    yield batch


def first_build(bench: Bench, rows: dict[str, int], some: list[list[str]]) -> Iterator[Done]:
    """All months, and no gold before; the bare script builds some batches of them."""
    everything = Contest(bench, bench.all_months())
    yield _spark(bench, FIRST, PROJECT_WAY, BIN / "dm", "process", "--layer", "gold")
    everything.prepare_bare()
    each = (Contest(bench, months).statements.values() for months in some)
    bare = bare_script(everything.folder / "batches.json", [*chain.from_iterable(each)])
    built = [*chain.from_iterable(some)]
    share = sum(rows[month] for month in built) / sum(rows.values())
    yield replace(_spark(bench, FIRST, BARE_OWN, *bare), share=share)
    yield _duck(bench, FIRST, everything)
    check(bench, built)


def one_month(bench: Bench, some: list[list[str]]) -> Iterator[Done]:
    """The month with most reviews: three of them change."""
    months = bench.months(1)
    contest = Contest(bench, months)
    contest.prepare()
    yield _spark(bench, MONTH, PROJECT_WAY, BIN / "dm", "process", "--layer", "gold")
    yield _spark(bench, MONTH, BARE_OWN, *contest.bare(tables()))
    yield _duck(bench, MONTH, contest)
    check(bench, {*months, *chain.from_iterable(some)})


def others(bench: Bench) -> Iterator[Done]:
    """What a person does besides."""
    dbt = (BIN / "dbt", "run", "--select", "gold", "--quiet")
    yield _spark(bench, "nothing stale", "dbt run", *dbt)
    (month,) = bench.months(1)
    tried = ("--from", month, "--to", month, "--vars", "{min_reviews: 10}", "--then", "drop")
    page = bench.lake.root / "preview.html"
    preview = (BIN / "dm", "preview", "top_beers_by_rating", *tried, "--page", page)
    yield _spark(bench, "preview of a month", "dm preview", *preview)
    file = bench.lake.root / "more.parquet"
    make_reviews(file, bench.shape, month, LOADED, 2 * bench.shape.reviews)
    yield Done(f"load of {LOADED:,} reviews", "dm load", bench.dm("load", str(file)), None)


def check(bench: Bench, months: Collection[str]) -> None:
    """Ends the bench if the project's way and the bare script differ in a key, rank or count."""
    with duck.connect() as db:
        for table in tables():
            found = []
            for schema in ("dm_gold", "bench_bare"):
                gold = bench.lake.catalog.load_table((schema, table))
                there = gold.current_snapshot()
                rows = duck.select(db, gold, there.snapshot_id if there else None)
                # The mean is left out: a sum of doubles has an order.
                exact = [f.name for f in gold.schema().fields if f.field_type != DoubleType()]
                query = (
                    f"select review_year, review_month, count(*), bit_xor(hash({', '.join(exact)}))"  # noqa: S608
                    f" from ({rows}) where {duck.in_months(months)} group by 1, 2 order by 1, 2"
                )
                found.append(db.execute(query).fetchall())
            if found[0] != found[1]:
                raise ResultsDiffer(f"{BARE_OWN} computes other rows of {table} than {PROJECT_WAY}")


def _spark(bench: Bench, what: str, way: str, *command: str | Path) -> Done:
    cost, events = evidence.logged(bench, *command)
    spilled = sum(task["Disk Bytes Spilled"] for task in evidence.tasks(events))
    return Done(what, way, cost, spilled / 1e6)


def _duck(bench: Bench, what: str, contest: Contest) -> Done:
    contest.prepare_duck()
    way = contest.contestants[DUCK]
    return Done(what, DUCK, measure(way.command, bench.log, way.environment), None)


def of_size(folder: Path, times: int) -> Iterator[Done]:
    """All that is measured with so many times the reviews of the real source."""
    shape = replace(
        FULL, reviews=FULL.reviews * times, drinkers=FULL.drinkers * times, beers=FULL.beers * 10
    )
    bench = make(folder / f"times-{times}", shape)
    rows = reviews_by_month(bench)
    some = [*batches(rows)][::EACH]
    yield from first_build(bench, rows, some)
    yield from one_month(bench, some)
    yield from others(bench)


def table(done: list[Done]) -> str:
    """The figures of a size, each with the project's way against it."""
    own = {d.what: d.cost.wall for d in done if d.way == PROJECT_WAY}
    rows = []
    for d in done:
        numbers = (d.cost.wall, d.cost.cpu, d.cost.peak_mb, d.spilled_mb)
        told = ["" if number is None else f"{number:,.0f}" for number in numbers]
        ratio = f"{own[d.what] * d.share / d.cost.wall:.2f}" if d.what in own else ""
        way = d.way if d.share == 1 else f"{d.way}, {d.share:.0%} of the reviews"
        rows.append((d.what, way, *told, ratio))
    head = ("what", "way", "wall s", "CPU s", "peak MB", "spilled MB", "dm / this")
    return report.table(head, rows)


def main() -> None:
    """Measures the sizes that the arguments name, or all; those of TIMES go into the page."""
    os.environ.pop("DM_LAKE", None)
    with TemporaryDirectory(prefix="large-", dir=os.environ.get("DM_BENCH")) as folder:
        for times in map(int, sys.argv[1:] or TIMES):
            done: list[Done] = []
            for one in of_size(Path(folder), times):
                done.append(one)
                print(one, flush=True)  # noqa: T201
                if times in TIMES:
                    text = f"{FULL.reviews * times:,} reviews; {report.machine()}.\n\n{table(done)}"
                    report.put_between_markers(PAGE, f"large {times}", text)


if __name__ == "__main__":
    main()
