"""Waits for processes that stop, and for leases that end."""

import os
import signal
import subprocess
import time

from runner.control.items import Status
from runner.control.table import ControlTable

_PATIENCE = 180


def stopped(process: subprocess.Popen[str]) -> bool:
    """Waits until a process has stopped, but not ended; whether it did."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        pid, status = os.waitpid(process.pid, os.WUNTRACED | os.WNOHANG)
        if pid:
            return os.WIFSTOPPED(status)
        time.sleep(0.05)
    return False


def wake(process: subprocess.Popen[str]) -> int:
    """Lets a stopped process go on to its end; gives its exit code."""
    os.killpg(process.pid, signal.SIGCONT)
    return process.wait(_PATIENCE)


def wait_for_leases(control: ControlTable) -> None:
    """Waits until the items that run are claimable."""
    deadline = time.monotonic() + 30
    while len(control.items(Status.PENDING, Status.RUNNING)) > len(control.claimable()):
        assert time.monotonic() < deadline, "a lease does not end"
        time.sleep(0.1)
