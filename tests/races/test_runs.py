"""Whole runs at once, with each other, with a load of silver and with maintenance."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local.control import SqliteControlTable
from runner.control.items import Status
from runner.project import PROJECT
from tests.faults.harness.reader import Reader
from tests.faults.harness.stage import Damage, Stage
from tests.faults.harness.victim import TABLES
from tests.report import Report

RUNS = 8


@pytest.fixture
def control(stage: Stage) -> SqliteControlTable:
    """The control table of the lake, without the items of other tests."""
    stage.lake.control.unlink(missing_ok=True)
    return SqliteControlTable(stage.lake.control)


def start(stage: Stage, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [Path(sys.executable).parent / "dm", "process", *arguments],
        env=os.environ | {"DM_LAKE": str(stage.lake.root)}, cwd=PROJECT,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def end(runs: Sequence["subprocess.Popen[str]"]) -> list[str]:
    """What each run told, when all have ended."""
    with ThreadPoolExecutor(len(runs)) as threads:
        return list(threads.map(lambda run: run.communicate(timeout=300)[0], runs))


def note(report: Report, race: str, rounds: Sequence[Damage]) -> None:
    row = {name: sum(getattr(damage, name) for damage in rounds) for name in vars(rounds[0])}
    report.add("races", race=race, rounds=len(rounds), **row)
    assert set(rounds) == {Damage(0, 0, 0, 0)}


def test_eight_runs_share_the_work(
    stage: Stage, control: SqliteControlTable, long: bool, report: Report
) -> None:
    found = []
    for _ in range(20 if long else 1):
        reader = Reader(stage)
        stage.change(control)
        with reader.reading():
            runs = [start(stage, "--table", TABLES[i % 2]) for i in range(RUNS // 2)]
            stage.change(control)
            runs += [start(stage) for _ in range(RUNS // 2)]
            told = end(runs)
            assert not any("Traceback" in text for text in told), told
            stage.run(control)
        found.append(stage.damage(control, len(control.items(*Status)), reader))
    note(report, "8 processes of `dm process` on the same items", found)


@pytest.mark.long
def test_a_load_during_a_run_is_built_by_the_next(
    stage: Stage, control: SqliteControlTable, long: bool, report: Report
) -> None:
    found = []
    for number in range(20 if long else 1):
        reader = Reader(stage)
        stage.change(control)
        with reader.reading(), ThreadPoolExecutor(1) as threads:

            def later(after: float = 0.4 * (number % 10)) -> None:
                time.sleep(after)
                stage.change(control)

            loading = threads.submit(later)
            stage.run(control)
            loading.result(timeout=120)
            stage.run(control)
        assert not control.items(Status.PENDING, Status.RUNNING, Status.ERROR)
        found.append(stage.damage(control, len(control.items(*Status)), reader))
    note(report, "a load of silver during a run", found)


@pytest.mark.long
def test_maintenance_during_a_run_costs_at_most_a_second_run(
    stage: Stage, control: SqliteControlTable, long: bool, report: Report
) -> None:
    found = []
    for _ in range(10 if long else 1):
        reader = Reader(stage)
        stage.change(control)
        with reader.reading():
            run = start(stage)
            deadline = time.monotonic() + 120
            while run.poll() is None and time.monotonic() < deadline:
                stage.maintain()
            (told,) = end([run])
            assert "Traceback" not in told, told
            stage.run(control)
        assert stage.maintain()
        assert stage.branches() == 0
        found.append(stage.damage(control, len(control.items(*Status)), reader))
    note(report, "maintenance that keeps nothing, during a run", found)
