"""What the control table of one machine alone does: it notes attempts, and knows who is dead."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from local.control import SqliteControlTable
from local.processes import owners
from runner.control.items import Outcome, Status
from runner.control.table import ControlTableUnavailable
from tests.runner.control.test_control import HOUR, item


@pytest.fixture
def control(tmp_path: Path) -> SqliteControlTable:
    return SqliteControlTable(tmp_path / "a" / "b" / "control.db")


def attempts(control: SqliteControlTable) -> list[tuple[object, ...]]:
    found = control.attempts()
    return [(one.owner, one.month, one.status, one.error_message, one.alive) for one in found]


def test_who_only_looks_makes_nothing(control: SqliteControlTable, tmp_path: Path) -> None:
    assert (control.items(*Status), control.attempts(), control.claimable()) == ([], [], [])
    assert not list(tmp_path.iterdir())


def test_each_attempt_is_noted_and_who_is_at_work(control: SqliteControlTable) -> None:
    control.enqueue([item("a", review_month="1"), item("b"), item("theirs", schema_name="other")])
    assert attempts(control) == []
    (a, b) = control.claim(control.items(Status.PENDING), "one", HOUR)
    assert attempts(control) == [
        ("one", "2010-01", "running", None, True), ("one", "2010-12", "running", None, True),
    ]  # fmt: skip
    control.finish([(a, Outcome(Status.PENDING, "no beer"))])
    control.claim(control.claimable(), "two", HOUR)
    control.finish([(b, Outcome(Status.SUCCESS))])
    assert attempts(control) == [
        ("two", "2010-01", "running", "no beer", True),  # the item's own, until it succeeds
        ("one", "2010-01", "pending", "no beer", False),
        ("one", "2010-12", "success", None, False),
    ]
    (first, *_) = control.attempts()
    assert (first.table, first.finished_at) == ("top_drinkers", None)
    assert first.started_at > a.created_at


def test_what_a_person_does_with_an_item_is_no_attempt(control: SqliteControlTable) -> None:
    control.enqueue([item("a")])
    (mine,) = control.claim(control.claimable(), "one", HOUR)
    assert [one.control_id for one in control.renew([mine], HOUR)] == ["a"]
    control.finish([(mine, Outcome(Status.ERROR, "no beer"))])
    control.retry(control.items(Status.ERROR))
    assert attempts(control) == [("one", "2010-12", "error", "no beer", False)]


def test_of_a_dead_run_items_are_free_and_the_attempt_is_its_own(
    control: SqliteControlTable, tmp_path: Path
) -> None:
    control.enqueue([item("a"), item("b")])
    mine = control.claim(control.claimable(), "one", HOUR)
    assert not control.claimable()
    assert not control.claim(mine, "thief", HOUR)
    owners.release()
    assert [one.control_id for one in control.claimable()] == ["a", "b"]
    assert {alive for *_, alive in attempts(control)} == {False}
    (taken,) = control.claim(control.claimable()[:1], "two", HOUR)
    assert taken.attempt_count == 2
    assert {(owner, alive) for owner, *_, alive in attempts(control)} == {
        ("one", False), ("two", True),
    }  # fmt: skip
    files = {path.name.partition("run-")[2] for path in tmp_path.glob("a/b/*.run-*")}
    assert files == {"one", "two"}  # the other item is the dead one's still
    control.claim(control.claimable(), "two", HOUR)
    assert [path.name for path in tmp_path.glob("a/b/*.run-*")] == ["control.db.run-two"]


def test_where_several_died_all_is_free(control: SqliteControlTable) -> None:
    control.enqueue([item("a"), item("b"), item("c")])
    for owner in ("one", "two"):
        control.claim(control.items(Status.PENDING)[:1], owner, HOUR)
    owners.release()
    control.claim([control.items(Status.PENDING)[0]], "lives", HOUR)
    found = control.items(Status.RUNNING)
    assert [one.control_id for one in control.claim(found, "next", HOUR)] == ["a", "b"]


def test_a_lease_that_is_over_is_free_to_the_moment(tmp_path: Path) -> None:
    control = SqliteControlTable(tmp_path / "control.db")
    control.enqueue([item("a")])
    control.claim(control.claimable(), "one", timedelta(seconds=-1))
    held = control.items(Status.RUNNING)
    assert [one.lease_owner for one in control.claim(held, "two", HOUR)] == ["two"]
    assert not control.claim(held, "three", HOUR)
    assert not control.claim(control.items(Status.RUNNING), "three", HOUR)


def test_items_of_other_schemas_are_changed_by_nothing(
    control: SqliteControlTable, tmp_path: Path
) -> None:
    control.enqueue([item("a"), item("theirs", schema_name="other")])
    theirs = item("theirs", schema_name="other")
    (mine,) = control.claim([*control.claimable(), theirs], "me", HOUR)
    assert not control.renew([item("theirs", schema_name="other", lease_owner="me")], HOUR)
    control.finish([(mine, Outcome(Status.ERROR, "it"))])
    assert not control.retry([theirs])
    assert not control.mend([theirs])
    assert not control.withdraw([theirs])
    with closing(sqlite3.connect(tmp_path / "a" / "b" / "control.db")) as database:
        rows = database.execute("select schema_name, status from control_items").fetchall()
    assert sorted(rows) == [("dm_gold", "error"), ("other", "pending")]


def broken(path: Path, why: str) -> None:
    """A file that SQLite cannot write, for this reason."""
    if why == "file is not a database":
        path.write_text("no database at all, however long it is" * 100)
    elif why == "database disk image is malformed":
        SqliteControlTable(path).enqueue([item()])
        whole = path.read_bytes()
        path.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))
    else:
        path.mkdir()


@pytest.mark.parametrize(
    ("why", "hint"),
    [
        ("file is not a database", "Bring it back from a copy; or move it away, and "),
        ("database disk image is malformed", "Bring it back from a copy; or move it away, and "),
        ("unable to open database file", "Look whether the disk has room, and who may write "),
    ],
)
def test_what_cannot_be_written_is_told_with_what_to_do(
    tmp_path: Path, why: str, hint: str
) -> None:
    path = tmp_path / "control.db"
    broken(path, why)
    with pytest.raises(ControlTableUnavailable, match=rf"control\.db: {why}") as told:
        SqliteControlTable(path).enqueue([item()])
    assert str(told.value.hint).startswith(hint)


def test_who_writes_for_long_is_waited_for_and_told(
    control: SqliteControlTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    control.enqueue([item()])
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path, timeout: connect(path, timeout / 300))
    with closing(connect(tmp_path / "a" / "b" / "control.db")) as writer:
        writer.execute("begin exclusive")
        with pytest.raises(ControlTableUnavailable, match="locked") as told:
            control.enqueue([item("b")])
    assert str(told.value.hint).startswith("Another process writes to it for long")


def test_a_copy_has_all_items(control: SqliteControlTable, tmp_path: Path) -> None:
    control.enqueue([item("a"), item("b")])
    control.copy(tmp_path / "copy.db")
    copied = SqliteControlTable(tmp_path / "copy.db").items(*Status)
    assert copied == control.items(*Status)
    assert len(copied) == 2
