"""The disk is full: a run says so, publishes nothing, and the next one with room does the work."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.control import SqliteControlTable
from runner.errors import DataMasterError
from tests.faults.harness.reader import Reader
from tests.faults.harness.stage import Damage, Stage
from tests.faults.harness.waiting import wait_for_leases
from tests.report import Report

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")


@pytest.fixture(scope="module")
def lake_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A disk of 64 MB in memory."""
    disk = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this machine does not allow to mount a small disk")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """Takes all room that the disk has left."""
    file = disk / "filler"
    with file.open("wb", buffering=0) as filler:
        try:
            while filler.write(bytes(4_096)):
                pass
        except OSError:
            return file
    return file


def test_a_full_disk_costs_one_more_run(stage: Stage, report: Report) -> None:
    control = SqliteControlTable(stage.lake.control)
    reader = Reader(stage)
    items = stage.change(control)
    before = stage.mains()
    with reader.reading():
        with pytest.raises(DataMasterError, match=r"full|No space left"):
            stage.run(control, claimed=lambda: fill(stage.lake.root))
        assert stage.mains() == before
        (stage.lake.root / "filler").unlink()
        wait_for_leases(control)
        assert {result.error for result in stage.run(control)} == {None}
    damage = stage.damage(control, items, reader)
    report.add("outages", fault="the disk is full, items and all", runs=1, **vars(damage))
    assert damage == Damage(0, 0, 0, 0)
