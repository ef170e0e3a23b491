"""Finds the state of a gold table that a person means: at a time, after a run, a snapshot."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from pyiceberg.table import Table

from dm.reading.past import snapshots
from dm.reading.show import NothingToShow, Unreadable, gold_table
from local.lake import Lake
from runner.control.table import SCHEMA
from runner.project import tables

_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?")


class NoState(NothingToShow):
    """A table has no state of that time, run, snapshot or branch."""


def snapshot_of(table: Table, name: str, as_of: str | None) -> int | None:
    """The snapshot of a table that a text means.

    Args:
        table: the table.
        name: its name, for messages.
        as_of: a time in UTC (2010-12-31, 2010-12-31 07:00), for what readers saw then; a run, or
            the beginning of its id, for what it published; a snapshot; a branch; None for now.

    Raises:
        NoState: there is none, or it is not kept any more.
    """
    if as_of is None:
        return table.metadata.current_snapshot_id
    text = as_of.strip()
    if _TIME.fullmatch(text):
        return _at(table, name, _time(text))
    refs = table.metadata.refs
    if text in refs:
        return refs[text].snapshot_id
    if text.isdigit() and table.snapshot_by_id(int(text)):
        return int(text)
    history = snapshots.of_main(table)
    of_run = [s for s in history if text and snapshots.told(s, "dm.run-id") == text]
    if not of_run and text:
        of_run = [s for s in history if snapshots.told(s, "dm.run-id").startswith(text)]
        if len({snapshots.told(s, "dm.run-id") for s in of_run}) > 1:
            raise NoState(f"Several runs of {name} begin with {text}", "Give more of its id.")
    if not of_run:
        raise NoState(
            f"{name} has no run, snapshot or branch {text[:60]!r} any more, nor is it a time",
            f"A time is such as 2010-12-31 07:00, in UTC; dm runs and dm explain name runs."
            f"{_kept(table)}",
        )
    return of_run[0].snapshot_id


def must_have_branch(table: Table, name: str, branch: str) -> None:
    """Tells whether a table has a branch.

    Raises:
        NoState: it has not.
    """
    if branch not in table.metadata.refs:
        others = sorted(ref for ref in table.metadata.refs if ref != "main")
        raise NoState(
            f"{SCHEMA}.{name} has no branch {branch!r}",
            f"It has {', '.join(others)}." if others else "It has no branch but main.",
        )


def moment_of(lake: Lake, as_of: str | None) -> str | None:
    """What a text means for all tables at once: the time of a run or snapshot of any of them.

    Raises:
        NoState: no table has such a run or snapshot.
    """
    if as_of is None or _TIME.fullmatch(as_of.strip()):
        return as_of
    found = []
    problem: NoState | None = None
    for name in tables():
        try:
            table = gold_table(lake, name)
            snapshot = snapshot_of(table, name, as_of)
        except NoState as error:
            problem = error
        except (NothingToShow, Unreadable):
            continue
        else:
            seen = [
                e.timestamp_ms for e in table.metadata.snapshot_log if e.snapshot_id == snapshot
            ]
            found += seen[:1]
    if not found:
        raise problem or NoState(
            f"No table has a run or snapshot {as_of[:60]!r}", "`dm runs` lists the runs."
        )
    return datetime.fromtimestamp(max(found) / 1000, UTC).isoformat()


def _at(table: Table, name: str, time: datetime) -> int | None:
    """What readers saw at a time: as main was then, whenever its rows were written."""
    log = table.metadata.snapshot_log
    seen = [entry for entry in log if entry.timestamp_ms <= time.timestamp() * 1000]
    if not seen or table.snapshot_by_id(seen[-1].snapshot_id) is None:
        raise NoState(f"{name} of {time:%Y-%m-%d %H:%M} UTC is not kept", _kept(table).strip())
    return seen[-1].snapshot_id


def _kept(table: Table) -> str:
    log = [e for e in table.metadata.snapshot_log if table.snapshot_by_id(e.snapshot_id)]
    if not log:
        return ""
    first = datetime.fromtimestamp(log[0].timestamp_ms / 1000, UTC)
    return f" The table is kept since {first:%Y-%m-%d %H:%M} UTC."


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise NoState(f"{text!r} is no time: {error}") from error
    return time if time.tzinfo else time.replace(tzinfo=UTC)
