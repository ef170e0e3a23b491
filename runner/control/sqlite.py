"""The control table of one machine: a SQLite file, safe for several processes."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from runner.control.items import ControlItem, Outcome, Status, claimed, freed, settled, timestamp
from runner.control.table import SCHEMA, ControlTableUnavailable

_FIELDS = [field.name for field in fields(ControlItem)]
_COLUMNS = ", ".join(_FIELDS)
_VALUES = ", ".join("?" * len(_FIELDS))
_CREATE = f"""
create table if not exists control_items ({_COLUMNS}, primary key (control_id));
create index if not exists schema_status on control_items (schema_name, status);
"""
# The names are those of the dataclass above, never input.
_SELECT = f"select {_COLUMNS} from control_items where schema_name = ? and status = ?"
_INSERT = f"insert or ignore into control_items ({_COLUMNS}) values ({_VALUES})"
_UPDATE = f"update control_items set ({_COLUMNS}) = ({_VALUES}) where control_id = ?"


class SqliteControlTable:
    """A `ControlTable` in the SQLite file `path`, which is made at the first use."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def items(self, *statuses: Status) -> list[ControlItem]:
        """See ControlTable.items."""
        with self._database() as database:
            rows = [
                row for status in statuses for row in database.execute(_SELECT, (SCHEMA, status))
            ]
        found = [_item(row) for row in rows]
        return sorted(found, key=lambda item: (item.created_at, item.control_id))

    def enqueue(self, items: Iterable[ControlItem]) -> None:
        """See ControlTable.enqueue."""
        with self._database() as database:
            database.executemany(_INSERT, map(astuple, items))

    def claim(self, item: ControlItem, owner: str, lease: timedelta) -> ControlItem | None:
        """See ControlTable.claim."""
        mine = claimed(item, owner, lease)
        free = "(status = ? or (status = ? and lease_expires_at < ?))"
        return (
            mine if self._update(mine, free, Status.PENDING, Status.RUNNING, timestamp()) else None
        )

    def finish(self, item: ControlItem, outcome: Outcome) -> bool:
        """See ControlTable.finish."""
        held = "status = ? and lease_owner = ?"
        return self._update(settled(item, outcome), held, Status.RUNNING, item.lease_owner)

    def retry(self, item: ControlItem) -> bool:
        """See ControlTable.retry."""
        return self._update(freed(item), "status = ?", Status.ERROR)

    def _update(self, item: ControlItem, condition: str, *values: str | None) -> bool:
        with self._database() as database:
            cursor = database.execute(
                f"{_UPDATE} and schema_name = ? and {condition}",
                (*astuple(item), item.control_id, SCHEMA, *values),
            )
            return cursor.rowcount == 1

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=30)) as database, database:
                database.executescript(_CREATE)
                yield database
        except (OSError, sqlite3.Error) as error:
            raise ControlTableUnavailable(f"{self._path}: {error}") from error


def _item(row: tuple[Any, ...]) -> ControlItem:
    item = ControlItem(*row)
    return replace(item, status=Status(item.status))
