"""Whoever works on an item holds it; whoever has lost it neither publishes nor settles it."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from local import silver
from local.control import SqliteControlTable
from local.lake import Lake
from runner.control.items import Outcome, Status
from runner.control.lease import Lease, LeaseLost
from runner.control.table import ControlTable
from runner.dbt.running import DbtProject
from runner.gold import published
from runner.job import GoldJob
from runner.project import PROJECT, tables
from tests import reviews
from tests.control import claim, finish
from tests.runner.control.test_control import HOUR, item, only
from tests.tables import gold, rows

SHORT = timedelta(milliseconds=600)
OVER = timedelta(seconds=-1)
NAME = "top_drinkers"


@pytest.fixture(scope="module")
def two_reviews(lake: Lake) -> None:
    silver.table(lake).overwrite(reviews.table([reviews.review(1), reviews.review(2)]))


def test_a_lease_is_renewed_while_its_run_works(control: ControlTable) -> None:
    control.enqueue([item()])
    mine = claim(control, only(control, Status.PENDING), "me", SHORT)
    assert mine is not None
    with Lease(control, [mine], SHORT) as lease:
        time.sleep(3 * SHORT.total_seconds())
        assert control.claimable() == []
        lease.check()
    time.sleep(2 * SHORT.total_seconds())
    assert [found.control_id for found in control.claimable()] == ["a"]


def test_a_lease_that_another_run_took_is_lost(control: ControlTable) -> None:
    control.enqueue([item("a"), item("b")])
    mine = control.claim(control.claimable(), "me", OVER)
    with Lease(control, mine, HOUR) as lease:
        lease.check()  # it was over, but nobody has taken it
        (late,) = control.claim([replace(mine[0])], "me", OVER) or [mine[0]]
        control.finish([(late, Outcome(Status.PENDING))])
        assert claim(control, only(control, Status.PENDING), "you", HOUR) is not None
        with pytest.raises(LeaseLost, match="another run has taken its work"):
            lease.check()
    assert not finish(control, mine[0], Outcome(Status.SUCCESS))
    assert finish(control, mine[1], Outcome(Status.SUCCESS))


def test_a_run_that_lost_its_lease_publishes_nothing(
    lake: Lake, session: SparkSession, two_reviews: None, tmp_path: Path
) -> None:
    control = SqliteControlTable(tmp_path / "control.db")
    control.enqueue([item(table_name=NAME)])

    def take_over(line: str) -> None:
        if "1 period" in line:  # the model is built, its tests are still to come
            (held,) = control.items(Status.RUNNING)
            control.finish([(held, Outcome(Status.PENDING))])
            control.claim(control.claimable(), "another run", HOUR)

    lost = GoldJob(control, tables(), DbtProject(take_over).build, published)
    work, _ = lost.claim([NAME])
    with pytest.raises(LeaseLost):
        lost.run(work)
    assert rows(lake, NAME) == []
    taken = only(control, Status.RUNNING)
    assert (taken.lease_owner, taken.error_message) == ("another run", None)

    control.finish([(taken, Outcome(Status.PENDING))])
    build = partial(DbtProject(lambda line: None).build)
    again = GoldJob(control, tables(), build, published)
    work, _ = again.claim([NAME])
    assert [result.error for result in again.run(work)] == [None]
    assert [row["total_reviews"] for row in rows(lake, NAME)] == [2]


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_ended_gives_its_items_back_at_once(
    lake: Lake, session: SparkSession, two_reviews: None, ending: signal.Signals
) -> None:
    control = SqliteControlTable(lake.control)
    DbtProject(lambda line: None).build({NAME: ["2010-12"]}, "before")
    before = gold(lake, NAME).metadata.current_snapshot_id
    control.enqueue([item(f"{ending.name}-{name}", table_name=name) for name in tables()])
    with subprocess.Popen(
        [Path(sys.executable).parent / "dm", "process", "--force"],
        env=os.environ | {"DM_LAKE": str(lake.root)}, cwd=PROJECT,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as run:  # fmt: skip
        assert run.stdout is not None
        for line in run.stdout:
            if "1 period" in line:
                break
        run.send_signal(ending)
        began = time.monotonic()
        told = run.stdout.read()
        assert run.wait() == 130
    assert time.monotonic() - began < 20
    assert "Traceback" not in told
    given_back = control.items(Status.PENDING)
    assert {found.table_name for found in given_back} == set(tables())
    assert {found.error_message for found in given_back} == {"it was interrupted"}
    assert gold(lake, NAME).metadata.current_snapshot_id == before
    control.finish(
        (found, Outcome(Status.SUCCESS)) for found in control.claim(given_back, "me", HOUR)
    )
