"""Tells people of control items: what waits, runs or failed, since when, and why."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from dm.terminal.output import minute, rows_out, say
from runner import periods
from runner.control.items import ControlItem, Status, is_claimable, utc_now
from runner.project import tables as known


def tell(items: Iterable[ControlItem]) -> None:
    """Prints a table of items, with a line for those that are alike, and below it what to know."""
    rows, remarks = [], []
    for (status, remark, months), group in sorted(_alike(items, utc_now()).items()):
        tables = in_words({item.table_name for item in group})
        rows.append(
            {
                "tables": tables,
                "status": status,
                "items": len(group),
                "months": months,
                "since": minute(min(item.updated_at for item in group)),
            }
        )
        if remark:
            remarks.append(f"{tables} {months}: {remark}")
    rows_out(rows, "table")
    for remark in remarks:
        say(remark)


def in_words(tables: Iterable[str]) -> str:
    """Names of tables for people: `all 5 tables`, or each of them."""
    names = sorted(set(tables))
    return f"all {len(names)} tables" if names == list(known()) else ", ".join(names)


def _alike(
    items: Iterable[ControlItem], now: datetime
) -> dict[tuple[str, str, str], list[ControlItem]]:
    """Items by status, remark, and the months that their table has with both."""
    by_table = defaultdict(list)
    for item in items:
        by_table[str(item.status), _remark(item, now), item.table_name].append(item)
    found: dict[tuple[str, str, str], list[ControlItem]] = defaultdict(list)
    for (status, remark, _), group in by_table.items():
        found[status, remark, periods.in_words(item.month for item in group)] += group
    return found


def _remark(item: ControlItem, now: datetime) -> str:
    """What to know of an item beside its status; empty for nothing."""
    if item.status is Status.ERROR:
        return f"{item.error_message or 'it does not say why'} (`dm retry` tries it again)"
    if item.status is Status.PENDING:
        return item.error_message or ""
    until = minute(item.lease_expires_at or "")
    if is_claimable(item, now):
        return f"run {item.lease_owner} died, for its lease ended at {until}; the next run goes on"
    return f"run {item.lease_owner} works on it, with a lease until {until}"
