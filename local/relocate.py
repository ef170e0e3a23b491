"""Copies a lake to another folder: its metadata, which name files by their path, are rewritten."""

from __future__ import annotations

import csv
import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from local.control import SqliteControlTable
from local.lake import Lake
from local.spark import conf
from local.uris import path_of, uri_of
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
        NotThere: the folder is not empty, or inside of the lake, or a table cannot be copied; no
            copy is left.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise NotThere(f"{to} is there already", "Name a folder that is new or empty.")
    if to.resolve().is_relative_to(lake.root.resolve()):
        raise NotThere(f"{to} is inside of the lake", "Name a folder outside of it.")
    copied = Lake(to)
    to.mkdir(parents=True, exist_ok=True)
    try:
        _copy_all(lake, copied, tell)
    except BaseException:
        shutil.rmtree(to)
        raise
    return copied


def _copy_all(lake: Lake, copied: Lake, tell: Callable[[str], None]) -> None:
    if lake.database.exists():
        _copy_tables(lake, copied, tell)
    if lake.control.exists():
        SqliteControlTable(lake.control).copy(copied.control)
    else:
        copied.control.touch()
    jars = conf.settings()["spark.driver.extraClassPath"].split(os.pathsep)
    conf.write_settings(copied.root / "conf", copied, [Path(jar) for jar in jars])


def _copy_tables(lake: Lake, copied: Lake, tell: Callable[[str], None]) -> None:
    from pyspark.errors import IllegalArgumentException  # slow to import
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.getOrCreate()
    target = uri_of(copied.warehouse)
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
            source = place.partition(f"/{folder}/")[0]  # older lakes have file:///
            with TemporaryDirectory() as staging, _told(name, IllegalArgumentException):
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


@contextmanager
def _told(name: str, refused: type[Exception]) -> Iterator[None]:
    """Iceberg copies a table whose files are all named alike: file:/ here and file:/// there."""
    try:
        yield
    except refused as error:
        raise NotThere(
            f"{name} cannot be copied: {str(error).splitlines()[0]}",
            "Copy the lake's folder with what else your system has for it, and restore it there.",
        ) from error


def _by_namespace(lake: Lake) -> dict[str, list[str]]:
    """The tables of a lake; a view has no files, and dbt makes it anew."""
    query = (
        "select table_namespace, table_name from iceberg_tables"
        " where coalesce(iceberg_type, 'TABLE') = 'TABLE' order by 1, 2"
    )
    found: dict[str, list[str]] = defaultdict(list)
    for namespace, table in lake.ask(query):
        found[namespace].append(table)
    return found
