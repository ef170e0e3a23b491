"""A run dies, breaks or hangs at each of its steps; one normal run later all is well."""

from itertools import product
from pathlib import Path
from signal import SIGKILL

import pytest

from local.control import SqliteControlTable
from runner.control.dynamodb import DynamoControlTable
from runner.control.table import ControlTable, ControlTableUnavailable
from tests.faults.harness.reader import Reader
from tests.faults.harness.stage import Damage, Stage, settled
from tests.faults.harness.victim import FAULTED, FAULTS, POINTS
from tests.faults.harness.waiting import stopped, wait_for_leases, wake
from tests.report import Report

ENDS = {"killed": {-SIGKILL}, "exception": {0, 1}}  # 0: dbt held it for a fault of the model
KINDS = ("SQLite", "DynamoDB")
USUAL = [
    ("during the write", "killed", "SQLite"),
    ("after the lease's last check", "hang", "SQLite"),
    ("during the publishing", "killed", "DynamoDB"),
    ("during the finish", "killed", "DynamoDB"),
]
"""What make test does; make faults does all."""

BEFORE_PUBLISHING = set(POINTS[: POINTS.index("during the publishing")])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    every = [
        (point, fault, kind)
        for point, fault, kind in product(POINTS, FAULTS, KINDS)
        # Who lives settles items by the same code on both; only half of it is another matter.
        if fault != "exception" or kind == "SQLite" or point == "during the finish"
    ]
    chosen = every if metafunc.config.getoption("long") else USUAL
    if "fault" in metafunc.fixturenames:
        metafunc.parametrize(("point", "fault", "kind"), chosen)


def test_one_run_later_all_is_well(
    stage: Stage, where: str, point: str, fault: str, kind: str, report: Report
) -> None:
    control: ControlTable = (
        SqliteControlTable(Path(where)) if kind == "SQLite" else DynamoControlTable(where)
    )
    before, reader = stage.mains(), Reader(stage)
    items = stage.change(control)
    with reader.reading():
        victim = stage.start(point, fault, where)
        if fault == "hang":
            assert stopped(victim), stage.told
        else:
            assert victim.wait(180) in ENDS[fault], stage.told
        assert FAULTED in stage.told
        # After an exception in a model the same run tries each month alone, and may succeed.
        if point in BEFORE_PUBLISHING and fault != "exception":
            assert stage.mains() == before
        wait_for_leases(control)
        if (point, fault, kind) == ("during the finish", "hang", "SQLite"):
            # Who hangs in a transaction of SQLite holds its file; nobody else can settle anything.
            with pytest.raises(ControlTableUnavailable, match="locked"):
                stage.run(control)
            assert wake(victim) == 0, stage.told
        else:
            assert not any(result.error for result in stage.run(control))
        if victim.poll() is None:
            mains, ended = stage.mains(), settled(control)
            wake(victim)
            assert stage.mains() == mains
            assert settled(control) == ended
    damage = stage.damage(control, items, reader)
    report.add("faults", point=point, fault=fault, control_items=kind, runs=1, **vars(damage))
    assert damage == Damage(0, 0, 0, 0)


def test_maintenance_leaves_no_branch_of_a_dead_run(stage: Stage) -> None:
    contents = stage.contents()
    assert stage.branches() > 0
    assert stage.maintain()
    assert stage.branches() == 0
    assert stage.contents() == contents
