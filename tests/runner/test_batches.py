"""Months of very many reviews are built some at a time, and each time is published and settled."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from local import silver
from local.control import SqliteControlTable
from local.lake import Lake
from runner.control.items import ControlItem, Status
from runner.dbt.problems import Problem
from runner.dbt.running import DbtProject
from runner.gold import published
from runner.job import GoldJob
from runner.project import tables
from tests import reviews
from tests.dbt_project import Dbt
from tests.tables import gold, rows

MONTHS = [f"2010-{month:02}" for month in range(1, 7)]
NAME, OTHER = "top_drinkers", "state_by_review_volume"

Asked = Mapping[str, Collection[str]]
Problems = dict[str, Problem | None]


@pytest.fixture(scope="module", autouse=True)
def months(lake: Lake, session: SparkSession) -> None:
    """Six months of 30 reviews, and the fourth of 100."""
    sizes = [30, 30, 30, 100, 30, 30]
    made = [
        review
        for i, (month, size) in enumerate(zip(MONTHS, sizes, strict=True))
        for review in reviews.month_of(month, 1000 * i, size)
    ]
    silver.upsert(lake, reviews.table(made))


@pytest.fixture
def control(tmp_path: Path) -> SqliteControlTable:
    found = SqliteControlTable(tmp_path / "control.db")
    found.enqueue(
        ControlItem(f"{table}-{month}", "key", "dm_gold", table, month[:4], month[5:], "", "")
        for table in (NAME, OTHER)
        for month in MONTHS
    )
    return found


class Builds:
    """What a job has built so far, and how its items were before each of the builds."""

    def __init__(self, control: SqliteControlTable, force: bool = False) -> None:
        self.before: list[Counter[str]] = []
        self._control = control
        self._force = force

    def __call__(self, asked: Asked, run_id: str, publishing: Callable[[], None]) -> Problems:
        self.before.append(Counter(item.status.value for item in self._control.items(*Status)))
        self.interrupt()
        dbt = DbtProject(lambda line: None, max_rows=60)
        return dbt.build(asked, run_id, publishing, force=self._force)

    def interrupt(self) -> None:
        """Does nothing: see Interrupted."""


class Interrupted(Builds):
    """Ctrl-C before the third build."""

    def interrupt(self) -> None:
        if len(self.before) == 3:
            raise KeyboardInterrupt


def run(control: SqliteControlTable, builds: Builds) -> None:
    job = GoldJob(control, tables(), builds, published)
    work, _ = job.claim([NAME, OTHER])
    results = job.run(work)
    assert {result.error for result in results} == {None}
    assert len(results) == 12


def commits(lake: Lake) -> list[str]:
    """The months of each run of the table."""
    return [
        str(snapshot.summary["dm.periods"])
        for snapshot in gold(lake, NAME).snapshots()
        if snapshot.summary and snapshot.summary.get("dm.periods")
    ]


def counted(lake: Lake) -> list[object]:
    return [row["total_reviews"] for row in rows(lake, OTHER)]


def test_what_is_published_when_a_run_is_interrupted_is_settled_and_stays(
    lake: Lake, control: SqliteControlTable
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(control, Interrupted(control))
    done = Counter((item.status.value, item.month) for item in control.items(*Status))
    assert set(done) == {
        *(("success", month) for month in MONTHS[:3]),
        *(("pending", month) for month in MONTHS[3:]),
    }
    assert counted(lake) == [30, 30, 30]
    job = GoldJob(control, tables(), rest := Builds(control), published)
    work, _ = job.claim([NAME, OTHER])
    assert [result.error for result in job.run(work)] == [None] * 6
    assert len(rest.before) == 2
    assert counted(lake) == [30, 30, 30, 100, 30, 30]


def test_each_batch_has_so_many_reviews_and_is_settled_before_the_next(
    lake: Lake, control: SqliteControlTable
) -> None:
    done = len(commits(lake))
    run(control, builds := Builds(control, force=True))
    # One month is built always; it comes with no other if it is too large already.
    batches = [MONTHS[:2], MONTHS[2:3], MONTHS[3:4], MONTHS[4:]]
    assert commits(lake)[done:] == [",".join(batch) for batch in batches]
    assert [before["success"] for before in builds.before] == [0, 4, 6, 8]
    assert counted(lake) == [30, 30, 30, 100, 30, 30]


def waiting(dbt: Dbt, max_rows: int) -> str:
    """What a build says of the months that it leaves to another run."""
    built = dbt("build", "--select", NAME, max_rows=max_rows)
    assert built.success
    return "; ".join(line.partition("another run: ")[2] for line in built.lines if NAME in line)


def test_dbt_says_which_months_wait_for_another_run(lake: Lake, dbt: Dbt) -> None:
    more = [reviews.review(1000 * i + 999, month) for i, month in enumerate(MONTHS)]
    silver.upsert(lake, reviews.table(more))
    for left in (4, 3, 2):
        assert f"{left} period" in waiting(dbt, max_rows=64)
    assert "period" not in waiting(dbt, max_rows=64)
    assert commits(lake)[-1] == ",".join(MONTHS[4:])


def test_where_files_do_not_tell_a_months_reviews_it_counts_as_average(
    lake: Lake, dbt: Dbt
) -> None:
    table = silver.table(lake)
    there = table.scan().to_arrow()
    with table.update_spec() as update:
        update.remove_field("review_year")
        update.remove_field("review_month")
    silver.table(lake).overwrite(there.slice(0, 256))
    assert "4 periods" in waiting(dbt, max_rows=90)
