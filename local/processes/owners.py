"""Tells which runs of this machine are dead: each holds a lock, which the system frees at its end.

So a killed run is noticed at once, whatever has its process id since. Where there is no lock file,
such as of a run on another machine, nothing is known: its lease tells.
"""

import fcntl
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path

_held: dict[Path, TextIOWrapper] = {}


class Owners:
    """The runs that work with the control table `path`; their locks are files beside it."""

    def __init__(self, path: Path) -> None:
        self._prefix = f"{path.name}.run-"
        self._folder = path.parent

    def live(self, owner: str) -> None:
        """Holds the lock of a run of this process, until that ends."""
        file = self._file(owner)
        file.parent.mkdir(parents=True, exist_ok=True)
        while file not in _held:
            lock = file.open("w")
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Another process may have taken it for a dead run's meanwhile, and removed it.
            if _is_at(lock, file):
                _held[file] = lock
            else:
                lock.close()

    def is_dead(self, owner: str | None) -> bool:
        """Whether the process of a run is known to have ended."""
        with _free(self._file(str(owner))) as free:
            return bool(owner) and free

    def forget(self, owners: Collection[str | None]) -> None:
        """Removes the files of dead runs that own nothing any more, which is all but `owners`."""
        kept = {self._file(str(owner)) for owner in owners}
        for file in self._folder.glob(f"{self._prefix}*"):
            if file not in kept:
                with _free(file) as free:
                    if free:  # and stays so meanwhile
                        file.unlink(missing_ok=True)

    def _file(self, owner: str) -> Path:
        return self._folder / f"{self._prefix}{owner.replace('/', '_')}"


def _is_at(lock: TextIOWrapper, file: Path) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(lock.fileno()), file.stat())
    return False


def release() -> None:
    """Lets go of the locks of all runs of this process, which goes on: none of them works any more.

    A run that was interrupted before it could give back its items is then known to be dead.
    """
    while _held:
        _held.popitem()[1].close()


@contextmanager
def _free(file: Path) -> Iterator[bool]:
    """Whether a file is there and nobody holds it; meanwhile nobody can."""
    try:
        lock = file.open()
    except OSError:
        yield False
        return
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
