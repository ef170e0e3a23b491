"""Finds the tables of a lake for who only reads: without SQLAlchemy, which takes long to import."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from importlib.abc import MetaPathFinder
from typing import TYPE_CHECKING

from local.lake import Lake

if TYPE_CHECKING:
    from pyiceberg.table import Table

_QUERY = """
select metadata_location from iceberg_tables
where catalog_name = 'lake' and table_namespace = ? and table_name = ?
"""


def find(lake: Lake, name: tuple[str, str]) -> Table | None:
    """A table as it is now; None if the catalog has none of this name.

    Raises:
        FileNotFoundError: its metadata file is gone.
        CatalogUnreadable: the lake's catalog is damaged.
    """
    if not lake.database.exists():  # who only looks makes nothing
        return None
    try:
        uri = f"{lake.database.as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=30)) as catalog:
            found = catalog.execute(_QUERY, name).fetchone()
    except sqlite3.Error as error:
        if "no such table" in str(error):
            return None
        lake.catalog.load_table(name)  # tells what is wrong
        raise
    if found is None:
        return None
    import_arrow()
    from pyiceberg.table import StaticTable

    return StaticTable.from_metadata(found[0])


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
