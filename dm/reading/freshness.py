"""Tells how fresh the gold tables are, without Spark: from metadata, or from control items."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.table import Table
from pyiceberg.table.snapshots import ancestors_of

from dm.reading import snapshots
from local.lake import HasCatalog
from local.silver import TABLE
from runner import periods
from runner.control.items import ControlItem, Status
from runner.control.table import SCHEMA


@dataclass(frozen=True)
class Freshness:
    """How fresh a gold table is.

    Attributes:
        table: its name.
        newest: the newest month that has rows.
        published: when a run last published months of it.
        run: that run.
        silver_snapshot_id: the snapshot of silver that the run read.
        silver_written: when that was written; None if it is not kept any more.
        stale: the months whose reviews silver changed after they were built. What a change of the
            table's SQL makes stale is not among them: only dbt can tell.
    """

    table: str
    newest: str | None = None
    published: datetime | None = None
    run: str | None = None
    silver_snapshot_id: int | None = None
    silver_written: datetime | None = None
    stale: tuple[str, ...] = ()


def of(lake: HasCatalog, name: str) -> Freshness:
    """The freshness of a gold table; all but its stale months is None if it was never published."""
    silver, gold = _table(lake, TABLE), _table(lake, (SCHEMA, name))
    kept = {s.snapshot_id: s for s in silver.metadata.snapshots} if silver else {}

    def number(snapshot: int | None) -> float:
        """Silver's snapshots by age; 0 for those that are not kept any more."""
        return kept[snapshot].sequence_number or 0 if snapshot in kept else 0

    changed = {month: number(by) for month, by in _partitions(silver).items()}
    history = ancestors_of(gold.current_snapshot(), gold.metadata) if gold else ()
    states = [s for s in history if snapshots.told(s, "dm.inputs")]
    inputs = snapshots.inputs(states[0]) if states else {}
    builds = [
        (state, months, snapshots.sources(state).get(".".join(TABLE)))
        for state in states
        if (months := snapshots.written_periods(state))
    ]
    # A month that no kept snapshot names was built before the oldest of them.
    oldest = number(builds[-1][2]) if builds else math.inf
    built = dict.fromkeys(inputs, oldest)
    for _, months, read in reversed(builds):
        built |= dict.fromkeys(months, number(read))
    stale = [
        month
        for month in sorted(inputs.keys() | changed.keys())
        if (month in inputs) != (month in changed) or changed[month] > built[month]
    ]
    newest = max(_partitions(gold), default=None)
    if not builds:
        return Freshness(name, newest, stale=tuple(stale))
    last, _, read = builds[0]
    return Freshness(
        table=name,
        newest=newest,
        published=snapshots.written(last),
        run=snapshots.told(last, "dm.run-id"),
        silver_snapshot_id=read,
        silver_written=snapshots.written(kept[read]) if read in kept else None,
        stale=tuple(stale),
    )


def of_items(items: Iterable[ControlItem], name: str) -> Freshness:
    """What control items tell of a table's freshness: months with unsettled items are stale."""
    own = [item for item in items if item.table_name == name]
    done = [item for item in own if item.status is Status.SUCCESS]
    stale = {item.month for item in own if item.status is not Status.SUCCESS}
    last = max(done, key=lambda item: item.finished_at or "", default=None)
    return Freshness(
        table=name,
        newest=max((item.month for item in done if item.record_count), default=None),
        published=datetime.fromisoformat(last.finished_at) if last and last.finished_at else None,
        run=last.lease_owner if last else None,
        stale=tuple(sorted(stale)),
    )


def _table(lake: HasCatalog, name: tuple[str, str]) -> Table | None:
    try:
        return lake.catalog.load_table(name)
    except NoSuchTableError:
        return None


def _partitions(table: Table | None) -> dict[str, int | None]:
    """The months that have rows, with the snapshot that last changed them."""
    if table is None or table.current_snapshot() is None:
        return {}
    return {
        periods.of(part["partition"]["review_year"], part["partition"]["review_month"]): part[
            "last_updated_snapshot_id"
        ]
        for part in table.inspect.partitions().to_pylist()
    }
