"""A command's cost is that of its whole tree."""

import sys
from pathlib import Path

import pytest

from bench.measure import CommandFailed, measure

BURN = "import time\nwhile time.process_time() < 1: pass"
# As Spark does: the command ends, and what it started goes on.
LEAVES_ONE_BEHIND = f"""
import subprocess, sys
subprocess.Popen([sys.executable, "-c", {BURN!r}], start_new_session=True)
"""
PARENT_AND_CHILD_HOLD_100_MB_EACH = """
import subprocess, sys
mine = bytearray(100_000_000)
subprocess.run([sys.executable, "-c", "import time; its = bytearray(100_000_000); time.sleep(0.5)"])
"""
STARTS_OTHERS_ALL_THE_TIME = """
import subprocess, time
mine, end = bytearray(300_000_000), time.monotonic() + 2
while time.monotonic() < end:
    subprocess.run(["true"])
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux has subreapers")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "command.log"


def test_cpu_time_of_what_outlives_the_command(log: Path) -> None:
    cost = measure([sys.executable, "-c", LEAVES_ONE_BEHIND], log)
    assert 1 <= cost.cpu < 2
    assert cost.wall < 1


def test_time_of_waiting_is_no_cpu_time(log: Path) -> None:
    cost = measure(["sleep", "0.5"], log)
    assert cost.wall >= 0.5
    assert cost.cpu < 0.1


def test_memory_is_that_of_all_processes_at_once(log: Path) -> None:
    cost = measure([sys.executable, "-c", PARENT_AND_CHILD_HOLD_100_MB_EACH], log)
    assert 200 < cost.peak_mb < 300


def test_memory_that_a_new_process_has_of_its_parent_counts_once(log: Path) -> None:
    cost = measure([sys.executable, "-c", STARTS_OTHERS_ALL_THE_TIME], log)
    assert 300 < cost.peak_mb < 400


def test_one_command_does_not_count_for_the_next(log: Path) -> None:
    measure([sys.executable, "-c", BURN], log)
    assert measure(["true"], log).cpu < 0.5


def test_a_command_that_fails_says_why(log: Path) -> None:
    with pytest.raises(CommandFailed, match="exit code 3") as failed:
        measure(["sh", "-c", "echo no such month; exit 3"], log)
    assert failed.value.hint == "no such month"
