"""Tells people of control items: what waits, runs or failed, since when, and why."""

from collections import defaultdict
from collections.abc import Container, Iterable

from dm.terminal.output import minute, rows_out, say
from runner import periods
from runner.control.items import ControlItem, Status
from runner.project import tables as known


def tell(items: Iterable[ControlItem], free: Iterable[ControlItem] = ()) -> None:
    """Prints a table of items, with a line for those that are alike, and below it what to know.

    Args:
        items: the items.
        free: those that the next run can claim: see ControlTable.claimable.
    """
    rows, remarks = [], []
    alike = _alike(items, {item.control_id for item in free})
    for (status, remark, months), group in sorted(alike.items()):
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
    items: Iterable[ControlItem], free: Container[str]
) -> dict[tuple[str, str, str], list[ControlItem]]:
    """Items by status, remark, and the months that their table has with both."""
    by_table = defaultdict(list)
    for item in items:
        by_table[str(item.status), _remark(item, free), item.table_name].append(item)
    found: dict[tuple[str, str, str], list[ControlItem]] = defaultdict(list)
    for (status, remark, _), group in by_table.items():
        found[status, remark, periods.in_words(item.month for item in group)] += group
    return found


def _remark(item: ControlItem, free: Container[str]) -> str:
    """What to know of an item beside its status; empty for nothing."""
    if item.status is Status.ERROR:
        gone = item.table_name not in known()
        do = "`dm withdraw` takes it off the list" if gone else "`dm retry` tries it again"
        why = (item.error_message or "it does not say why").partition(": `dm withdraw`")[0]
        if not gone and why.startswith("there is no gold table"):
            why = "its model was not there when a run met it"
        return f"{why} ({do})"
    if item.status is Status.PENDING:
        return item.error_message or ""
    if item.control_id in free:
        return f"run {item.lease_owner} died; the next run goes on"
    until = minute(item.lease_expires_at or "")
    return f"run {item.lease_owner} works on it, with a lease until {until}"
