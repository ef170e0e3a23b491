"""Whether a folder is a lake, and whether it is where its tables say: checked at each start.

Iceberg's metadata names files by their whole path. So a lake that was copied would write into the
one that it was copied from, and one that was moved finds nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from local.lake import CatalogUnreadable, Lake, find
from local.uris import path_of
from runner.errors import DataMasterError

_MARKS = ("catalog.db", "control.db", "conf/spark-defaults.conf")
_ANOTHER = "DM_LAKE names another lake."


class NoLake(DataMasterError):
    """A folder is no lake."""


class StrangersFolder(DataMasterError):
    """A folder that is no lake has files of somebody else in it."""


class LakeElsewhere(DataMasterError):
    """A lake is not in the folder that its tables name."""


def there() -> Lake:
    """The lake of find(), where there is one; nothing is made.

    Raises:
        NoLake: nothing of a lake is there.
        LakeElsewhere: it was copied or moved by hand.
    """
    here = find()
    if not is_one(here):
        mistyped = "DM_LAKE names that folder: correct it, or `dm setup` makes a new, empty lake."
        do = mistyped if os.environ.get("DM_LAKE") else f"`dm setup` makes one; {_ANOTHER}"
        raise NoLake(f"There is no lake at {here.root}", do)
    _must_be_at_home(here)
    return here


def made() -> Lake:
    """The lake of find(); its folder is made where there is none.

    Raises:
        StrangersFolder: the folder has something else in it.
        LakeElsewhere: the lake was copied or moved by hand.
    """
    here = find()
    if is_one(here):
        _must_be_at_home(here)
    elif here.root.is_dir() and any(here.root.iterdir()):
        raise StrangersFolder(
            f"{here.root} is no lake, and has files of something else in it",
            "Name a folder that is new or empty by DM_LAKE.",
        )
    else:
        here.root.mkdir(parents=True, exist_ok=True)
        here.control.touch()
    return here


@contextmanager
def filled() -> Iterator[Lake]:
    """The lake of made(), for a load; a new one goes again if no rows came into it.

    Else the next load would not tell that DM_LAKE names a new lake, which may be mistyped.
    """
    here = find()
    absent = [folder for folder in (here.root, *here.root.parents) if not folder.exists()]
    is_new = not is_one(here)
    made()
    try:
        yield here
    finally:
        if is_new:
            with suppress(OSError, DataMasterError):  # why there is nothing is told already
                _take_back(here, absent)


def _take_back(lake: Lake, absent: list[Path]) -> None:
    from local import silver  # Arrow and Iceberg are slow to import
    from local.loading.workspace import alone

    with alone(lake) as nobody_loads:
        reviews = silver.find(lake)
        if not nobody_loads or (reviews and reviews.current_snapshot()):
            return
        lake.remove()
    if lake.root not in absent:
        lake.root.mkdir(exist_ok=True)
    for folder in absent[1:]:
        folder.rmdir()


def is_one(lake: Lake) -> bool:
    """Whether there is something of a lake."""
    return any((lake.root / name).is_file() for name in _MARKS)


def must_be_one(lake: Lake) -> None:
    """Tells whether there is something of a lake to remove.

    Raises:
        NoLake: there is not.
    """
    if not is_one(lake):
        is_there = "has nothing of a lake in it" if lake.root.is_dir() else "is not there"
        raise NoLake(f"{lake.root} {is_there}", f"Nothing was removed; {_ANOTHER}")


def _must_be_at_home(lake: Lake) -> None:
    here = lake.root.resolve()
    for path in _metadata(lake):
        if not path.resolve().is_relative_to(here):
            home = Path(str(path).partition("/warehouse/")[0])
            how = "is a copy of" if path.exists() else "was moved here from"
            do = (
                f"Remove the copy, and make one by DM_LAKE={home} dm lake copy {lake.root}"
                if path.exists()
                else f"Move it back, and then by DM_LAKE={home} dm lake move {lake.root}"
            )
            raise LakeElsewhere(f"The lake at {lake.root} {how} {home}, as its tables say", do)


def _metadata(lake: Lake) -> list[Path]:
    """Where the metadata of the tables are; whoever reads a damaged catalog tells of it."""
    query = "select metadata_location from iceberg_tables where metadata_location is not null"
    with suppress(CatalogUnreadable):
        return [path_of(found) for (found,) in lake.ask(query)]
    return []
