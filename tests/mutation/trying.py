"""Runs tests in a copy of the project that has a bug, in a process that has the libraries already.

A fork of this process imports the copy's own modules alone, so that a bug costs a second or two.
"""

import os
import select
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import NoReturn

import pytest

from runner.project import PROJECT

_NOT_COPIED = (".venv", ".git", ".lake", "target", "logs", "*_cache", "__pycache__", "dist")
_OURS = {"runner", "local", "dm", "infra", "bench", "tests", "conftest"}
_DIFFERENT = count(int(time.time()) + 1_000)
"""Times of files: Python looks at the second and the size to see whether a file has changed."""


@dataclass(frozen=True)
class Answer:
    """Whether tests pass, how long they took, and what they print."""

    passed: bool
    seconds: float
    printed: str


@dataclass(frozen=True)
class Copy:
    """A copy of the project, into which bugs are put."""

    root: Path

    def passes(self, tests: Sequence[str], within: float = 900) -> Answer:
        """Runs tests to the first that fails; what is not done within so many seconds fails."""
        began, log = time.monotonic(), self.root.parent / "log"
        child = os.fork()
        if not child:
            _become_pytest(self.root, tests, log)
        watch = os.pidfd_open(child)
        try:
            if not select.select([watch], [], [], within)[0]:
                os.killpg(child, signal.SIGKILL)
        finally:
            os.close(watch)
        _, status = os.waitpid(child, 0)
        return Answer(status == 0, time.monotonic() - began, log.read_text(errors="replace"))

    @contextmanager
    def having(self, file: str, text: str) -> Iterator[None]:
        """A file is another one for a while."""
        path = self.root / file
        whole = path.read_text()
        try:
            _write(path, text)
            yield
        finally:
            _write(path, whole)


@contextmanager
def copied(scratch: Path) -> Iterator[Copy]:
    """A copy of the project, and the libraries that its tests need."""
    root = scratch / "project"
    shutil.copytree(PROJECT, root, ignore=shutil.ignore_patterns(*_NOT_COPIED))
    _import_libraries()
    yield Copy(root)


def _write(path: Path, text: str) -> None:
    path.write_text(text)
    os.utime(path, (now := next(_DIFFERENT), now))


def _import_libraries() -> None:
    """What takes seconds to import, and is the same for each bug."""
    import boto3  # noqa: F401
    import duckdb  # noqa: F401
    import pyarrow  # noqa: F401
    import pyspark.sql  # noqa: F401


def _become_pytest(root: Path, tests: Sequence[str], log: Path) -> NoReturn:
    """Never comes back: what is above it on the stack is another process's."""
    try:
        os.setsid()
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream in (1, 2):
            os.dup2(out, stream)
        os.chdir(root)
        os.environ["PYTHONPATH"] = str(root)
        if "--noconftest" in tests:
            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        sys.path.insert(0, str(root))
        for name in [name for name in sys.modules if name.partition(".")[0] in _OURS]:
            del sys.modules[name]
        code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests])
        sys.stdout.flush()
        os._exit(int(code))
    finally:
        os._exit(99)
