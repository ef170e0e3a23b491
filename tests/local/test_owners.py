"""A run that begins holds its lock, whatever other processes tidy up at that moment."""

import os
from multiprocessing import get_context
from pathlib import Path

from local.processes import owners
from local.processes.owners import Owners


def tidy(path: Path) -> None:
    while True:
        Owners(path).forget(())


def test_the_lock_of_a_run_that_begins_is_never_taken_for_a_dead_runs(tmp_path: Path) -> None:
    path = tmp_path / "control.db"
    found = Owners(path)
    owners.release()
    other = get_context("fork").Process(target=tidy, args=(path,))
    other.start()
    try:
        for number in range(500):
            found.live(f"run-{number}")
            (lock,) = owners._held.values()
            file = tmp_path / f"control.db.run-run-{number}"
            assert os.path.samestat(os.fstat(lock.fileno()), file.stat()), number
            owners.release()
    finally:
        other.kill()
        other.join()
        owners.release()
