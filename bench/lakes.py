"""Lakes to measure on: synthetic silver, gold that is built, and months that change."""

import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.measure import Cost, measure
from local import demo, silver
from local.control import SqliteControlTable
from local.demo import Shape
from local.lake import Lake
from local.loading.load import load
from runner.project import tables

BIN = Path(sys.executable).parent
FULL = Shape(1_586_614, beers=66_055, breweries=5_840, drinkers=33_388)
"""The size of the real source."""
QUICK = Shape(60_000, beers=3_000, breweries=300, drinkers=2_000, months=36, first_month="2008-02")


@dataclass(frozen=True)
class Bench:
    """A lake, and the commands that are measured on it.

    Args:
        lake: the lake.
        shape: of each of its spans of history.
    """

    lake: Lake
    shape: Shape

    @property
    def environment(self) -> Mapping[str, str]:
        """What makes dm, dbt and Spark use the lake."""
        return {"DM_LAKE": str(self.lake.root)}

    @property
    def log(self) -> Path:
        """What the last command said; not in the lake, for dm makes none of a folder with files."""
        return self.lake.root.with_suffix(".log")

    def run(self, *command: str | Path, **more: str) -> Cost:
        """Runs a command on the lake."""
        return measure(command, self.log, {**self.environment, **more})

    def dm(self, *command: str, **more: str) -> Cost:
        """Runs dm on the lake."""
        return self.run(BIN / "dm", *command, **more)

    def dbt(self, *command: str) -> Cost:
        """Runs dbt on the lake."""
        return self.run(BIN / "dbt", *command, "--select", "gold", "--quiet")

    def months(self, count: int) -> list[str]:
        """The last full months of the first span: those with most reviews."""
        end = np.datetime64(self.shape.first_month) + self.shape.months - 1
        return [str(month) for month in np.arange(end - count, end)]

    def all_months(self) -> list[str]:
        """All months of the first span."""
        first = np.datetime64(self.shape.first_month)
        return [str(month) for month in np.arange(first, first + self.shape.months)]

    def change(self, months: Collection[str]) -> None:
        """Loads a few new ratings of each month, which is then pending for each gold table."""
        file = demo.changes_file(self.lake, months, reviews=3)
        load(self.lake, SqliteControlTable(self.lake.control), tables(), file)


def make(root: Path, shape: Shape, spans: int = 1) -> Bench:
    """A lake with so many spans of history, one after the other; its gold tables are built.

    The first span is the same in each lake of a shape. Silver that is there is taken as it is.
    """
    bench = Bench(Lake(root), shape)
    bench.dm("setup")
    made = root / "made"
    for span in range(0 if made.exists() else spans):
        first = np.datetime64(shape.first_month) + span * shape.months
        silver.table(bench.lake).append(
            demo.synthetic_reviews(
                demo.SEED + span,
                replace(shape, first_month=str(first), first_id=1 + span * shape.reviews),
            )
        )
        bench.dbt("run")  # a span at once: all of them do not fit into Spark's 1 GB
    made.touch()
    bench.dbt("run")
    return bench
