"""Reads the table run_history, which each run writes at its end."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.table import Table

from dm.terminal.table_runs import TableRun
from local.control import Attempt
from local.lake import HasCatalog, Lake
from runner.control.items import Status, timestamp
from runner.control.table import SCHEMA

NAME = "run_history"
_BY_A_PERSON = {
    "dropped": "dm drop", "held": "dm hold", "released": "dm release", "rolled back": "dm rollback"
}  # fmt: skip
"""What a person decided, by the status of its row."""


def find(lake: HasCatalog) -> Table | None:
    """The table; None if no run has written it.

    Raises:
        FileNotFoundError: its metadata file is gone.
    """
    try:
        return lake.catalog.load_table((SCHEMA, NAME))
    except NoSuchTableError:
        return None


def warnings(lake: HasCatalog, run: str, table: str) -> set[str]:
    """The tests that only warned of what a run published of a gold table, by name.

    None of a run that is not in run_history, such as one that died at its very end.
    """
    history = find(lake)
    if history is None or "warnings" not in history.schema().column_names:
        return set()
    rows = history.scan("status = 'published'").to_arrow().to_pylist()
    told = (r["warnings"] for r in rows if r["run_id"] == run and r["table_name"] == table)
    return {name for names in told if names for name in names.split(", ")}


def runs(lake: Lake, attempts: Iterable[Attempt], limit: int) -> list[TableRun]:
    """The newest runs of a machine: those that claimed items, and those of dbt alone.

    Args:
        lake: the lake.
        attempts: what runs did with items: they tell of runs that died, which wrote no history.
        limit: how many runs.
    """
    mine: dict[tuple[str, str], list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        mine[attempt.owner, attempt.table].append(attempt)
    found = [_of_attempts(run, table, own) for (run, table), own in mine.items()]
    owners = {run for run, _ in mine}
    found += [_of_row(row) for row in _rows(lake) if row["run_id"] not in owners]
    begun: dict[str, str] = {}
    for one in found:
        begun[one.run] = min(begun.get(one.run, one.started), one.started)
    newest = sorted(begun, key=lambda run: begun[run], reverse=True)[:limit]
    place = {run: number for number, run in enumerate(newest)}
    kept = [one for one in found if one.run in place]
    return sorted(kept, key=lambda one: (place[one.run], one.table))


def _rows(lake: Lake) -> list[dict[str, Any]]:
    if not lake.database.exists():
        return []
    try:
        history = find(lake)
    except FileNotFoundError:
        return []
    rows: list[dict[str, Any]] = history.scan().to_arrow().to_pylist() if history else []
    return rows


def _of_row(row: Mapping[str, Any]) -> TableRun:
    return TableRun(
        run=row["run_id"],
        by=_BY_A_PERSON.get(row["status"], "dbt"),
        table=row["table_name"],
        outcome="SUCCEEDED" if row["status"] == "published" else str(row["status"]).upper(),
        periods=tuple(filter(None, (row["periods"] or "").split(", "))),
        started=timestamp(row["started_at"].astimezone(UTC)),
        seconds=row["duration_seconds"],
        job_run_id=None,
        logs=None,
        error=row["error_message"],
    )


def _of_attempts(run: str, table: str, attempts: Sequence[Attempt]) -> TableRun:
    open_ = [attempt for attempt in attempts if attempt.status == Status.RUNNING]
    error = next((a.error_message for a in attempts if a not in open_ and a.error_message), None)
    if open_:
        alive = all(attempt.alive for attempt in open_)
        outcome, error = ("RUNNING", error) if alive else ("DIED", "it died; the next run goes on")
    else:
        outcome = "FAILED" if error else "SUCCEEDED"
    started = min(attempt.started_at for attempt in attempts)
    over = [attempt.finished_at for attempt in attempts if attempt.finished_at and not open_]
    begun = datetime.fromisoformat(started)
    seconds = (datetime.fromisoformat(max(over)) - begun).total_seconds() if over else None
    return TableRun(
        run=run,
        by="dm process",
        table=table,
        outcome=outcome,
        periods=tuple(sorted({attempt.month for attempt in attempts})),
        started=started,
        seconds=None if seconds is None else round(seconds, 1),
        job_run_id=None,
        logs=None,
        error=error,
    )
