"""A reader who looks all the time sees whole runs that passed their tests, and nothing else."""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from pyspark.sql import SparkSession

from local import silver
from local.lake import Lake
from runner.dbt.running import DbtProject
from tests import reviews
from tests.dbt_project import Dbt
from tests.report import Report
from tests.tables import gold

TABLES = ("state_by_review_volume", "top_drinkers")
MONTHS = ("2010-01", "2010-02")
COMMANDS = (("run",), ("run", "--full-refresh"))
"""What people type beside the runner's own runs, which take turns with these."""
MENDED = 100
"""So many reviews more tell what was loaded after a failure from what failed."""


@dataclass
class Reader:
    """Reads main again and again with PyIceberg, and notes what it sees of each table."""

    lake: Lake
    stop: Event = field(default_factory=Event)
    looks: int = 0
    seen: dict[str, set[tuple[tuple[int, int, int], ...]]] = field(
        default_factory=lambda: defaultdict(set)
    )

    def look(self) -> None:
        """Notes (month, rank, number of reviews) of each row, until it is stopped."""
        while not self.stop.is_set():
            for name in TABLES:
                found = gold(self.lake, name).scan().to_arrow().to_pylist()
                rows = [(r["review_month"], r["period_rank"], r["total_reviews"]) for r in found]
                self.seen[name].add(tuple(sorted(rows)))
            self.looks += 1


def load(lake: Lake, size: int, *, bad: bool) -> None:
    """Two drinkers wrote so many reviews in each of two months, one of them with a bad rating."""
    made = [
        review
        for who in (1, 2)
        for month, period in enumerate(MONTHS)
        for review in reviews.month_of(
            period, 10_000 * who + 1_000 * month, size, profile_id=who, state=f"S{who}"
        )
    ]
    made[-1]["review_overall"] = 50.0 if bad else 4.0
    silver.table(lake).overwrite(reviews.table(made))


def test_readers_see_whole_runs_that_passed_their_tests(
    lake: Lake, session: SparkSession, long: bool, report: Report, tmp_path: Path
) -> None:
    dbt, typed = DbtProject(progress=lambda line: None), Dbt(tmp_path)
    runs, good = 50 if long else 5, {0}
    load(lake, 1, bad=False)
    assert set(dbt.build(dict.fromkeys(TABLES, MONTHS), "run-1").values()) == {None}
    good.add(1)
    reader = Reader(Lake(lake.root))
    thread = Thread(target=reader.look)
    thread.start()
    try:
        for size in range(2, 2 + runs):
            bad = size % 4 == 0
            load(lake, size, bad=bad)
            if size % 3:
                told = typed(*COMMANDS[size % 3 - 1], "--select", *TABLES)
                assert told.success != bad, told.text
            else:
                problems = dbt.build(dict.fromkeys(TABLES, MONTHS), f"run-{size}")
                assert all(problem is not None for problem in problems.values()) == bad, problems
            if bad:
                typed("retry")
                load(lake, MENDED + size, bad=False)
                typed("retry")  # may publish: what it does publish has passed
            good.add(MENDED + size if bad else size)
    finally:
        reader.stop.set()
        thread.join(timeout=60)

    assert reader.looks > runs
    whole = {tuple((month, rank, size) for month in (1, 2) for rank in (1, 2)) for size in good}
    half = sum(len(reader.seen[name] - whole) for name in TABLES)
    race = "a reader looks during runs, of which a quarter fail"
    report.add("races", race=race, rounds=runs, half=half)
    assert half == 0
    for name in TABLES:
        assert len(reader.seen[name]) > runs / 3, name
