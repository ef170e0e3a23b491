"""What is left undone is no success: the exit code and the last line say so, and what to do."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result

from dm.cli import dm
from local.control import SqliteControlTable
from local.lake import Lake
from local.spark import conf
from runner.control.items import Outcome, Status
from runner.control.table import ControlTable
from runner.dbt.problems import Problem
from runner.gold import Published
from runner.job import Build, GoldJob
from runner.project import PROJECT
from tests.control import claim, finish
from tests.runner.control.test_control import HOUR, item

NAME = "top_drinkers"
SUCCESS = Outcome(Status.SUCCESS)
HOLD = """
import sys, time
from datetime import timedelta
from pathlib import Path
from local.control import SqliteControlTable
control = SqliteControlTable(Path(sys.argv[1]))
print(len(control.claim(control.claimable(), "theirs", timedelta(hours=1))), flush=True)
time.sleep(100)
"""


@pytest.fixture
def control(
    tmp_path: Path, jar_paths: list[Path], monkeypatch: pytest.MonkeyPatch
) -> SqliteControlTable:
    """That of a lake without reviews, which the commands use."""
    monkeypatch.setenv("DM_LAKE", str(tmp_path))
    conf.write_settings(tmp_path / "conf", Lake(tmp_path), jar_paths)
    return SqliteControlTable(Lake(tmp_path).control)


def run(*command: str, typed: str = "") -> Result:
    return CliRunner().invoke(dm, command, input=typed, catch_exceptions=False)


def give_up(control: ControlTable, *found: str, table: str = NAME) -> None:
    control.enqueue(item(name, table_name=table, review_month="1") for name in found)
    for waiting in control.items(Status.PENDING):
        mine = claim(control, waiting, "me", HOUR)
        assert mine is not None
        assert finish(control, mine, Outcome(Status.ERROR, "no beer has a name"))


def last_line(answer: Result) -> str:
    return answer.output.strip().splitlines()[-1]


@contextmanager
def another_run(control: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that holds all items."""
    command = [sys.executable, "-c", HOLD, str(control)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "1\n"
        yield process
        process.kill()


@pytest.mark.parametrize("command", [("process",), ("process", "--table", NAME), ("status",)])
def test_what_gave_up_is_told_as_long_as_it_is_there(
    control: SqliteControlTable, command: tuple[str, ...]
) -> None:
    give_up(control, "a", "b")
    for _ in range(2):
        answer = run(*command)
        assert answer.exit_code == (0 if command == ("status",) else 1)
        assert last_line(answer) == (
            f"2 control items gave up: {NAME} 2010-01. `dm status` says why; then `dm retry`"
        )
    assert run("process", "--table", "top_beers_by_rating").exit_code == 0
    run("retry")
    assert "gave up" not in run("status").output


def test_status_says_to_a_script_whether_all_is_built(control: SqliteControlTable) -> None:
    assert run("status", "--check").exit_code == 0
    control.enqueue([item()])
    assert run("status", "--check", "--format", "json").exit_code == 3
    give_up(control)
    assert run("status", "--check").exit_code == 1
    assert run("status").exit_code == 0
    run("retry")
    assert run("status", "--check").exit_code == 3
    (mine,) = control.claim(control.claimable(), "me", HOUR)
    finish(control, mine, Outcome(Status.PENDING, "it was interrupted", interrupted=True))
    assert run("status", "--check").exit_code == 3
    (mine,) = control.claim(control.claimable(), "me", HOUR)
    finish(control, mine, Outcome(Status.PENDING, "no beer has a name"))
    assert run("status", "--check").exit_code == 1


def test_items_of_a_table_that_is_no_more_are_withdrawn(control: SqliteControlTable) -> None:
    give_up(control, "a", table="top_ciders")
    told = run("process")
    assert told.exit_code == 1
    assert last_line(told) == "1 control item gave up, of no gold table: top_ciders: `dm withdraw`"
    refused = run("retry")
    assert refused.exit_code == 1
    assert "there is no gold table top_ciders: `dm withdraw`" in refused.output
    assert not control.items(Status.PENDING)
    assert run("withdraw", typed="n\n").exit_code == 1
    assert control.items(Status.ERROR)
    assert last_line(run("withdraw", typed="y\n")) == "1 of 1 control item withdrawn."
    assert last_line(run("process")) == "Nothing is pending."


def test_what_met_no_model_is_tried_again_once_it_is_back(control: SqliteControlTable) -> None:
    control.enqueue([item()])
    GoldJob(control, [], lambda *_: {}, lambda _: {}).claim([])
    told = run("status").output
    assert "its model was not there when a run met it (`dm retry` tries it again)" in told
    assert "dm withdraw" not in told
    assert "1 of 1 control item is pending again: `dm process` builds it." in run("retry").output


def test_what_waits_is_withdrawn_where_it_is_named(control: SqliteControlTable) -> None:
    control.enqueue([item("a"), item("b", table_name="top_beers_by_rating")])
    assert last_line(run("withdraw", "--yes")) == "No such control item waits or gave up."
    assert "did you mean top_drinkers?" in run("withdraw", "--table", "top_drinker").output
    assert run("withdraw", "--table", NAME, "--period", "2010-12", "--yes").exit_code == 0
    assert [left.control_id for left in control.items(Status.PENDING)] == ["b"]


def test_held_work_is_no_success(control: SqliteControlTable, tmp_path: Path) -> None:
    control.enqueue([item()])
    with another_run(Lake(tmp_path).control):
        answer = run("process")
        assert answer.exit_code == 3
        assert "another run works on it" in last_line(answer)
        assert "Nothing is pending" not in answer.output


def test_a_killed_run_is_noticed_at_once(control: SqliteControlTable, tmp_path: Path) -> None:
    control.enqueue([item()])
    with another_run(Lake(tmp_path).control) as process:
        assert not control.claimable()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        (free,) = control.claimable()
        assert "run theirs died; the next run goes on" in run("pending").output
    (mine,) = control.claim([free], "mine", HOUR)
    assert (mine.lease_owner, mine.attempt_count) == ("mine", 2)
    assert not control.claimable()  # this process lives
    files = {path.name for path in tmp_path.glob("control.db.run-*")}
    assert files == {"control.db.run-mine"}


def test_ctrl_c_gives_nothing_up(control: SqliteControlTable) -> None:
    def build(*_: object) -> dict[str, Problem | None]:
        raise KeyboardInterrupt

    control.enqueue([item()])
    for _ in range(4):
        job = GoldJob(control, [NAME], build, lambda _: {})
        work, refused = job.claim([NAME])
        assert not refused
        with pytest.raises(KeyboardInterrupt):
            job.run(work)
    (waiting,) = control.items(Status.PENDING)
    assert (waiting.attempt_count, waiting.error_message) == (0, "it was interrupted")


def test_what_is_forced_is_built_in_any_case(control: SqliteControlTable) -> None:
    built: list[tuple[str, object]] = []

    def build(how: str) -> Build:
        return lambda asked, *_: built.append((how, dict(asked))) or dict.fromkeys(asked)

    control.enqueue([item("a"), item("b", review_month="1", object_key="forced/backfill/b")])
    job = GoldJob(control, [NAME], build("stale"), lambda _: {NAME: Published(1, {})},
                  force=build("forced"))  # fmt: skip
    job.run(job.claim([NAME])[0])
    assert sorted(built) == [("forced", {NAME: ["2010-01"]}), ("stale", {NAME: ["2010-12"]})]
    assert len(control.items(Status.SUCCESS)) == 2


def test_a_later_success_settles_what_gave_up(control: SqliteControlTable) -> None:
    def published(tables: Collection[str]) -> Mapping[str, Published]:
        return {table: Published(1, {}) for table in tables}

    give_up(control, "old", "older")
    give_up(control, "other table", table="top_beers_by_rating")
    control.enqueue([item("new", review_month="01"), item("other month")])
    job = GoldJob(control, [NAME], lambda asked, *_: dict.fromkeys(asked), published)
    job.run(job.claim([NAME])[0])
    assert [left.control_id for left in control.items(Status.ERROR)] == ["other table"]


def test_the_history_has_every_run_also_those_that_failed_or_died(
    control: SqliteControlTable, tmp_path: Path
) -> None:
    control.enqueue([item()])
    with another_run(Lake(tmp_path).control) as process:
        process.kill()
        process.wait()
    for owner, outcome in (("fails", Outcome(Status.PENDING, "no beer")), ("ends", SUCCESS)):
        (mine,) = control.claim(control.claimable(), owner, HOUR)
        assert finish(control, mine, outcome)
    told = json.loads(run("runs", "--format", "json").output)
    assert [(found["run"], found["outcome"], found["error"]) for found in told] == [
        ("ends", "SUCCEEDED", None),
        ("fails", "FAILED", "no beer"),
        ("theirs", "DIED", "it died; the next run goes on"),
    ]
    assert {found["by"] for found in told} == {"dm process"}


def test_the_history_has_the_runs_of_dbt(control: SqliteControlTable, tmp_path: Path) -> None:
    catalog = Lake(tmp_path).catalog
    catalog.create_namespace("dm_gold")
    began = datetime(2026, 1, 1, tzinfo=UTC)
    row = {
        "run_id": "of-dbt", "table_name": NAME, "status": "failed", "periods": "2010-11, 2010-12",
        "error_message": "no beer", "started_at": began, "duration_seconds": 2.5,
    }  # fmt: skip
    by_hand = row | {"run_id": "of-ann", "status": "rolled back", "error_message": "ann: wrong"}
    rows = pa.Table.from_pylist([row, by_hand])
    catalog.create_table("dm_gold.run_history", rows.schema).append(rows)
    give_up(control, "a")
    told = json.loads(run("runs", "--format", "json").output)
    assert [(found["by"], found["outcome"], found["periods"]) for found in told] == [
        ("dm process", "FAILED", ["2010-01"]),
        ("dbt", "FAILED", ["2010-11", "2010-12"]),
        ("dm rollback", "ROLLED BACK", ["2010-11", "2010-12"]),
    ]
    assert "no beer" in run("runs").output
