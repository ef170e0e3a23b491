"""Several runs at once, whatever happens to them: no item is lost, doubled or stuck."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from local.control import SqliteControlTable
from runner.control.dynamodb import DynamoControlTable
from runner.control.items import ControlItem, Outcome, claimed, renewed, settled
from tests.runner.model.world import World

SETTINGS = settings(
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=False,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory if there is one: each commit of SQLite waits for the disk."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as name:
        yield Path(name)


def on_sqlite(
    folder: Path, kind: type[SqliteControlTable] = SqliteControlTable
) -> Callable[[], World]:
    """Makes worlds, each with a file of its own."""
    names = count()

    def world() -> World:
        file = folder / f"{next(names)}.db"

        def foreign() -> object:
            with closing(sqlite3.connect(file)) as database:
                query = "select * from control_items where schema_name <> 'dm_gold'"
                return database.execute(query).fetchall()

        return World(partial(kind, file), lambda item: kind(file).enqueue([item]), foreign)

    return world


def on_dynamodb(name: str) -> Callable[[], World]:
    """Makes worlds, one after the other on the same table."""

    def world() -> World:
        table = boto3.resource("dynamodb").Table(name)
        for item in table.scan()["Items"]:
            table.delete_item(Key={"control_id": item["control_id"]})

        def foreign() -> object:
            return table.get_item(Key={"control_id": "theirs"}).get("Item")

        def put(item: ControlItem) -> None:
            raw = {key: value for key, value in asdict(item).items() if value is not None}
            table.put_item(Item=raw)

        return World(partial(DynamoControlTable, name), put, foreign)

    return world


def test_nothing_is_lost_doubled_or_stuck_in_sqlite(folder: Path, long: bool) -> None:
    run_state_machine_as_test(
        on_sqlite(folder), settings=settings(SETTINGS, max_examples=1_000 if long else 120)
    )


def test_nothing_is_lost_doubled_or_stuck_in_dynamodb(dynamodb_table: str, long: bool) -> None:
    run_state_machine_as_test(
        on_dynamodb(dynamodb_table), settings=settings(SETTINGS, max_examples=100 if long else 5)
    )


class EverybodyClaims(SqliteControlTable):
    def claim(
        self, items: Iterable[ControlItem], owner: str, lease: timedelta
    ) -> list[ControlItem]:
        now = self._clock()
        return self._update((claimed(item, owner, lease, now) for item in items), "true")


class EverybodyRenews(SqliteControlTable):
    def renew(self, items: Iterable[ControlItem], lease: timedelta) -> list[ControlItem]:
        now = self._clock()
        return self._update((renewed(item, lease, now) for item in items), "status = 'running'")


class EverybodyFinishes(SqliteControlTable):
    def finish(self, outcomes: Iterable[tuple[ControlItem, Outcome]]) -> list[ControlItem]:
        now = self._clock()
        return self._update((settled(*pair, now) for pair in outcomes), "status = 'running'")


@pytest.mark.parametrize("broken", [EverybodyClaims, EverybodyRenews, EverybodyFinishes])
def test_a_control_table_that_forgets_a_condition_is_found_out(
    folder: Path, broken: type[SqliteControlTable]
) -> None:
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            on_sqlite(folder, broken), settings=settings(SETTINGS, max_examples=500)
        )
