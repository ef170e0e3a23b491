"""A run dies, breaks or hangs at each of its steps; one normal run later all is well."""

from itertools import product
from pathlib import Path
from signal import SIGKILL

import pytest

from runner.control.dynamodb import DynamoControlTable
from runner.control.sqlite import SqliteControlTable
from runner.control.table import ControlTable, ControlTableUnavailable
from tests.faults.stage import Damage, Reader, Stage, settled, stopped, wait_for_leases, wake
from tests.faults.victim import FAULTS, POINTS
from tests.report import Report

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
    every = product(POINTS, FAULTS, KINDS)
    chosen = every if metafunc.config.getoption("long") else USUAL
    metafunc.parametrize(("point", "fault", "kind"), chosen)


def test_one_run_later_all_is_well(
    stage: Stage, where: str, point: str, fault: str, kind: str, report: Report
) -> None:
    control: ControlTable = (
        SqliteControlTable(Path(where)) if kind == "SQLite" else DynamoControlTable(where)
    )
    items = stage.change(control)
    before = stage.mains()
    with Reader(stage).reading() as reader:
        victim = stage.start(point, fault, where)
        if fault == "hang":
            assert stopped(victim), stage.told
        else:
            assert victim.wait(180) == (-SIGKILL if fault == "killed" else 1), stage.told
        if point in BEFORE_PUBLISHING:
            assert stage.mains() == before
        wait_for_leases(control)
        if (point, fault, kind) == ("during the finish", "hang", "SQLite"):
            # Who hangs in a transaction of SQLite holds its file; nobody else can settle anything.
            with pytest.raises(ControlTableUnavailable, match="locked"):
                stage.run(control)
            assert wake(victim) == 0, stage.told
        else:
            assert {result.error for result in stage.run(control)} == {None}
        if victim.poll() is None:
            mains, ended = stage.mains(), settled(control)
            wake(victim)
            assert stage.mains() == mains
            assert settled(control) == ended
    stage.maintain()
    damage = stage.damage(control, items, reader)
    report.add("faults", point=point, fault=fault, control_items=kind, runs=1, **vars(damage))
    assert damage == Damage(0, 0, 0, 0)
