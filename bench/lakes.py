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
# Names as long as real ones; a beer has a style and a brewery, a drinker has a state.
_REVIEWS = """
with drawn as (
    select
        range as review_id,
        ({time})::bigint as review_time,
        (pow(hash(range * 7) % 100000007 / 100000007.0, 3) * {beers})::bigint as beer_id,
        (pow(hash(range * 11) % 100000007 / 100000007.0, 2) * {drinkers})::bigint as profile_id
    from range({first}, {first} + {size})
)

select
    review_id,
    beer_id % {breweries} as brewery_id,
    beer_id,
    profile_id,
    'Old Mill Brewery number ' || beer_id % {breweries} as brewery_name,
    'Quiet Heron Stout number ' || beer_id as beer_name,
    'Style ' || beer_id % 104 as beer_style,
    4 + beer_id % 60 / 10.0 as beer_abv,
    'drinker' || profile_id as profile_name,
    'drinker' || profile_id || '@example.com' as email,
    chr((65 + profile_id % 26)::integer) || chr((65 + profile_id % 7)::integer) as state,
    1 + hash(review_id) % 9 / 2.0 as review_overall,
    1 + hash(review_id + 1) % 9 / 2.0 as review_aroma,
    1 + hash(review_id + 2) % 9 / 2.0 as review_appearance,
    1 + hash(review_id + 3) % 9 / 2.0 as review_palate,
    1 + hash(review_id + 4) % 9 / 2.0 as review_taste,
    review_time,
    strftime(to_timestamp(review_time), '%Y-%m-%dT%H:%M:%SZ') as created_at,
    created_at as updated_at,
    null as deleted_at,
    year(to_timestamp(review_time)) as review_year,
    month(to_timestamp(review_time)) as review_month
from drawn
"""
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


def reviews_sql(shape: Shape, time: str) -> str:
    """DuckDB's SQL of synthetic reviews by the million, in no order, with times as text.

    Args:
        shape: how many, from which id on, of how many beers, breweries and drinkers.
        time: the SQL of a review's time in seconds since 1970, by its `range`.
    """
    return _REVIEWS.format(
        time=time, first=shape.first_id, size=shape.reviews, beers=shape.beers,
        breweries=shape.breweries, drinkers=shape.drinkers,
    )  # fmt: skip
