"""Drops a gold table from the catalog of a lake, and says so in run_history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pyarrow as pa

from dm.reading import run_history
from dm.reading.show import NothingToShow, Unreadable, gold_table, months
from dm.terminal.user import user
from local.lake import Lake
from runner import periods
from runner.control.items import Outcome, Status
from runner.control.table import SCHEMA, ControlTable
from runner.project import tables


def look(lake: Lake, name: str) -> str:
    """A sentence about a table that somebody wants to drop.

    Raises:
        NothingToShow: there is no such table.
    """
    known = lake.catalog.list_tables(SCHEMA) if lake.catalog.namespace_exists(SCHEMA) else []
    if (SCHEMA, name) not in known or name == run_history.NAME:
        raise NothingToShow(
            f"There is no gold table {name[:60]!r} to drop", "`dm status` lists the project's."
        )
    again = "the next run builds it anew" if name in tables() else "it has no model any more"
    try:
        table = gold_table(lake, name)
    except Unreadable:
        return f"{name} cannot be read: its metadata is gone; {again}."
    there = months(table, table.metadata.current_snapshot_id)
    which = f"rows of {periods.in_words(there)}" if there else "no rows"
    return f"{name} can be read, and has {which}; {again}."


def dropped(
    lake: Lake, name: str, control: ControlTable, because: str, tell: Callable[[str], None]
) -> None:
    """Drops a table, settles what waits for it if it has no model, and writes run_history."""
    lake.catalog.drop_table((SCHEMA, name))
    tell(f"{name} is dropped.")
    said = f"dropped by {user()}{f': {because}' if because else ''}"
    run = uuid4().hex
    if name not in tables():
        waiting = [item for item in control.claimable() if item.table_name == name]
        mine = control.claim(waiting, run, timedelta(minutes=1))
        control.finish((item, Outcome(Status.SUCCESS, f"the table was {said}")) for item in mine)
        if mine:
            tell(f"{len(mine)} control items that waited for it are settled.")
    _write_history(lake, name, run, said)


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
        "status": "dropped",
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
