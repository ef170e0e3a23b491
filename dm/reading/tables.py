"""Finds the tables of a lake for who only reads: without SQLAlchemy, which takes long to import."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.abc import MetaPathFinder
from typing import TYPE_CHECKING

from local.lake import Lake
from runner.control.table import SCHEMA

if TYPE_CHECKING:
    from pyiceberg.table import Table


def find(lake: Lake, name: tuple[str, str]) -> Table | None:
    """A table as it is now; None if the catalog has none of this name.

    Raises:
        FileNotFoundError: its metadata file is gone.
        CatalogUnreadable: the lake's catalog is damaged.
    """
    schema, table = name
    location = lake.locations(schema).get(table)
    if location is None:
        return None
    import_arrow()
    from pyiceberg.table import StaticTable

    return StaticTable.from_metadata(location)


def not_there(lake: Lake, names: Iterable[str]) -> list[str]:
    """Those of some gold tables that the catalog has not: they are new, or were dropped."""
    there = lake.locations(SCHEMA)
    return [name for name in names if name not in there]


def import_arrow() -> None:
    """Imports Arrow without pandas, which it loads if it can: a second more, of no use to a reader.

    What is imported later, such as Spark, finds pandas all the same.
    """
    if "pandas" in sys.modules:
        return
    hiding = _NoPandas()
    sys.meta_path.insert(0, hiding)
    try:
        import pyarrow.dataset  # noqa: F401
    finally:
        sys.meta_path.remove(hiding)


class _NoPandas(MetaPathFinder):
    """Hides pandas."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        """Finds nothing; of pandas, nor do those that are asked next."""
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)
