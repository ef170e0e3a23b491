"""The lake of one machine: a folder with an Iceberg catalog, its tables and the control items."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Collection
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from local.processes.locks import locked
from local.uris import path_of, uri_of
from runner.control.table import SCHEMA
from runner.errors import DataMasterError
from runner.project import PROJECT

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from pyiceberg.catalog.sql import SqlCatalog

DEFAULT = PROJECT / ".lake"
SILVER = ("dm_silver", "review_flat")
"""The name of silver's table in a catalog."""


class HasCatalog(Protocol):
    """A lake, here or on AWS: what reads and writes its tables asks for no more."""

    @property
    def catalog(self) -> Catalog:
        """The Iceberg catalog, as PyIceberg reads and writes it."""
        ...


@dataclass(frozen=True)
class Lake:
    """A lake in the folder `root` (absolute: Iceberg's metadata keeps the path)."""

    root: Path

    @property
    def database(self) -> Path:
        """The SQLite file of the Iceberg catalog."""
        return self.root / "catalog.db"

    @property
    def warehouse(self) -> Path:
        """The folder of the tables' data and metadata."""
        return self.root / "warehouse"

    @property
    def control(self) -> Path:
        """The SQLite file of the control items."""
        return self.root / "control.db"

    @cached_property
    def catalog(self) -> SqlCatalog:
        """The Iceberg catalog, as PyIceberg reads and writes it; made if it is not there.

        Its name is part of what it stores, so Spark's catalog has the same one.

        Raises:
            CatalogUnreadable: its file is damaged, or the lake's folder is not to be read.
        """
        from pyiceberg.catalog.sql import SqlCatalog  # slow to import
        from sqlalchemy.exc import DBAPIError

        uri = f"sqlite:///{self.database}"
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with locked(self.root):  # two first starts would make its tables at once
                return SqlCatalog("lake", uri=uri, warehouse=uri_of(self.warehouse))
        except (DBAPIError, OSError) as error:
            told = error.orig if isinstance(error, DBAPIError) else error
            raise CatalogUnreadable(self.database, told) from error

    def ask(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        """What a query finds in the catalog's file; nothing is made.

        Without SQLAlchemy, which takes long to import.

        Raises:
            CatalogUnreadable: the file is damaged, or not to be read.
        """
        if not self.database.exists():
            return []
        try:
            uri = f"{self.database.as_uri()}?mode=ro"
            with closing(sqlite3.connect(uri, uri=True, timeout=30)) as database:
                return database.execute(query, values).fetchall()
        except sqlite3.Error as error:
            if "no such table" in str(error):
                return []
            raise CatalogUnreadable(self.database, error) from error

    def locations(self, schema: str) -> dict[str, str]:
        """The metadata file of each table of a schema, by name; nothing is made.

        Raises:
            CatalogUnreadable: the catalog's file is damaged, or not to be read.
        """
        query = (
            "select table_name, metadata_location from iceberg_tables"
            " where catalog_name = 'lake' and table_namespace = ?"
        )
        return dict(self.ask(query, schema))

    def spark_settings(self) -> dict[str, str]:
        """What Spark needs to use this lake as its default catalog."""
        return {
            "spark.sql.extensions": (
                "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions"
            ),
            "spark.sql.defaultCatalog": "lake",
            "spark.sql.catalog.lake": "org.apache.iceberg.spark.SparkCatalog",
            "spark.sql.catalog.lake.type": "jdbc",
            "spark.sql.catalog.lake.uri": f"jdbc:sqlite:{self.database}",
            "spark.sql.catalog.lake.jdbc.schema-version": "V1",
            "spark.sql.catalog.lake.warehouse": uri_of(self.warehouse),
            # Another process may commit at any time: look at each table afresh.
            "spark.sql.catalog.lake.cache-enabled": "false",
        }

    def remove(self) -> list[Path]:
        """Deletes what dm, dbt and Spark have made here, and the folder if nothing else is in it.

        Returns:
            What is left, for it is somebody else's.
        """
        if self.database.is_file():
            shutil.rmtree(self.warehouse, ignore_errors=True)
            shutil.rmtree(self.root / "loading", ignore_errors=True)
        for pattern in _FILES:
            for path in self.root.glob(pattern):
                path.unlink(missing_ok=True)
        for folder in (self.root / "conf", self.root / "demo", self.root):
            with suppress(OSError):  # it is not empty, or not there
                folder.rmdir()
        return sorted(self.root.iterdir()) if self.root.is_dir() else []


def without_model(lake: Lake, models: Collection[str]) -> list[str]:
    """The gold tables that a run has written and that are no model any more.

    What else somebody keeps in their schema is theirs.
    """
    found = []
    for name, location in sorted(lake.locations(SCHEMA).items()):
        with suppress(OSError):
            if name not in models and "dm.run-id" in path_of(location).read_text():
                found.append(name)
    return found


_FILES = (
    *("catalog.db*", "control.db*", "spark-server.*", "plans.*", "history.txt"),
    *("conf/spark-defaults.conf", "conf/log4j2.properties"),
    *("demo/reviews.parquet", "demo/changes.csv"),
)


class CatalogUnreadable(DataMasterError):
    """The catalog of a lake is damaged, or out of reach."""

    def __init__(self, database: Path, told: object) -> None:
        super().__init__(
            f"The lake's catalog, {database}, cannot be read: {told}",
            "Bring it back from a copy; DM_LAKE names another lake.",
        )


class RelativeLake(DataMasterError):
    """DM_LAKE is no absolute path: dm, dbt and Spark would each look somewhere else."""


class UnfitPath(DataMasterError):
    """A path that a URI writes otherwise: PyIceberg and Spark would each write somewhere else."""


def find() -> Lake:
    """The lake in the folder that DM_LAKE names, else in `.lake` of the project.

    Raises:
        RelativeLake: DM_LAKE does not begin at the root.
        UnfitPath: it has a space, or another letter that a URI has not.
    """
    named = os.environ.get("DM_LAKE")
    if named and not Path(named).is_absolute():
        raise RelativeLake(f"DM_LAKE={named} is no absolute path", f"Try DM_LAKE=$PWD/{named}")
    root = Path(named) if named else DEFAULT
    if root.as_uri() != f"file://{root}":
        raise UnfitPath(
            f"{root} has a space or a letter that a lake's path must not have",
            "DM_LAKE names a lake somewhere else, such as DM_LAKE=/tmp/lake",
        )
    return Lake(root)
