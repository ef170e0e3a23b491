"""Tells how fresh the gold tables are: from metadata and dbt's plans, or from control items."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.table import Table

from dm.reading.past import snapshots
from dm.reading.show import months
from dm.reading.stale.plans import Plans
from local.lake import HasCatalog
from local.silver import TABLE
from runner.control.items import UNSETTLED, ControlItem, Status
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
        stale: the months that a run would build now; None if dbt cannot tell.
        why: for each of them, the reason.
        held: the months that somebody holds, so that no run builds them.
    """

    table: str
    newest: str | None = None
    published: datetime | None = None
    run: str | None = None
    silver_snapshot_id: int | None = None
    silver_written: datetime | None = None
    stale: tuple[str, ...] | None = ()
    why: Mapping[str, str] = field(default_factory=dict)
    held: Mapping[str, snapshots.Held] = field(default_factory=dict)


def of(lake: HasCatalog, name: str, plans: Plans) -> Freshness:
    """The freshness of a gold table; all but its stale months is None if it was never published."""
    why, held = plans.why.get(name, {}), plans.held.get(name, {})
    stale = None if plans.problem else tuple(why)
    try:
        silver, gold = _table(lake, TABLE), _table(lake, (SCHEMA, name))
    except FileNotFoundError:  # dbt's plans say so, or the run that meets it
        return Freshness(name, stale=stale, why=why)
    kept = {s.snapshot_id: s for s in silver.metadata.snapshots} if silver else {}
    history = snapshots.of_main(gold) if gold else []
    last = next((s for s in history if snapshots.published_periods(s)), None)
    newest = max(months(gold, gold.metadata.current_snapshot_id), default=None) if gold else None
    if last is None:
        return Freshness(name, newest, stale=stale, why=why, held=held)
    read = snapshots.sources(last).get(".".join(TABLE))
    return Freshness(
        table=name,
        newest=newest,
        published=snapshots.written(last),
        run=snapshots.told(last, "dm.run-id"),
        silver_snapshot_id=read,
        silver_written=snapshots.written(kept[read]) if read in kept else None,
        stale=stale,
        why=why,
        held=held,
    )


def of_items(items: Iterable[ControlItem], name: str) -> Freshness:
    """What control items tell of a table's freshness: months with unsettled items are stale."""
    own = [item for item in items if item.table_name == name]
    done = [item for item in own if item.status is Status.SUCCESS]
    stale = {item.month for item in own if item.status in UNSETTLED}
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
