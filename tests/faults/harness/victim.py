"""A run on the lake that DM_LAKE names which meets a fault: POINT FAULT CONTROL.

CONTROL is the file of a SQLite control table, or the name of one on DynamoDB.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from threading import Timer
from typing import Any

from dbt_common.events.base_types import EventMsg

from local.control import SqliteControlTable
from runner.control.dynamodb import DynamoControlTable
from runner.control.items import ControlItem, Outcome
from runner.control.table import ControlTable
from runner.dbt.problems import Problem
from runner.dbt.running import DbtProject
from runner.gold import Published, published
from runner.job import GoldJob

POINTS = (
    "after the claim",
    "after the pin",
    "during the write",
    "after the write",
    "after the tests",
    "after the lease's last check",
    "during the publishing",
    "after the publishing",
    "during the finish",
)
TABLES = ("state_by_review_volume", "top_beers_by_rating")
FAULTS = ("killed", "exception", "hang")
FAULTED = "the fault happens now"
LEASE = timedelta(seconds=3)
_MOMENT = 0.2


class Broken(RuntimeError):
    """A fault that nobody foresaw."""


class Fault:
    """Happens once, when the run is at a point."""

    def __init__(self, point: str, fault: str) -> None:
        self._point = point
        self._fault = fault

    def at(self, point: str, moment: float = 0) -> None:
        """The run is at a point, or will be so in a moment."""
        if point != self._point:
            return
        self._point = ""
        if moment and self._fault != "exception":
            Timer(moment, self._happen).start()
        else:
            self._happen()

    def _happen(self) -> None:
        os.write(1, f"{FAULTED}\n".encode())
        # All of the process group: the run's Java process stops with it, as its machine would.
        if self._fault == "killed":
            os.killpg(0, signal.SIGKILL)
        elif self._fault == "hang":
            os.killpg(0, signal.SIGSTOP)
        else:
            raise Broken("it broke")


class StoppingDbt(DbtProject):
    """The dbt project, where a fault happens at an event."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(progress=print, folder=Path(os.environ["DM_LAKE"]))
        self._fault = fault
        self._built = 0

    def _report(self, event: EventMsg) -> None:
        super()._report(event)
        if event.info.name == "LogStartLine":
            self._fault.at("after the pin")
        elif event.info.name == "LogModelResult":
            self._built += 1
            if self._built == len(TABLES):
                self._fault.at("after the write")
        elif event.info.name == "SQLQuery" and "replace where" in event.data.sql:
            self._fault.at("during the write", _MOMENT)
        elif event.info.name == "SQLQuery" and "call system.fast_forward" in event.data.sql:
            self._fault.at("during the publishing", _MOMENT)


class StoppingControl:
    """A control table where a fault happens when half of the items are settled."""

    def __init__(self, table: ControlTable, fault: Fault) -> None:
        self._table = table
        self._fault = fault

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)

    def finish(self, outcomes: Iterable[tuple[ControlItem, Outcome]]) -> list[ControlItem]:
        """See ControlTable.finish."""
        pairs = list(outcomes)

        def one_by_one() -> Iterable[tuple[ControlItem, Outcome]]:
            for number, pair in enumerate(pairs):
                if number == len(pairs) // 2:
                    time.sleep(_MOMENT)  # DynamoDB's are written by other threads
                    self._fault.at("during the finish")
                yield pair

        return self._table.finish(one_by_one())


def job(control: ControlTable, fault: Fault) -> GoldJob:
    """The gold job, of real parts."""
    dbt = StoppingDbt(fault)

    def build(
        periods: Mapping[str, Collection[str]], run_id: str, publishing: Callable[[], None]
    ) -> dict[str, Problem | None]:
        def checked() -> None:
            fault.at("after the tests")
            publishing()
            fault.at("after the lease's last check")

        return dbt.build(periods, run_id, checked)

    def told(tables: Collection[str]) -> dict[str, Published]:
        fault.at("after the publishing")
        return published(tables)

    return GoldJob(StoppingControl(control, fault), TABLES, build, told, lease=LEASE)


def main(point: str, kind: str, where: str) -> None:
    """Claims all items, and works on them until the fault."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    control = (
        SqliteControlTable(Path(where)) if where.startswith("/") else DynamoControlTable(where)
    )
    fault = Fault(point, kind)
    run = job(control, fault)
    work, _ = run.claim(TABLES)
    fault.at("after the claim")
    run.run(work)


if __name__ == "__main__":
    main(*sys.argv[1:])
