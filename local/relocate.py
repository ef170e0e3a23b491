"""Copies a lake to another folder: its metadata, which name files by their path, are rewritten."""

from __future__ import annotations

import csv
import os
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from local.lake import Lake
from local.spark import conf
from local.uris import path_of
from runner.errors import DataMasterError


class NotThere(DataMasterError):
    """A lake cannot be copied to a folder."""


def copy(lake: Lake, to: Path, tell: Callable[[str], None]) -> Lake:
    """Copies a lake: tables with their history, branches and tags, control items and settings.

    Args:
        lake: the lake; nobody may write to it meanwhile.
        to: the folder of the copy, which is made; absolute.
        tell: gets a line for each table.

    Raises:
        NotThere: the folder is not empty, or inside of the lake; nothing was copied.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise NotThere(f"{to} is there already", "Name a folder that is new or empty.")
    if to.resolve().is_relative_to(lake.root.resolve()):
        raise NotThere(f"{to} is inside of the lake", "Name a folder outside of it.")
    copied = Lake(to)
    to.mkdir(parents=True, exist_ok=True)
    if lake.database.exists():
        _copy_tables(lake, copied, tell)
    if lake.control.exists():
        # Safe beside a writer, which a copy of the file is not.
        with (
            closing(sqlite3.connect(lake.control)) as before,
            closing(sqlite3.connect(copied.control)) as after,
        ):
            before.backup(after)
    else:
        copied.control.touch()
    jars = conf.settings()["spark.driver.extraClassPath"].split(os.pathsep)
    conf.write_settings(to / "conf", copied, [Path(jar) for jar in jars])
    return copied


def _copy_tables(lake: Lake, copied: Lake, tell: Callable[[str], None]) -> None:
    from pyspark.sql import SparkSession  # slow to import

    spark = SparkSession.builder.getOrCreate()
    target = copied.warehouse.as_uri()
    for namespace, tables in _by_namespace(lake).items():
        copied.catalog.create_namespace_if_not_exists(namespace)
        for table in tables:
            name = f"{namespace}.{table}"
            tell(name)
            try:
                place = lake.catalog.load_table((namespace, table)).metadata_location
            except FileNotFoundError as error:
                raise NotThere(
                    f"{name} cannot be copied: its metadata file is gone",
                    "`dm doctor` tells what is wrong, docs/operations.md how to repair it.",
                ) from error
            folder = path_of(place).parent.relative_to(lake.warehouse).as_posix()
            source = place.partition(f"/{folder}/")[0]  # file:/ or file:///, as its maker wrote it
            with TemporaryDirectory() as staging:
                ((metadata, files),) = (
                    spark.sql(
                        f"call lake.system.rewrite_table_path('{name}', '{source}', '{target}',"
                        f" staging_location => '{Path(staging).as_uri()}')"
                    )
                    .select("latest_version", "file_list_location")
                    .collect()
                )
                with path_of(files).open(newline="") as lines:
                    for before, after in csv.reader(lines):
                        path_of(after).parent.mkdir(parents=True, exist_ok=True)
                        shutil.copyfile(path_of(before), path_of(after))
            copied.catalog.register_table((namespace, table), f"{target}/{folder}/{metadata}")


def _by_namespace(lake: Lake) -> dict[str, list[str]]:
    """The tables of a lake; a view has no files, and dbt makes it anew."""
    query = (
        "select table_namespace, table_name from iceberg_tables"
        " where coalesce(iceberg_type, 'TABLE') = 'TABLE' order by 1, 2"
    )
    found: dict[str, list[str]] = defaultdict(list)
    with closing(sqlite3.connect(lake.database)) as database:
        for namespace, table in database.execute(query):
            found[namespace].append(table)
    return found
