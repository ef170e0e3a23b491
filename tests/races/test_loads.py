"""Eight loads at once of the same reviews, in other months: silver is as in one order."""

import os
import random
import signal
import time
from collections import Counter
from multiprocessing import get_context
from pathlib import Path

from local import silver
from local.control import SqliteControlTable
from local.lake import Lake
from local.loading.announcing import announce_missed
from local.loading.load import load
from runner.control.items import Status
from tests.report import Report
from tests.reviews import review, write

LOADS, REVIEWS = 8, 5
TABLES = ("top_drinkers", "state_by_review_volume")
OVERTAKEN = 3
fork = get_context("fork")


def month(number: int) -> str:
    return f"2010-{1 + number:02}"


def run(root: str, path: str) -> None:
    """A load in a process of its own."""
    lake = Lake(Path(root))
    try:
        load(lake, SqliteControlTable(lake.control), TABLES, path)
    except silver.LoadOvertaken:
        os._exit(OVERTAKEN)


def test_loads_at_once_are_as_one_after_the_other(
    tmp_path: Path, long: bool, report: Report
) -> None:
    rounds, rng = 50 if long else 2, random.Random(1)
    done: Counter[str] = Counter()
    for number in range(rounds):
        lake = Lake(tmp_path / f"lake{number}")
        control = SqliteControlTable(lake.control)
        first = write(tmp_path / "first.csv", [review(i, "2009-01") for i in range(REVIEWS)])
        load(lake, control, TABLES, first)
        processes = []
        for i in range(LOADS):
            same = [review(j, month(i), updated_at=None, created_at=None) for j in range(REVIEWS)]
            path = write(tmp_path / f"{i}.csv", [*same, review(100 + i, month(i))])
            processes.append(fork.Process(target=run, args=(str(lake.root), str(path))))
        for process in processes:
            process.start()
        time.sleep(rng.random() * 2)
        killed = rng.randrange(LOADS)
        os.kill(processes[killed].pid or 0, signal.SIGKILL)
        for process in processes:
            process.join(120)
        ended = {i: process.exitcode for i, process in enumerate(processes)}
        assert set(ended.values()) <= {0, OVERTAKEN, -signal.SIGKILL}
        announce_missed(lake, control, TABLES)
        check(lake, control, {i for i, code in ended.items() if code == 0}, killed)
        done["killed"] += ended[killed] == -signal.SIGKILL
        done["told to run again"] += list(ended.values()).count(OVERTAKEN)
        done["loads"] += LOADS
    told = {name: done[name] for name in ("killed", "told to run again")}
    report.add("races", race=f"{LOADS} loads of the same reviews, one killed", rounds=rounds,
               lost=0, doubled=0, stuck=0)  # fmt: skip
    assert done["told to run again"] <= done["loads"] / 4, told


def check(lake: Lake, control: SqliteControlTable, succeeded: set[int], killed: int) -> None:
    """Silver is what the loads leave in one of their orders, and each month is announced."""
    rows = silver.table(lake).scan().to_arrow().to_pylist()
    ids = sorted(row["review_id"] for row in rows)
    applied = {identity - 100 for identity in ids if identity >= 100}
    assert succeeded <= applied <= succeeded | {killed}
    assert ids == [*range(REVIEWS), *sorted(100 + i for i in applied)]
    # With no times of their own, the later month is the newer version of a review: it stays.
    assert {row["review_month"] for row in rows if row["review_id"] < REVIEWS} == {1 + max(applied)}
    items = control.items(*Status)
    for name in TABLES:
        months = {item.month for item in items if item.table_name == name}
        assert months >= {"2009-01", *(month(i) for i in applied)}
    assert not list((lake.root / "loading").glob("load-*/load.db")) or killed not in succeeded
