"""A command of this environment in a process of its own."""

import os
import subprocess
from pathlib import Path

from runner.project import PROJECT
from tests.dm.terminal import BIN


def run(*command: str, lake: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / command[0], *command[1:]],
        env=os.environ | {"DM_LAKE": str(lake)} | environment,
        cwd=PROJECT, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip


def quiet(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    for noise in ("WARN ", "WARNING", "ERROR ", "Traceback", "Exception", "\tat ", "deprecat"):
        assert noise not in done.stdout
