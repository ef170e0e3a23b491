"""Puts one bug after the other into the code that decides, and says which the fast tests let pass.

A bug is a text of a file and what stands there instead; each is put into a copy of the project. Run
by `make mutate`: five minutes. The exit code is 1 if a bug survives, or its text is not there.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from runner.project import PROJECT

_CONTROL = ("tests/runner/test_control.py",)
_LEFT = ("tests/dm/test_left.py",)
_ITEMS = ("tests/dm/test_pending.py",)
_MISTAKES = ("tests/dm/test_mistakes.py",)
_NOT_COPIED = (".venv", ".git", ".lake", "target", "logs", "*_cache", "__pycache__", "dist")


@dataclass(frozen=True)
class Bug:
    """A text of a file, what stands there instead, and the tests that have to notice."""

    file: str
    text: str
    instead: str
    tests: tuple[str, ...]


_SQLITE, _DYNAMODB = "local/control.py", "runner/control/dynamodb.py"
_RULES, _VERDICT = "runner/control/items.py", "dm/terminal/verdict.py"
_RUNS, _COUNTS = "item.attempt_count + 1", "item.attempt_count - outcome.interrupted"

BUGS = (
    Bug(_SQLITE, '" and attempt_count = ?",', '" and ? is not null",', _CONTROL),
    Bug(_SQLITE, "status = 'running' and lease_owner = ?", "lease_owner = ?", _CONTROL),
    Bug(_SQLITE, "insert or ignore", "insert or replace", _CONTROL),
    Bug(_SQLITE, "or self._owners.is_dead(item.lease_owner)", "", _LEFT),
    Bug(_SQLITE, "f\"status = '{status}'\",", '"true",', _CONTROL),
    Bug("local/owners.py", "fcntl.LOCK_SH | fcntl.LOCK_NB", "fcntl.LOCK_UN", _LEFT),
    Bug("local/place.py", "if not is_one(here):", "if False:", _MISTAKES),
    Bug(_DYNAMODB, "free & unchanged", "free", _CONTROL),
    Bug(_DYNAMODB, "expires.lt(timestamp(now))", "expires.gt(timestamp(now))", _CONTROL),
    Bug(_RULES, _RUNS, "item.attempt_count", _CONTROL),
    Bug(_RULES, _COUNTS, "item.attempt_count", _CONTROL),
    Bug(_RULES, "attempt_count=0, updated_at", "updated_at", _CONTROL),
    Bug("runner/job.py", "interrupted=True", "interrupted=False", _LEFT),
    Bug("runner/job.py", "self._control.mend(", "list(", _LEFT),
    Bug("runner/job.py", "self._force if forced", "self._build if forced", _LEFT),
    Bug("runner/periods.py", "if end < begin:", "if end > begin:", _ITEMS),
    Bug("runner/periods.py", "range(begin, end + 1)", "range(begin, end)", _ITEMS),
    Bug("runner/messages.py", "if number == 1", "if number <= 0", _LEFT),
    Bug(_VERDICT, "if found.given_up or found.lost:", "if found.lost:", _LEFT),
    Bug(_VERDICT, "return LEFT if found.held else 0", "return 0", _LEFT),
    Bug("dm/commands/status.py", "(untested or failed)", "untested", _LEFT),
    Bug("dm/reading/asking.py", "if end not in known:", "if False:", _ITEMS),
)


def passes(tests: Iterable[str], copy: Path) -> bool:
    """Whether tests pass in a copy of the project."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests],
        cwd=copy, env=os.environ | {"PYTHONPATH": str(copy)}, capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode == 0


def survives(bug: Bug, copy: Path) -> bool:
    """Whether the tests pass in a copy of the project that has the bug."""
    file = copy / bug.file
    whole = file.read_text()
    if bug.text not in whole:
        click.echo(f"{bug.file} has no {bug.text!r}: mend the list in tests/mutate.py")
        return True
    file.write_text(whole.replace(bug.text, bug.instead))
    try:
        return passes(bug.tests, copy)
    finally:
        file.write_text(whole)


def main() -> int:
    """Tries all bugs; the number of those that survive."""
    left = 0
    with TemporaryDirectory() as scratch:
        copy = Path(scratch, "project")
        shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns(*_NOT_COPIED))
        if not passes(sorted({test for bug in BUGS for test in bug.tests}), copy):
            click.echo("The tests fail without any bug: mend them first.")
            return len(BUGS)
        for bug in BUGS:
            lives = survives(bug, copy)
            left += lives
            told = "SURVIVES" if lives else "noticed"
            click.echo(f"{told:<9} {bug.file}: {bug.text} -> {bug.instead or 'nothing'}")
    click.echo(f"{len(BUGS) - left} of {len(BUGS)} bugs are noticed.")
    return left


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
