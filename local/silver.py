"""Loads reviews into the local silver, as the silver job does on AWS."""

import warnings
from collections import defaultdict
from dataclasses import dataclass

import duckdb
import pyarrow as pa
from pyiceberg.exceptions import CommitFailedException, ValidationException
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.table import Table
from pyiceberg.transforms import IdentityTransform

from local.lake import HasCatalog
from local.reviews import ARROW_SCHEMA, SCHEMA
from runner import periods
from runner.errors import DataMasterError

TABLE = ("dm_silver", "review_flat")
_MONTH = ("review_year", "review_month")
_PERIODS = "dm.periods"

_CHANGED_MONTHS = """
with

changed as (

    select * from incoming
    except
    select * from present

),

replaced as (

    select present.* from present
    inner join changed using (review_id)

),

touched as (

    select review_year, review_month from changed
    union
    select review_year, review_month from replaced

)

select * from touched order by all
"""

_MONTHS_AFTER = """
with

kept as (

    select * from present
    anti join incoming using (review_id)

),

after_load as (

    select * from kept
    union all
    select * from incoming

)

select after_load.* from after_load
inner join changed_months using (review_year, review_month)
order by review_year, review_month, review_id
"""


class LoadOvertaken(DataMasterError):
    """Another load committed first."""


@dataclass(frozen=True)
class Load:
    """What a load did: the silver snapshot that it made, and the periods that it changed."""

    snapshot_id: int | None = None
    periods: tuple[str, ...] = ()


def table(lake: HasCatalog) -> Table:
    """The table `dm_silver.review_flat` of the lake; made empty if it is not there."""
    lake.catalog.create_namespace_if_not_exists(TABLE[0])
    by_month = [
        PartitionField(SCHEMA.find_field(name).field_id, 1000 + i, IdentityTransform(), name)
        for i, name in enumerate(_MONTH)
    ]
    return lake.catalog.create_table_if_not_exists(
        TABLE, SCHEMA, partition_spec=PartitionSpec(*by_month)
    )


def upsert(lake: HasCatalog, incoming: pa.Table) -> Load:
    """Puts reviews into silver by review_id, in one commit that rewrites only the changed months.

    Args:
        lake: the lake.
        incoming: reviews in ARROW_SCHEMA, one row per review_id. A review that is there already
            is replaced, and may move to another month; one that is there unchanged changes nothing.

    Raises:
        LoadOvertaken: silver was changed meanwhile; nothing was loaded.
    """
    silver = table(lake)
    present = _months_with(silver, incoming)
    with duckdb.connect() as db:
        db.execute("set timezone = 'UTC'")
        db.register("incoming", incoming)
        db.register("present", present)
        db.execute(f"create table changed_months as {_CHANGED_MONTHS}")
        months = db.sql("from changed_months").fetchall()
        if not months:
            return Load()
        after = db.sql(_MONTHS_AFTER).to_arrow_table().cast(ARROW_SCHEMA)
    names = tuple(periods.of(*month) for month in months)
    properties = {_PERIODS: ",".join(names)}
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Delete operation did not match any records")
            silver.overwrite(after, _in_months(months), snapshot_properties=properties)
    except (CommitFailedException, ValidationException) as error:
        raise LoadOvertaken(
            "Another load changed silver while this one was at work; nothing of this one is loaded",
            "Run it again.",
        ) from error
    snapshot = silver.current_snapshot()
    return Load(snapshot.snapshot_id if snapshot else None, names)


def last_load(lake: HasCatalog) -> Load:
    """The newest change of the lake's silver, if it was a load: its snapshot tells the periods."""
    snapshot = table(lake).current_snapshot()
    told = snapshot.summary[_PERIODS] if snapshot and snapshot.summary else None
    if snapshot is None or not told:
        return Load()
    return Load(snapshot.snapshot_id, tuple(told.split(",")))


def _months_with(silver: Table, incoming: pa.Table) -> pa.Table:
    """All rows of the months that hold one of the incoming reviews, or will."""
    keys = silver.scan(selected_fields=("review_id", *_MONTH)).to_arrow()
    with duckdb.connect() as db:
        db.register("keys", keys)
        db.register("incoming", incoming.select(["review_id", *_MONTH]))
        months = db.sql(
            "select review_year, review_month from incoming union "
            "select review_year, review_month from keys semi join incoming using (review_id)"
        ).fetchall()
    return silver.scan(row_filter=_in_months(months)).to_arrow()


def _in_months(months: list[tuple[int, int]]) -> str:
    # One term a year: PyIceberg tries each term on each file.
    by_year = defaultdict(list)
    for year, month in months:
        by_year[year].append(str(month))
    return " or ".join(
        f"(review_year = {year} and review_month in ({', '.join(several)}))"
        for year, several in by_year.items()
    )
