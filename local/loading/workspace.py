"""The folder of a load: its database, what it spills, and what it unpacks."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from local.duck import literal
from local.lake import HasCatalog, Lake
from local.processes.locks import locked

MEMORY = "1GB"
"""What DuckDB may hold; Python and Arrow hold some 300 MB beside it."""

_LOCK = "lock"


@dataclass(frozen=True)
class Workspace:
    """A folder that goes when the load ends, and a database in it."""

    folder: Path
    db: duckdb.DuckDBPyConnection


@contextmanager
def workspace(lake: HasCatalog) -> Iterator[Workspace]:
    """A workspace in the lake's folder, or a temporary one where the lake is a bucket.

    What a load that was killed has left there goes first.
    """
    parent = Path(tempfile.gettempdir())
    if isinstance(lake, Lake):
        parent = lake.root / "loading"
    with ExitStack() as stack:
        # One at a time: none takes the folder that another just makes for one that is left.
        with _gate(parent):
            if isinstance(lake, Lake):
                remove_left(parent)
            folder = Path(tempfile.mkdtemp(prefix="load-", dir=parent))
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            lock = stack.enter_context((folder / _LOCK).open("w"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        db = duckdb.connect(folder / "load.db")
        try:
            db.execute(f"set memory_limit = '{MEMORY}'")
            db.execute(f"set threads = {min(os.cpu_count() or 1, 4)}")
            db.execute(f"set temp_directory = {literal(str(folder / 'spill'))}")
            db.execute("set timezone = 'UTC'")
            db.execute("set enable_progress_bar = true; set enable_progress_bar_print = false")
            # It makes a join of each list of texts: dozens in one statement, and a second.
            db.execute("set disabled_optimizers = 'in_clause'")
            yield Workspace(folder, db)
        finally:
            # It goes with its folder: on a full disk it cannot be closed well, and need not be.
            with suppress(duckdb.Error):
                db.close()


@contextmanager
def alone(lake: Lake) -> Iterator[bool]:
    """Whether no load is at work in the lake; none begins meanwhile."""
    parent = lake.root / "loading"
    with _gate(parent):
        yield not remove_left(parent)


@contextmanager
def _gate(parent: Path) -> Iterator[None]:
    parent.mkdir(parents=True, exist_ok=True)
    gate = parent / "loads.lock"
    gate.touch()
    with locked(gate):
        parent.mkdir(parents=True, exist_ok=True)  # it may have gone while this waited
        yield


def remove_left(parent: Path) -> bool:
    """Removes the folders of loads that died; whether there is one of a load at work."""
    at_work = False
    for folder in parent.glob("load-*"):
        try:
            with (folder / _LOCK).open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:  # its load is at work, or it has just begun
            at_work = True
    return at_work
