"""A terminal with a command in it, as a person sees it."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path
from types import TracebackType

from runner.project import PROJECT

BIN = Path(sys.executable).parent
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A command in a terminal of its own, 24 lines high; it ends with the block.

    Args:
        command: a script of this environment, and its arguments.
        columns: how wide it is.
        environment: variables on top of this process's.
    """

    def __init__(self, *command: str, columns: int = 80, **environment: str) -> None:
        self._pid, self._descriptor = pty.fork()
        if self._pid == 0:
            os.chdir(PROJECT)
            # The prompt would ask the terminal where its cursor is.
            here = {"TERM": "xterm", "COLUMNS": str(columns), "PROMPT_TOOLKIT_NO_CPR": "1"}
            os.execve(BIN / command[0], command, os.environ | here | environment)
        size = struct.pack("HHHH", 24, columns, 0, 0)
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, size)
        self.shown = ""

    def __enter__(self) -> "Terminal":
        """Gives itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ends the command."""
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            self.end()
        os.close(self._descriptor)

    def type(self, keys: str) -> None:
        """Types keys."""
        os.write(self._descriptor, keys.encode())

    def wait(self, pattern: str, seconds: float = 120) -> str:
        """Waits until something is shown; gives what was shown since the last wait, up to it."""
        deadline = time.monotonic() + seconds
        while not (found := re.search(pattern, _CONTROL.sub("", self.shown))):
            assert time.monotonic() < deadline, f"no {pattern!r} in {self.shown!r}"
            assert self._read(), f"it ended without {pattern!r}: {self.shown!r}"
        plain = _CONTROL.sub("", self.shown)
        self.shown = plain[found.end() :]
        return plain[: found.end()]

    def end(self) -> int:
        """Waits for the end of the command; gives its exit code."""
        while self._read():
            pass
        pid, self._pid = self._pid, 0
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def _read(self) -> bool:
        """Whether there may be more to read."""
        ready, _, _ = select.select([self._descriptor], [], [], 0.2)
        try:
            data = os.read(self._descriptor, 65536) if ready else b"-"
        except OSError:  # so Linux says that nobody writes any more
            return False
        self.shown += data.decode(errors="replace") if ready else ""
        return bool(data)
