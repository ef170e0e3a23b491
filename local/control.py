"""The control table of one machine: a SQLite file, safe for several processes."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from local.processes.owners import Owners
from runner.control.items import (
    ControlItem,
    Outcome,
    Status,
    claimed,
    freed,
    is_claimable,
    mended,
    renewed,
    settled,
    timestamp,
    utc_now,
    withdrawn,
)
from runner.control.table import SCHEMA, ControlTableUnavailable


@dataclass(frozen=True)
class Attempt:
    """What a run did with an item; its status is RUNNING while no end is known.

    Attributes:
        owner: the run.
        table, month: the item's.
        started_at, finished_at: ISO-8601 texts in UTC.
        status: how the run left the item.
        error_message: what failed.
        alive: whether the run may still be at work.
    """

    owner: str
    table: str
    month: str
    started_at: str
    finished_at: str | None
    status: str
    error_message: str | None
    alive: bool


_FIELDS = [field.name for field in fields(ControlItem)]
_COLUMNS = ", ".join(_FIELDS)
_VALUES = ", ".join("?" * len(_FIELDS))
_CREATE = f"""
create table if not exists control_items ({_COLUMNS}, primary key (control_id));
create index if not exists schema_status on control_items (schema_name, status);
create table if not exists attempts
    (lease_owner, table_name, month, control_id, started_at, finished_at, status, error_message,
    primary key (lease_owner, control_id));
create trigger if not exists note_attempt after update on control_items
    when new.schema_name = '{SCHEMA}' and 'running' in (old.status, new.status)
    begin
        insert or replace into attempts values (new.lease_owner, new.table_name,
            new.review_year || '-' || substr('0' || new.review_month, -2), new.control_id,
            new.started_at, new.finished_at, new.status, new.error_message);
    end;
"""
# The names are those of the dataclass above, never input.
_SELECT = f"select {_COLUMNS} from control_items where schema_name = ? and status = ?"
_INSERT = f"insert or ignore into control_items ({_COLUMNS}) values ({_VALUES})"
# A run that is not the item's any more has lost it, so it was dead.
_ATTEMPTS = """
select a.lease_owner, a.table_name, a.month, a.started_at, a.finished_at, a.status,
    a.error_message, i.lease_owner = a.lease_owner and i.status = 'running'
