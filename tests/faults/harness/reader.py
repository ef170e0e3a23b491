"""Who reads the tables while faults happen, and what may be wrong with what it reads."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import Event, Thread
from typing import TYPE_CHECKING

from pyiceberg.exceptions import ValidationError

from tests.faults.harness.victim import TABLES
from tests.tables import gold, rows

if TYPE_CHECKING:
    from tests.faults.harness.stage import Stage

_PATIENCE = 180

Rows = list[dict[str, object]]


class Reader:
    """Reads main of all tables again and again, and notes each state of each month."""

    def __init__(self, stage: "Stage") -> None:
        self._stage = stage
        self._first = len(stage.states) - 1
        self._seen: dict[str, list[Rows]] = defaultdict(list)
        self._stop = Event()
        self._thread = Thread(target=self._look, daemon=True)

    def half(self) -> int:
        """How many months were in a state that no input of theirs gives."""
        assert self._seen, "nobody has read"
        states = self._stage.states[self._first :]
        return sum(
            month not in [months(state[name]).get(key) for state in states]
            for name, looks in self._seen.items()
            for look in looks
            for key, month in months(look).items()
        )

    @contextmanager
    def reading(self) -> Iterator["Reader"]:
        """Reads while the block lasts."""
        self._thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            self._thread.join(_PATIENCE)

    def _look(self) -> None:
        lake = replace(self._stage.lake)  # with a connection of its own
        last: dict[str, int | None] = {}
        while not self._stop.wait(0.3):
            for name in TABLES:
                with suppress(FileNotFoundError, ValidationError):  # a file that a test damaged
                    now = gold(lake, name).metadata.current_snapshot_id
                    if name not in last or last[name] != now:
                        self._seen[name].append(rows(lake, name))
                        last[name] = now


def months(found: Rows) -> dict[object, Rows]:
    """The rows of each month."""
    by_month = defaultdict(list)
    for row in found:
        by_month[row["review_year"], row["review_month"]].append(row)
    return by_month


def repeated(found: Rows) -> int:
    """How many rows are there that have the key of another one: the first column, in a month."""
    keys = Counter((next(iter(r.values())), r["review_year"], r["review_month"]) for r in found)
    return sum(times - 1 for times in keys.values())
