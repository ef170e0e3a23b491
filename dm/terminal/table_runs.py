"""What runs did with tables, of this machine or of AWS, and how they are listed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from dm.terminal import worklist
from dm.terminal.output import Row, minute
from runner import periods

_ID = re.compile("[0-9a-f-]{32,36}")


@dataclass(frozen=True)
class TableRun:
    """What an execution, or a run of this machine, did with a table, in which time, in seconds."""

    run: str
    table: str
    outcome: str
    periods: tuple[str, ...]
    started: str
    seconds: float | None
    job_run_id: str | None
    logs: str | None
    error: str | None
    by: str = "the schedule, or dm process"


def rows(runs: Iterable[TableRun]) -> list[Row]:
    """The list of runs: a line for the tables that a run treated alike."""
    alike: dict[tuple[str, str, str, tuple[str, ...], str, float | None], list[str]] = defaultdict(
        list
    )
    for run in runs:
        key = (run.run, run.by, run.outcome, run.periods, run.started, run.seconds)
        alike[key].append(run.table)
    return [
        {
            "started": minute(started),
            "seconds": None if seconds is None else round(seconds),
            "outcome": outcome,
            "tables": worklist.in_words(tables),
            "months": periods.in_words(months),
            "by": by,
            # Enough to name it; JSON and CSV have all of it.
            "run": run[:8] if _ID.fullmatch(run) else run,
        }
        for (run, by, outcome, months, started, seconds), tables in alike.items()
    ]
