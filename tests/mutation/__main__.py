"""Puts one bug after the other into the code that decides, and says which the tests let pass.

Run by `make mutate`, which writes what it found into docs/reliability.md. `ONLY=runner` tries those
in files whose path begins so. The exit code is 1 if a bug survives for no reason that survivors.py
gives, or if its text is not there.

Why not mutmut or cosmic-ray: the first changes what is inside of functions alone, and neither SQL
nor what modules say at their top; the second starts an interpreter for each bug, with all its
imports.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from runner.project import PROJECT
from tests.mutation.bugs import BUGS
from tests.mutation.modules import MODULES
from tests.mutation.mutants import mutants
from tests.mutation.survivors import reason
from tests.mutation.trying import Copy, copied
from tests.report import PAGE

_BEGIN, _END = "<!-- mutants: begin -->\n", "<!-- mutants: end -->"
_COLUMNS = ("code", "bugs", "noticed", "not, for a reason", "not", "tried on")


@dataclass(frozen=True)
class Trial:
    """A bug to try: in which file, in words, the whole file with it, and the tests of it."""

    file: str
    name: str
    source: str
    tests: tuple[str, ...]


def trials(only: str) -> Iterator[tuple[str, Trial]]:
    """The bugs in files whose path begins so, each with the row that tells of it."""
    for file, tests in MODULES.items():
        if file.startswith(only):
            source = (PROJECT / file).read_text()
            for mutant in mutants(source, sql="sqlite3" in source):
                yield file, Trial(file, mutant.name, mutant.source, tests)
    for bug in BUGS:
        if bug.file.startswith(only):
            source = (PROJECT / bug.file).read_text()
            name = f"{bug.text} -> {bug.instead or 'nothing'}"
            yield (
                f"{bug.file.partition('/')[0]}/",
                Trial(bug.file, name, source.replace(bug.text, bug.instead), bug.tests),
            )


def main(only: str = "") -> int:
    """Tries bugs; the number of those that survive without a reason."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    with TemporaryDirectory() as scratch, copied(Path(scratch)) as copy:

        @cache
        def seconds(tests: tuple[str, ...]) -> float:
            """How long tests take where there is no bug; 0 if they fail."""
            answer = copy.passes(tests)
            if not answer.passed:
                click.echo(answer.printed)
            return answer.passed * answer.seconds

        for row, trial in trials(only):
            ended = _ended(trial, copy, seconds(trial.tests))
            found[row][ended] += 1
            if ended not in ("noticed", "reason"):
                click.echo(f"{ended}: {trial.file}: {trial.name}")
    _write(found)
    left = sum(sum(told.values()) - told["noticed"] - told["reason"] for told in found.values())
    tried = sum(sum(told.values()) for told in found.values())
    told = sum(told["reason"] for told in found.values())
    click.echo(f"{tried - left - told} of {tried} bugs are noticed; {told} are not, for a reason.")
    return left


def _ended(trial: Trial, copy: Copy, seconds: float) -> str:
    if not seconds:
        return "FAILS WITHOUT IT"
    if (PROJECT / trial.file).read_text() == trial.source:
        return "IS NO CHANGE"
    with copy.having(trial.file, trial.source):
        if not copy.passes(trial.tests, within=30 + 4 * seconds).passed:
            return "noticed"
    return "reason" if reason(trial.file, trial.name) else "SURVIVES"


def _write(found: dict[str, Counter[str]]) -> None:
    """Writes rows into the page; those that were not tried now stay as they are."""
    before, _, rest = PAGE.read_text().partition(_BEGIN)
    table, _, after = rest.partition(_END)
    rows = {line.split(" | ")[0].removeprefix("| "): line for line in table.splitlines()[2:]}
    for row, told in found.items():
        left = sum(told.values()) - told["noticed"] - told["reason"]
        numbers = (sum(told.values()), told["noticed"], told["reason"], left)
        cells = (row, *map(str, numbers), f"{datetime.now(UTC):%Y-%m-%d}")
        rows[row] = f"| {' | '.join(cells)} |"
    heading = [f"| {' | '.join(_COLUMNS)} |", f"| {' | '.join(['---'] * len(_COLUMNS))} |"]
    lines = "\n".join([*heading, *rows.values()])
    PAGE.write_text(f"{before}{_BEGIN}{lines}\n{_END}{after}")


if __name__ == "__main__":
    sys.exit(1 if main(*sys.argv[1:]) else 0)
