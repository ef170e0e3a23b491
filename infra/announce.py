"""Lets the next daily execution look at each table once, after a deployment of other code."""

from collections.abc import Collection

from runner.control.announce import announce
from runner.control.items import Status
from runner.control.table import ControlTable


def announce_version(control: ControlTable, tables: Collection[str], version: str) -> int:
    """Adds a pending item for the newest month of each table.

    The job that works on it finds all months that the new code makes stale, and builds them; where
    the code of the table is what it was, it settles the item without building anything.

    Args:
        control: the control table.
        tables: those of the version. One that was never built has no newest month, and no item.
        version: what the items name as their reason.

    Returns:
        How many items.
    """
    newest: dict[str, str] = {}
    for item in control.items(Status.SUCCESS):
        if item.table_name in tables:
            newest[item.table_name] = max(item.month, newest.get(item.table_name, ""))
    reasons = {table: {month: f"deployed {version}"} for table, month in newest.items()}
    return len(announce(control, reasons))
