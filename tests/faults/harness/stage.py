"""What a fault happens to: a lake, its readers, its items; and whether all is well afterwards."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from local import demo, silver
from local.lake import Lake
from local.loading.load import load
from local.reviews import ARROW_SCHEMA
from runner.control.items import ControlItem, Status
from runner.control.table import ControlTable
from runner.dbt.running import DbtProject
from runner.gold import published
from runner.job import GoldJob
from runner.project import PROJECT
from runner.work import Result
from tests.computed import expected
from tests.dbt_project import Dbt
from tests.faults.harness.reader import Reader, Rows, months, repeated
from tests.faults.harness.victim import LEASE, TABLES
from tests.report import Report
from tests.tables import gold, rows

_CHANGE = """
select * replace (
    1 + ((review_id + $change) % 9) / 2.0 as review_overall,
    if((review_id + $change) % 9 = 0, updated_at, null) as deleted_at
)
from reviews where (review_year, review_month) > (2011, 10)
"""


@dataclass(frozen=True)
class Damage:
    """What is not as it must be after a fault and a run; of a good system, nothing.

    Attributes:
        lost: months of tables that are not those of the independent computation.
        doubled: rows that are there more than once.
        stuck: items without an end or a reason.
        half: months that a reader saw in a state that no input gives.
    """

    lost: int
    doubled: int
    stuck: int
    half: int


class Stage:
    """A lake, to which each fault brings changes of three months of all tables."""

    def __init__(self, lake: Lake, folder: Path) -> None:
        self.lake = lake
        self._folder = folder
        with duckdb.connect() as database:
            database.register("made", demo.synthetic_reviews(7, demo.Shape(60_000)))
            late = database.sql("from made where (review_year, review_month) >= (2011, 10)")
            self._reviews = late.to_arrow_table().cast(ARROW_SCHEMA)
        self._changes = 0
        self.states: list[dict[str, Rows]] = []
        self._dbt = Dbt(target_path=folder / "target")

    def build_first(self) -> None:
        """Loads the reviews and builds all tables."""
        silver.upsert(self.lake, self._reviews)
        self._note_expected()
        assert self._dbt("build", "--select", *TABLES).success

    def change(self, control: ControlTable) -> int:
        """Loads changes of every table in three months; gives the number of items.

        The load before is announced once more, so some months have two items.
        """
        self._changes += 1
        with duckdb.connect() as database:
            database.register("reviews", self._reviews)
            changed = database.execute(_CHANGE, {"change": self._changes}).to_arrow_table()
        file = self._folder / f"{self._changes}.parquet"
        pq.write_table(changed.cast(ARROW_SCHEMA), file)
        load(self.lake, control, TABLES, file)
        self._note_expected()
        return len(control.items(Status.PENDING))

    def start(self, point: str, fault: str, where: str) -> subprocess.Popen[str]:
        """Starts a run that meets a fault, in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "tests.faults.harness.victim", point, fault, where],
            env=os.environ | {"DM_LAKE": str(self.lake.root), "PYTHONPATH": str(PROJECT)},
            cwd=PROJECT, start_new_session=True, text=True,
            stdout=(self._folder / "victim.log").open("w"), stderr=subprocess.STDOUT,
        )  # fmt: skip

    @property
    def told(self) -> str:
        """What the last victim said."""
        return (self._folder / "victim.log").read_text()

    def run(
        self,
        control: ControlTable,
        progress: Callable[[str], None] = lambda line: None,
        claimed: Callable[[], None] = lambda: None,
    ) -> list[Result]:
        """A normal run, with a short lease; `claimed` is called when it has its items."""
        dbt = DbtProject(progress, folder=self._folder)
        job = GoldJob(control, TABLES, dbt.build, published, lease=LEASE)
        work, results = job.claim(TABLES)
        claimed()
        return results + (job.run(work) if work else [])

    def mains(self) -> dict[str, int | None]:
        """What readers of each table see."""
        return {name: gold(self.lake, name).metadata.current_snapshot_id for name in TABLES}

    def contents(self) -> dict[str, Rows]:
        """The rows of each table."""
        return {name: rows(self.lake, name) for name in TABLES}

    def branches(self) -> int:
        """How many audit branches there are."""
        return sum(len(gold(self.lake, table).refs()) - 1 for table in TABLES)

    def maintain(self) -> bool:
        """Tidies up, as if all audit branches and snapshots were old; not if others commit now."""
        answer = self._dbt(
            "run-operation", "maintain", "--args", "{branch_days: 0, snapshot_days: 0}"
        )
        refused = re.search(r"exceptions\.(Validation|CommitFailed)Exception", answer.text)
        assert answer.success or refused, answer.text
        return answer.success

    def damage(self, control: ControlTable, items: int, seen: Reader) -> Damage:
        """What is not as it must be."""
        found, wanted = self.contents(), self.states[-1]
        ended = [
            item
            for item in control.items(*Status)
            if item.status is Status.SUCCESS or (item.status is Status.ERROR and item.error_message)
        ]
        return Damage(
            lost=sum(months(found[name]) != months(wanted[name]) for name in TABLES),
            doubled=sum(repeated(found[name]) for name in TABLES),
            stuck=items - len(ended),
            half=seen.half(),
        )

    def _note_expected(self) -> None:
        reviews = silver.table(self.lake).scan().to_arrow()
        self.states.append({name: expected(reviews, name) for name in TABLES})


@contextmanager
def proven(
    stage: Stage,
    control: ControlTable,
    report: Report,
    fault: str,
    runs: int,
    table: str = "outages",
) -> Iterator[None]:
    """Brings changes, lets a fault happen in the block, and looks at what is left of it."""
    reader = Reader(stage)
    items = stage.change(control)
    with reader.reading():
        yield
    damage = stage.damage(control, items, reader)
    report.add(table, fault=fault, runs=runs, **vars(damage))
    assert damage == Damage(0, 0, 0, 0)


def settled(control: ControlTable) -> list[ControlItem]:
    """All items, as they are."""
    return control.items(*Status)
