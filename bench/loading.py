"""Measures memory and time of loads of 0.2, 2 and 20 million reviews; writes docs/loading.md.

`python -m bench.loading` takes an hour and 30 GB of disk; sizes in millions may be given.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from bench.lakes import reviews_sql
from local.demo import Shape
from runner.project import PROJECT

SIZES = (0.2, 2, 20)
ALONE = "into an empty silver"
PAGE = PROJECT / "docs" / "loading.md"
_BEGIN, _END = "<!-- measured: begin -->\n", "<!-- measured: end -->"
_PAUSE = 0.05

_SHAPE = Shape(beers=60_000, breweries=5_000, drinkers=30_000)
_TIME = "838857600 + 488000000 * sqrt(hash(range) % 1000003 / 1000003.0)"
"""Of 1996 to 2012; the later months have more."""


@dataclass(frozen=True)
class Measured:
    """What a load took: seconds, and the memory of its process at the most, in MB."""

    what: str
    rows: int
    seconds: float
    memory: float


def make_reviews(path: Path, size: int, first: int) -> None:
    """Writes a CSV of so many synthetic reviews, with ids from `first` on."""
    with duckdb.connect() as db:
        db.execute("set memory_limit = '1GB'; set timezone = 'UTC'")
        reviews = reviews_sql(replace(_SHAPE, reviews=size, first_id=first), _TIME)
        db.execute(f"copy ({reviews}) to '{path}' (header)")


def measure(what: str, file: Path, lake: Path, rows: int) -> Measured:
    """Runs `dm load` on a file, and looks at the memory of its process."""
    begun, peak = time.monotonic(), 0.0
    with tempfile.TemporaryFile() as output:
        command = [sys.executable, "-c", "from dm.cli import dm; dm()", "load", str(file)]
        process = subprocess.Popen(
            command, env=os.environ | {"DM_LAKE": str(lake)}, stdout=output, stderr=output
        )
        while process.poll() is None:
            peak = max(peak, _memory(process.pid))
            time.sleep(_PAUSE)
        output.seek(0)
        told = output.read().decode()
    done = Measured(what, rows, time.monotonic() - begun, peak)
    print(f"{told}{done}", flush=True)  # noqa: T201
    if process.returncode:
        raise SystemExit(1)
    return done


def of_size(size: int, folder: Path) -> Iterator[Measured]:
    """Measures loads of a size into a silver without reviews, and into one of that size."""
    lake, file = folder / "lake", folder / "reviews.csv"
    make_reviews(file, size, 1)
    yield measure(ALONE, file, lake, size)
    make_reviews(file, size, size + 1)
    yield measure("others, into a silver of as many", file, lake, size)
    yield measure("the same again, in a silver of twice as many", file, lake, size)
    make_reviews(file, 1, 2 * size + 1)
    yield measure(f"one review, into a silver of {2 * size:,}", file, lake, 1)
    shutil.rmtree(lake)


def table(measured: Sequence[Measured]) -> str:
    """The figures as a table of Markdown.

    Times are told against those of a row of the second size, and of the same size without others.
    """
    row = {m.what: m.seconds / m.rows for m in measured if m.rows == 2_000_000}
    alone = {m.rows: m.seconds for m in measured if m.what == ALONE}
    lines = [
        f"| load | rows | time | time a row, 2 million = 1 | time, {ALONE} = 1 | memory |",
        "|---|---|---|---|---|---|",
    ]
    for m in sorted(measured, key=lambda m: (m.what, m.rows)):
        a_row = f"{m.seconds / m.rows / row[m.what]:.2f}" if m.what in row else ""
        beside = f"{m.seconds / alone[m.rows]:.2f}" if m.rows in alone else ""
        told = (m.what, f"{m.rows:,}", f"{m.seconds:.0f} s", a_row, beside, f"{m.memory:,.0f} MB")
        lines.append(f"| {' | '.join(told)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measures the sizes that the arguments name, or all, and writes the page."""
    sizes = [float(text) for text in sys.argv[1:]] or SIZES
    measured: list[Measured] = []
    with tempfile.TemporaryDirectory(dir=os.environ.get("DM_BENCH")) as folder:
        for millions in sizes:
            measured += of_size(round(millions * 1_000_000), Path(folder))
            print(table(measured), flush=True)  # noqa: T201
    if len(sizes) == len(SIZES) and PAGE.exists():
        before, _, rest = PAGE.read_text().partition(_BEGIN)
        _, _, after = rest.partition(_END)
        PAGE.write_text(f"{before}{_BEGIN}{table(measured)}{_END}{after}")


def _memory(process: int) -> float:
    """The resident memory of a process in MB."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