from attempts as a left join control_items as i on i.control_id = a.control_id
order by a.started_at desc, a.lease_owner, a.table_name, a.month
"""
_UPDATE = f"update control_items set ({_COLUMNS}) = ({_VALUES}) where control_id = ?"
_HELD = "status = 'running' and lease_owner = ?"


class SqliteControlTable:
    """A `ControlTable` in the SQLite file `path`, which is made at the first use."""

    def __init__(self, path: Path, clock: Callable[[], datetime] = utc_now) -> None:
        self._path = path
        self._clock = clock
        self._owners = Owners(path)

    def items(self, *statuses: Status, most: int | None = None) -> list[ControlItem]:
        """See ControlTable.items."""
        if not self._path.exists():  # who only looks makes nothing
            return []
        with self._database() as database:
            rows = [
                row
                for status in statuses
                for row in database.execute(
                    f"{_SELECT} limit ?", (SCHEMA, status, -1 if most is None else most)
                )
            ]
        found = [_item(row) for row in rows]
        return sorted(found, key=lambda item: (item.created_at, item.control_id))

    def enqueue(self, items: Iterable[ControlItem]) -> None:
        """See ControlTable.enqueue."""
        with self._database() as database:
            database.executemany(_INSERT, map(astuple, items))

    def copy(self, to: Path) -> None:
        """Copies the file, which is safe beside a writer, as a copy of another kind is not."""
        with self._database() as before, closing(sqlite3.connect(to)) as after:
            before.backup(after)

    def attempts(self) -> list[Attempt]:
        """What each run did with each item, newest first; items know of their last run alone."""
        if not self._path.exists():
            return []
        with self._database() as database:
            rows = database.execute(_ATTEMPTS).fetchall()
        return [
            Attempt(*(*row[:-1], bool(row[-1]) and not self._owners.is_dead(row[0])))
            for row in rows
        ]

    def claimable(self) -> list[ControlItem]:
        """See ControlTable.claimable."""
        return [
            item
            for item in self.items(Status.PENDING, Status.RUNNING)
            if is_claimable(item, self._clock()) or self._owners.is_dead(item.lease_owner)
        ]

    def claim(
        self, items: Iterable[ControlItem], owner: str, lease: timedelta
    ) -> list[ControlItem]:
        """See ControlTable.claim."""
        now, found = self._clock(), list(items)
        self._owners.live(owner)
        dead = {item.lease_owner for item in found if self._owners.is_dead(item.lease_owner)}
        expired = "coalesce(lease_expires_at, '') < ?"
        if dead:
            expired += f" or lease_owner in ({', '.join('?' * len(dead))})"
        mine = self._update(
            (claimed(item, owner, lease, now) for item in found),
            f"(status = 'pending' or (status = 'running' and ({expired})))"
            # Another run may have claimed and failed since the item was read: that attempt counts.
            " and attempt_count = ?",
            lambda mine: (timestamp(now), *dead, mine.attempt_count - 1),
        )
        self._owners.forget({item.lease_owner for item in self.items(Status.RUNNING)})
        return mine

    def renew(self, items: Iterable[ControlItem], lease: timedelta) -> list[ControlItem]:
        """See ControlTable.renew."""
        now = self._clock()
        return self._update((renewed(item, lease, now) for item in items), _HELD, _owner)

    def finish(self, outcomes: Iterable[tuple[ControlItem, Outcome]]) -> list[ControlItem]:
        """See ControlTable.finish."""
        now = self._clock()
        return self._update((settled(*pair, now) for pair in outcomes), _HELD, _owner)

    def retry(self, items: Iterable[ControlItem]) -> list[ControlItem]:
        """See ControlTable.retry."""
        now = self._clock()
        return self._update((freed(item, now) for item in items), "status = 'error'")

    def withdraw(self, items: Iterable[ControlItem]) -> list[ControlItem]:
        """See ControlTable.withdraw."""
        now, found = self._clock(), list(items)
        return [
            item
            for status in (Status.PENDING, Status.ERROR)
            for item in self._update(
                (withdrawn(item, now) for item in found if item.status is status),
                f"status = '{status}'",
            )
        ]

    def mend(self, items: Iterable[ControlItem]) -> list[ControlItem]:
        """See ControlTable.mend."""
        now = self._clock()
        return self._update((mended(item, now) for item in items), "status = 'error'")

    def _update(
        self,
        items: Iterable[ControlItem],
        condition: str,
        values: Callable[[ControlItem], tuple[object, ...]] = lambda _: (),
    ) -> list[ControlItem]:
        """Writes those items that meet a condition, which may have values; gives them back."""
        with self._database() as database:
            return [
                item
                for item in items
                if database.execute(
                    f"{_UPDATE} and schema_name = ? and {condition}",
                    (*astuple(item), item.control_id, SCHEMA, *values(item)),
                ).rowcount
            ]

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=30)) as database, database:
                database.executescript(_CREATE)
                yield database
        except (OSError, sqlite3.Error) as error:
            raise ControlTableUnavailable(f"{self._path}: {error}", _what_to_do(error)) from error


def _what_to_do(error: Exception) -> str:
    told = str(error)
    if "locked" in told:
        return "Another process writes to it for long: try again when that has ended."
    if "not a database" in told or "malformed" in told:
        return (
            "Bring it back from a copy; or move it away, and `dm process` asks anew for what loads"
            " have changed."
        )
    return "Look whether the disk has room, and who may write there."


def _owner(item: ControlItem) -> tuple[object, ...]:
    return (item.lease_owner,)


def _item(row: tuple[Any, ...]) -> ControlItem:
    item = ControlItem(*row)
    return replace(item, status=Status(item.status))
