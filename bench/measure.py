"""What a command costs: it and all processes that it starts, those that outlive it included.

Linux only: the kernel hands orphans to the nearest subreaper, which can wait for them and so gets
their CPU time. Spark's Java process is such an orphan, for Python ends without waiting for it.
"""

import contextlib
import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

import psutil

from runner.errors import DataMasterError
from runner.project import PROJECT

_PR_SET_CHILD_SUBREAPER = 36  # prctl(2)
_LOOK_EVERY = 0.1  # looking costs the machine some milliseconds
_PATIENCE = 120


class CommandFailed(DataMasterError):
    """A command to measure failed, or left a process behind that does not end."""


@dataclass(frozen=True)
class Cost:
    """What a command cost.

    Attributes:
        wall: seconds until the command returned.
        cpu: seconds of CPU time of the whole tree, to the end of its last process.
        peak_mb: the most resident memory that the tree held at once, sampled ten times a second.
    """

    wall: float
    cpu: float
    peak_mb: float


def measure(
    command: Sequence[str | Path], log: Path, environment: Mapping[str, str] | None = None
) -> Cost:
    """Runs a command to the end of the last process that it started.

    Args:
        command: what to run.
        log: the file that gets what it prints.
        environment: variables on top of this process's.

    Raises:
        CommandFailed: its exit code is not 0, or it left a process behind for two minutes.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, log.open("wb") as out:
        told = Path(folder, "cost.json")
        # A process of its own: so only what this command leaves behind is waited for.
        code = subprocess.run(
            [sys.executable, "-m", "bench.measure", told, *command],
            cwd=PROJECT, env={**os.environ, **(environment or {})},
            stdout=out, stderr=out, check=False,
        ).returncode  # fmt: skip
        if code:
            last = log.read_text(errors="replace").strip().splitlines()[-5:]
            raise CommandFailed(f"{' '.join(map(str, command))}: exit code {code}", "\n".join(last))
        return Cost(**json.loads(told.read_text()))


def _run(told: Path, command: Sequence[str]) -> int:
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    peak, over = [0], Event()
    watcher = Thread(target=_watch, args=(peak, over))
    watcher.start()
    begin = time.monotonic()
    code = subprocess.run(command, check=False).returncode
    wall = time.monotonic() - begin
    left = _wait_for_orphans(begin + wall + _PATIENCE)
    over.set()
    watcher.join()
    if left:
        sys.stderr.write(f"still running: {left}\n")
        return 1
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    told.write_text(json.dumps(asdict(Cost(wall, used.ru_utime + used.ru_stime, peak[0] / 1e6))))
    return code


def _watch(peak: list[int], over: Event) -> None:
    me = psutil.Process()
    while not over.wait(_LOOK_EVERY):
        resident, sizes = 0, dict[int, int]()
        for process in me.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                memory = process.memory_info()
                sizes[process.pid] = memory.vms
                # Until a new process begins its program it has its parent's memory, not a copy.
                if sizes.get(process.ppid()) != memory.vms:
                    resident += memory.rss
        peak[0] = max(peak[0], resident)


def _wait_for_orphans(deadline: float) -> list[str]:
    """Waits for what the command left behind; what is still there at the deadline."""
    with contextlib.suppress(ChildProcessError):
        while time.monotonic() < deadline:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(_LOOK_EVERY / 10)
        return [process.name() for process in psutil.Process().children(recursive=True)]
    return []


if __name__ == "__main__":
    sys.exit(_run(Path(sys.argv[1]), sys.argv[2:]))
