"""A lake, and what people, engines and faults may do to it."""

import os
import random
import signal
import subprocess
from collections import defaultdict
from pathlib import Path

import pyarrow as pa
from click.testing import CliRunner
from pyspark.sql import SparkSession

from dm.cli import dm
from local import silver
from local.lake import Lake
from local.reviews import ARROW_SCHEMA
from runner.project import PROJECT
from tests import reviews
from tests.computed import expected
from tests.dbt_project import Dbt, copy_project
from tests.dm.terminal import BIN
from tests.reviews import Review
from tests.tables import gold

MONTHS = ("2010-01", "2010-02", "2010-03")
TABLES = ("state_by_review_volume", "top_drinkers")
STEPS = 20
WRONG = 50.0
Rows = tuple[tuple[object, ...], ...]


def month(row: Review) -> str:
    return f"{row['review_year']}-{row['review_month']:02}"


def computed(name: str, reviews: list[Review], nowhere: str) -> Rows:
    """What a table has to show of reviews; who is nowhere is so by the SQL of top_drinkers."""
    found = expected(pa.Table.from_pylist(reviews, schema=ARROW_SCHEMA), name)
    if name == "top_drinkers":
        found = [row | {"state": row["state"].replace("Unknown", nowhere)} for row in found]
    return tuple(tuple(row.values()) for row in found)


