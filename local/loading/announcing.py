"""Announces what a load changed: a pending control item for each gold table and month."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from local.lake import Lake
from runner.control.announce import waiting_item
from runner.control.items import ControlItem, Status, timestamp
from runner.control.table import ControlTable

if TYPE_CHECKING:
    from local.lake import HasCatalog
    from local.silver import Load


def announce(control: ControlTable, tables: Collection[str], load: Load) -> None:
    """Adds the items of a load; those that are there already stay as they are."""
    control.enqueue(_items(tables, load))


def announce_missed(lake: HasCatalog, control: ControlTable, tables: Collection[str]) -> set[str]:
    """Adds the items of loads that ended before they announced their months.

    Returns:
        The months that are announced now.

    Raises:
        SilverUnreadable: nobody can tell.
    """
    items = missed(lake, control, tables)
    if items:
        control.enqueue(items)
    return {item.month for item in items}


def missed(lake: HasCatalog, control: ControlTable, tables: Collection[str]) -> list[ControlItem]:
    """The items that loads have not announced; see announce_missed."""
    from local import silver  # Arrow and Iceberg are slow to import

    if isinstance(lake, Lake) and not lake.database.exists():  # who only looks makes nothing
        return []
    there = {item.control_id for item in control.items(*Status)}
    known: set[str] = set()
    found = []
    for load in silver.loads(lake):
        items = list(_items(tables, load))
        known |= {item.table_name for item in items if item.control_id in there}
        told = {item.month for item in items if item.control_id in there}
        found += [
            item
            for item in items
            if item.control_id not in there
            # A table that is younger than a load has none of its items, and needs none.
            and (item.table_name in known or item.month not in told)
        ]
    return found


def _items(tables: Collection[str], load: Load) -> Iterator[ControlItem]:
    now = timestamp()
    for period in load.periods:
        for table in tables:
            yield waiting_item(
                # The same load gives the same ids, so what is announced twice is there once.
                f"{load.snapshot_id}-{table}-{period}",
                f"silver/review_flat/{load.snapshot_id}/{period}",
                table,
                period,
                now,
            )
