"""Announces months that nobody asked for and dbt finds stale: see the macro stale_periods."""

from collections.abc import Mapping
from uuid import uuid4

from runner.control.items import UNSETTLED, ControlItem, timestamp
from runner.control.table import SCHEMA, ControlTable


def waiting_item(
    control_id: str, object_key: str, table: str, period: str, now: str
) -> ControlItem:
    """A new item of a gold table's month, such as 2010-12; `now` is an ISO-8601 text in UTC."""
    return ControlItem(control_id, object_key, SCHEMA, table, period[:4], period[5:], now, now)


def announce(control: ControlTable, stale: Mapping[str, Mapping[str, str]]) -> list[ControlItem]:
    """Adds a pending item for each stale month that has none, and gives the items.

    What silver announces later all the same is settled then without a build.

    Args:
        control: the control table.
        stale: for each table its stale months, each with the reason. A month that waits, runs or
            was given up has an item already.
    """
    now = timestamp()
    items = [
        waiting_item(f"stale-{uuid4().hex}", f"stale/{reason}", table, period, now)
        for table, months in unasked(control, stale).items()
        for period, reason in months.items()
    ]
    if items:
        control.enqueue(items)
    return items


def unasked(
    control: ControlTable, stale: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """The stale months of which no item waits, runs or was given up, each with the reason."""
    if not any(stale.values()):
        return {}
    known = {(item.table_name, item.month) for item in control.items(*UNSETTLED)}
    left = {
        table: {month: why for month, why in months.items() if (table, month) not in known}
        for table, months in stale.items()
    }
    return {table: months for table, months in left.items() if months}