class Happenings:
    """A lake and a copy of the project, to which things happen that a seed decides."""

    def __init__(self, seed: int, lake: Lake, session: SparkSession, folder: Path) -> None:
        self.dice = random.Random(seed)
        self.lake, self.session, self.folder = lake, session, folder
        self.project = copy_project(folder / "project")
        self.dbt = Dbt(folder / "target")
        self.nowhere, self.doubled, self.next_id = "Unknown", False, 1
        self.reviews: dict[int, Review] = {}
        self.extra: list[Review] = []
        self.right: dict[tuple[str, str], set[Rows]] = defaultdict(lambda: {()})
        self.told: list[str] = []
        self.succeeded = False
        for period in MONTHS:
            self.add(period, 30)
        self.store()

    def add(self, period: str, number: int) -> None:
        for _ in range(number):
            drinker = self.dice.randint(1, 6)
            self.reviews[self.next_id] = reviews.review(
                self.next_id,
                period,
                profile_id=drinker,
                profile_name=f"drinker {drinker}, {self.dice.choice(['then', 'now'])}",
                state=self.dice.choice(["NY", "CA", None]),
                review_overall=self.dice.choice([3.5, 4.0, 4.5, None]),
            )
            self.next_id += 1

    def store(self) -> None:
        every = [*self.reviews.values(), *self.extra]
        silver.table(self.lake).overwrite(reviews.table(every))

    # What may happen.

    def load(self) -> None:
        what, period = self.dice.choice(["new", "changed", "deleted"]), self.dice.choice(MONTHS)
        of_month = [r for r in self.reviews.values() if month(r) == period]
        for r in self.dice.sample(of_month, min(4, len(of_month))):
            found = self.reviews[int(str(r["review_id"]))]
            if what == "changed":
                found["state"] = self.dice.choice(["TX", "NY"])
                found["profile_name"] = "somebody"
            elif what == "deleted":
                self.reviews[int(str(r["review_id"]))] = reviews.deleted(found)
        if what == "new":
            self.add(period, 4)
        self.store()

    def load_bad(self) -> None:
        """A rating out of range, or a review twice."""
        found = self.dice.choice(list(self.reviews.values()))
        if self.dice.random() < 0.5:
            found["review_overall"] = WRONG
        else:
            self.extra.append(dict(found))
        self.store()

    def mend(self) -> None:
        self.extra = []
        for r in self.reviews.values():
            if r["review_overall"] == WRONG:
                r["review_overall"] = 4.0
        self.store()

    def collapse(self) -> None:
        period = self.dice.choice(MONTHS)
        of_month = [i for i, r in self.reviews.items() if month(r) == period]
        for i in of_month[1:]:
            del self.reviews[i]
        self.store()

    def command(self, *command: str, **variables: object) -> None:
        options = ("--exclude-resource-type", "unit_test") if command == ("build",) else ()
        select = () if command == ("retry",) else ("--select", *TABLES)
        answer = self.dbt(*command, *options, *select, project=self.project, **variables)
        # A retry builds only what failed, and not what became stale since.
        self.succeeded = answer.success and command != ("retry",)

    def run(self) -> None:
        self.command("run")

    def build(self) -> None:
        self.command("build")

    def full_refresh(self) -> None:
        self.command("run", "--full-refresh")

    def retry(self) -> None:
        self.command("retry")

    def accept_loss(self) -> None:
        self.command("run", max_row_loss=1)

    def publish_untested(self) -> None:
        self.command("run", publish_untested=True)
        self.succeeded = False  # it leaves months untested

    def process(self) -> None:
        chosen = [word for name in TABLES for word in ("--table", name)]
        span = ("--from", MONTHS[0], "--to", MONTHS[-1])
        added = CliRunner().invoke(dm, ["backfill", *chosen, *span])
        assert added.exit_code == 0, added.output
        told = CliRunner().invoke(dm, ["process", *chosen])
        assert told.exit_code in (0, 1), told.output
        self.succeeded = told.exit_code == 0

    def failing_hook(self) -> None:
        file = self.project / "dbt_project.yml"
        text = file.read_text()
        file.write_text(
            text.replace('"{{ plan_periods() }}', '"select no_such; {{ plan_periods() }}')
        )
        self.command(self.dice.choice(["run", "build"]))
        file.write_text(text)

    def change_code(self) -> None:
        self.nowhere = self.dice.choice(["Unknown", "Nowhere", "Elsewhere"])
        self.write_code()

    def break_code(self) -> None:
        """Each drinker twice; or mended."""
        self.doubled = not self.doubled
        self.write_code()

    def write_code(self) -> None:
        file = Path("models/gold/top_drinkers.sql")
        text = (PROJECT / file).read_text()
        twice = " union all select * from ranked_drinkers" if self.doubled else ""
        (self.project / file).write_text(text.replace("'Unknown'", f"'{self.nowhere}'") + twice)

    def foreign_write(self) -> None:
        name, period = self.dice.choice(TABLES), self.dice.choice(MONTHS)
        if not self.lake.catalog.table_exists(("dm_gold", name)):
            return
        where = f"review_year = 2010 and review_month = {int(period[-2:])}"
        what = self.dice.choice(["insert", "delete", "spark insert", "spark delete"])
        if what == "insert":
            gold(self.lake, name).append(gold(self.lake, name).scan(where).to_arrow())
        elif what == "delete":
            gold(self.lake, name).delete(where)
        elif what == "spark insert":
            self.session.sql(
                f"insert into dm_gold.{name} select * from dm_gold.{name} where {where}"
            )
        else:
            self.session.sql(f"delete from dm_gold.{name} where {where} and period_rank = 1")

    def maintain(self) -> None:
        days = "{branch_days: 0, snapshot_days: 0}"
        self.dbt("run-operation", "maintain", "--args", days, project=self.project)

    def rewrite(self) -> None:
        name = self.dice.choice(TABLES)
        if self.lake.catalog.table_exists(("dm_gold", name)):
            self.session.sql(
                "call system.rewrite_data_files(table => 'dm_gold." + name + "', "
                "options => map('rewrite-all', 'true'))"
            )

    def kill(self) -> None:
        """A run in a process of its own, that ends in its middle."""
        folders = ("--project-dir", str(self.project), "--profiles-dir", str(self.project))
        run = subprocess.Popen(
            [BIN / "dbt", "run", "--select", *TABLES, *folders],
            env=os.environ | {"DM_LAKE": str(self.lake.root)},
            cwd=self.folder, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            run.wait(timeout=self.dice.uniform(6, 25))
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()

    # What must be true after each.
