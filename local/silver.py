"""The table of silver in a lake, and how reviews come into it, as the silver job does on AWS."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

import pyarrow as pa
from pyiceberg.exceptions import NoSuchTableError, TableAlreadyExistsError
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.table import Table
from pyiceberg.transforms import IdentityTransform
from sqlalchemy.exc import IntegrityError

from local.lake import SILVER, HasCatalog
from local.loading.errors import LoadOvertaken
from local.loading.files import reading
from local.loading.months import merging, writing
from local.loading.months.merging import Change
from local.loading.months.silver_rows import MONTH, SilverRows
from local.loading.progress import Now
from local.loading.workspace import Workspace, workspace
from local.reviews import SCHEMA
from runner import periods
from runner.errors import DataMasterError
from runner.periods import InvalidPeriod

TABLE = SILVER
DEMO = "dm.demo"
"""The property of a silver that the demo has filled."""

_PERIODS = "dm.periods"
_ATTEMPTS = 10

__all__ = ["DEMO", "TABLE", "Load", "LoadOvertaken", "loads", "merge", "table", "upsert"]


@dataclass(frozen=True)
class Load:
    """What a load did.

    Attributes:
        snapshot_id: the snapshot of silver that it made, if it changed anything.
        periods: the periods that it changed.
        change: how many reviews were new, changed, unchanged or older than what is there.
        told: sentences on what was read, for people.
        refused: sentences on rows that a dry run would refuse.
    """

    snapshot_id: int | None = None
    periods: tuple[str, ...] = ()
    change: Change = field(default_factory=lambda: Change(0, 0, 0, 0, ()))
    told: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


class SilverUnreadable(DataMasterError):
    """Silver is in the catalog, and its metadata is not where that says."""


def find(lake: HasCatalog) -> Table | None:
    """The table `dm_silver.review_flat` of the lake, if it is there.

    Raises:
        SilverUnreadable: its metadata file is gone.
    """
    try:
        return lake.catalog.load_table(TABLE)
    except NoSuchTableError:
        return None
    except FileNotFoundError as error:
        raise SilverUnreadable(
            f"{'.'.join(TABLE)} cannot be read: its metadata file is gone",
            "docs/operations.md says how to repair it.",
        ) from error


def months(lake: HasCatalog) -> list[str]:
    """The months that silver has reviews of, in order; what names none is left out."""
    found = set()
    silver = find(lake)
    parts = silver.inspect.partitions() if silver and silver.current_snapshot() else None
    # Of a snapshot without any file, PyIceberg gives no such column.
    if parts is not None and "partition" in parts.column_names:
        for part in parts["partition"].to_pylist():
            with suppress(InvalidPeriod):
                found.add(periods.of(part["review_year"], part["review_month"]))
    return sorted(found)


def table(lake: HasCatalog) -> Table:
    """The table `dm_silver.review_flat` of the lake; made empty if it is not there."""
    if found := find(lake):
        return found
    by_month = [
        PartitionField(SCHEMA.find_field(name).field_id, 1000 + i, IdentityTransform(), name)
        for i, name in enumerate(MONTH)
    ]
    with suppress(IntegrityError):  # another process made it at the same moment
        lake.catalog.create_namespace_if_not_exists(TABLE[0])
    try:
        return lake.catalog.create_table(TABLE, SCHEMA, partition_spec=PartitionSpec(*by_month))
    except TableAlreadyExistsError:
        return lake.catalog.load_table(TABLE)


def upsert(lake: HasCatalog, incoming: pa.Table) -> Load:
    """Puts reviews into silver by review_id, in one commit that rewrites only the changed months.

    Args:
        lake: the lake.
        incoming: reviews in ARROW_SCHEMA, one row per review_id. A review that is there already
            is replaced, unless it is older, and may move to another month; one that is there
            unchanged changes nothing.

    Raises:
        LoadOvertaken: others changed silver again and again; nothing was loaded.
    """
    with workspace(lake) as work:
        work.db.register("given", incoming)
        work.db.execute(
            f"create table incoming as select {reading.NAMES} from given"  # noqa: S608
            f" order by {', '.join(MONTH)}"
        )
        return merge(lake, work)


def merge(
    lake: HasCatalog, work: Workspace, now: Now = lambda text: None, *, dry_run: bool = False
) -> Load:
    """Puts the reviews of the table `incoming` into silver; see upsert.

    It counts on the whole of silver to be as it read it: if it is not, it begins anew.
    """
    for _ in range(_ATTEMPTS):
        silver = find(lake) if dry_run else table(lake)
        rows = SilverRows(silver)
        change = merging.compare(work.db, rows, now)
        names = tuple(periods.of(*month) for month in change.months)
        if silver is None or dry_run or not names:
            return Load(None, names, change)
        merging.keep_other_columns(work.db, rows)
        try:
            snapshot = _write(silver, work, rows, change, now)
        except writing.Overtaken:
            now("silver was changed meanwhile: comparing again")
            continue
        return Load(snapshot, names, change)
    raise LoadOvertaken(
        "Other loads changed silver while this one was at work; nothing of this one is loaded",
        "Run it again.",
    )


def loads(lake: HasCatalog) -> list[Load]:
    """All loads that made a snapshot of the lake's silver that is still there."""
    silver = find(lake)
    told = [
        (snapshot.snapshot_id, snapshot.summary[_PERIODS])
        for snapshot in (silver.metadata.snapshots if silver else [])
        if snapshot.summary and snapshot.summary[_PERIODS]
    ]
    return [Load(snapshot_id, tuple(names.split(","))) for snapshot_id, names in told if names]


def _write(silver: Table, work: Workspace, rows: SilverRows, change: Change, now: Now) -> int:
    written, gone = [], []
    try:
        for number, month in enumerate(change.months, 1):
            now(f"writing month {number} of {len(change.months)}")
            select = merging.month_after(work.db, rows, month)
            if file := writing.write_month(silver, work.db, month, select):
                written.append(file)
            gone += rows.files(month)
    except BaseException:
        writing.remove(silver, (file.file_path for file in written))
        raise
    now("committing")
    names = ",".join(periods.of(*month) for month in change.months)
    return writing.commit(silver, gone, written, {_PERIODS: names})
