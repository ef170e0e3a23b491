"""The process that stays: it serves Spark, and does the commands of `dm`, one at a time.

`dm spark start` starts it as `python -m dm.serving SECONDS`, and `dm` hands it commands by itself.
"""

import gc
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from multiprocessing import resource_tracker
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from dm.cli import INTERRUPTED, dm
from dm.terminal import handover
from local.processes import owners
from local.spark import server

_GIVES_BACK = 5
"""Seconds in which what is interrupted is left alone, to give back what it holds."""


class _Signals:
    """SIGINT and SIGTERM interrupt the command that is being done.

    An interruption that comes amid a finalizer is lost, so it is repeated as long as the command
    goes on. SIGTERM ends a process that does none.
    """

    def __init__(self) -> None:
        self._busy = False
        self._interrupted = False

    def handle(self) -> None:
        """Handles signals, in place of PySpark, which ends its jobs by a call amid another one."""
        signal.signal(signal.SIGINT, self._interrupt)
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGALRM, self._repeat)

    @contextmanager
    def to_command(self) -> Iterator[None]:
        """Lets signals interrupt what is done inside."""
        self._busy, self._interrupted = True, False
        try:
            yield
        finally:
            self._busy = False
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if not self._interrupted:
            self._interrupted = True
            self._repeat(number, frame)

    def _repeat(self, number: int, frame: FrameType | None) -> None:
        if self._busy:
            signal.setitimer(signal.ITIMER_REAL, _GIVES_BACK)
            raise KeyboardInterrupt

    def _end(self, number: int, frame: FrameType | None) -> None:
        if not self._busy:
            sys.exit()
        self._interrupt(number, frame)


class _Commands:
    """Does what is handed over at a socket."""

    def __init__(self, door: socket.socket, signals: _Signals) -> None:
        self._door = door
        self._signals = signals

    def wait(self, seconds: float) -> bool:
        """Waits for a command and does it; whether one came."""
        done = False
        self._signals.handle()
        self._door.settimeout(seconds)
        with suppress(TimeoutError):
            line, _ = self._door.accept()
            with line:
                if taken := handover.take(line):
                    done = True
                    code = self._do(*taken)
                    with suppress(OSError):  # nobody waits any more
                        line.sendall(str(code).encode())
        return done

    def _do(self, command: handover.Command, streams: Sequence[int]) -> int:
        started = time.monotonic()
        with _in_place_of(command, streams):
            code = self._run(command.arguments)
        took = time.monotonic() - started
        print(f"dm {' '.join(command.arguments)}: {code}, {took:.1f} s", flush=True)  # noqa: T201
        return code

    def _run(self, arguments: Sequence[str]) -> int:
        try:
            with self._signals.to_command():
                dm.main(list(arguments), prog_name="dm")
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else int(end.code is not None)
        except KeyboardInterrupt:
            return INTERRUPTED
        except Exception:
            traceback.print_exc()
            return 1
        finally:
            owners.release()
            gc.collect()
        return 0


@contextmanager
def _in_place_of(command: handover.Command, streams: Sequence[int]) -> Iterator[None]:
    """Is, for a while, the process that was started to do a command."""
    folder, environment = Path.cwd(), dict(os.environ)
    texts = sys.stdin, sys.stdout, sys.stderr
    kept = [os.dup(number) for number in range(3)]
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
        os.chdir(command.folder)
        _set(command.environment)
        yield
    finally:
        for text in (sys.stdout, sys.stderr):
            with suppress(OSError):  # nobody reads any more
                text.flush()
        sys.stdin, sys.stdout, sys.stderr = texts
        for number, stream in enumerate(kept):
            os.dup2(stream, number)
            os.close(stream)
        os.chdir(folder)
        _set(environment)


def _set(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()


def serve(idle: timedelta) -> None:
    """Serves until nobody has used it for so long, or `dm spark stop` ends it."""
    # dbt starts it where there is none, with the streams of the command that it is started for.
    resource_tracker.ensure_running()
    with TemporaryDirectory(prefix="dm-") as folder, socket.socket(socket.AF_UNIX) as door:
        commands = str(Path(folder) / "commands")
        door.bind(commands)
        door.listen()
        server.serve(idle, commands, _Commands(door, _Signals()).wait)


if __name__ == "__main__":
    serve(timedelta(seconds=float(sys.argv[1])))
