"""Drops a gold table from the catalog of a lake, and says so in run_history."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pyarrow as pa
from pyiceberg.exceptions import NoSuchTableError

from dm.reading.past import run_history, snapshots
from dm.reading.show import NothingToShow, Unreadable, gold_table, months
from local import damage
from local.lake import Lake
from local.uris import path_of
from local.user import user
from runner import periods
from runner.control.items import ControlItem, Outcome, Status
from runner.control.table import SCHEMA, ControlTable
from runner.dbt.messages import count
from runner.project import tables

_DROPPED = "dropped"


def look(lake: Lake, name: str, control: ControlTable) -> str:
    """A sentence about a table that somebody wants to drop.

    Raises:
        NothingToShow: there is no such table, nor anything left to do for one that was dropped.
    """
    again = "the next run builds it anew" if name in tables() else "it has no model any more"
    if not _in_catalog(lake, name):
        if not _waiting(name, control) and _is_told(lake, name):
            raise NothingToShow(
                f"There is no gold table {name[:60]!r} to drop", "`dm status` lists the project's."
            )
        return f"{name} is out of the catalog, and the rest of its drop was not done; {again}."
    try:
        table = gold_table(lake, name)
    except Unreadable:
        lost = "what was held of it is forgotten"
        return f"{name} cannot be read: its metadata is gone; {again}, and {lost}."
    faults = damage.of_now(table)
    if any(not fault.month for fault in faults):
        return f"{damage.damaged((SCHEMA, name), faults).message}; {again}."
    there = months(table, table.metadata.current_snapshot_id)
    which = f"rows of {periods.in_words(there)}" if there else "no rows"
    held = snapshots.held(table, snapshots.of_main(table))
    forgotten = f" Held are {periods.in_words(held)}: that is forgotten." if held else ""
    stay = "" if name in tables() else f" Its files stay in {path_of(table.location())}."
    if faults:
        told = damage.damaged((SCHEMA, name), faults)
        return f"{told.message}. It has {which}; {again}.{forgotten}{stay}\n{told.hint}"
    return f"{name} can be read, and has {which}; {again}.{forgotten}{stay}"


def dropped(
    lake: Lake, name: str, control: ControlTable, because: str, tell: Callable[[str], None]
) -> None:
    """Drops a table, settles what waits for it if it has no model, and writes run_history.

    Called once more, it does what a crash has left undone.
    """
    if _in_catalog(lake, name):
        with suppress(NoSuchTableError):  # somebody else has, at this moment
            lake.catalog.drop_table((SCHEMA, name))
    tell(f"{name} is dropped.")
    said = f"dropped by {user()}{f': {because}' if because else ''}"
    run = uuid4().hex
    if name in tables():  # what failed may have failed for what was wrong with the table
        control.retry(item for item in control.items(Status.ERROR) if item.table_name == name)
    waiting = _waiting(name, control)
    mine = control.claim(waiting, run, timedelta(minutes=1))
    control.finish((item, Outcome(Status.SUCCESS, f"the table was {said}")) for item in mine)
    if settled := len(mine) + len(control.withdraw(waiting)):
        tell(f"Settled: {count(settled, 'control item')} that waited for it or gave up.")
    _write_history(lake, name, run, said)


def _in_catalog(lake: Lake, name: str) -> bool:
    known = lake.catalog.list_tables(SCHEMA) if lake.catalog.namespace_exists(SCHEMA) else []
    return (SCHEMA, name) in known and name != run_history.NAME


def _waiting(name: str, control: ControlTable) -> list[ControlItem]:
    """The items that no run will ever build, for the table has no model; also what gave up."""
    if name in tables():
        return []
    found = (*control.claimable(), *control.items(Status.ERROR))
    return [item for item in found if item.table_name == name]


def _is_told(lake: Lake, name: str) -> bool:
    """Whether run_history ends with the drop of a table, or has nothing of it."""
    try:
        history = run_history.find(lake)
    except FileNotFoundError:
        return True
    rows = history.scan().to_arrow().to_pylist() if history else []
    mine = [row for row in rows if row["table_name"] == name]
    newest = max(mine, key=lambda row: row["finished_at"], default=None)
    return newest is None or newest["status"] == _DROPPED


def _write_history(lake: Lake, name: str, run: str, said: str) -> None:
    try:
        history = run_history.find(lake)
    except FileNotFoundError:
        return
    if history is None:
        return
    now = datetime.now(UTC)
    row = {
        "run_id": run,
        "table_name": name,
        "status": _DROPPED,
        "periods": "",
        "period_count": 0,
        "error_message": said,
        "tests_passed": 0,
        "started_at": now,
        "finished_at": now,
        "duration_seconds": 0.0,
        "invocation_id": run,
        "target": "local",
    }
    schema = history.schema().as_arrow()
    history.append(pa.Table.from_pylist([{n: row.get(n) for n in schema.names}], schema=schema))
