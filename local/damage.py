"""Finds files of a lake's tables that are damaged or gone, and tells what to do about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from local.lake import SILVER, Lake, find
from local.uris import file_of
from runner import periods
from runner.control.table import SCHEMA
from runner.errors import DataMasterError
from runner.periods import InvalidPeriod
from runner.project import tables

if TYPE_CHECKING:
    from pyiceberg.manifest import DataFile, ManifestFile
    from pyiceberg.table import Table
    from pyiceberg.table.snapshots import Snapshot

_HISTORY = "run_history"
_GUIDE = "docs/operations.md says how to repair it."
Name = tuple[str, str]


class Damaged(DataMasterError):
    """Files of a table are damaged or gone."""


@dataclass(frozen=True)
class Fault:
    """A file that is damaged or gone.

    Attributes:
        path: the file.
        what: what is wrong with it: the end of a sentence.
        month: whose rows it has; empty if it has none, or that is not known.
    """

    path: Path
    what: str
    month: str = ""


def of_now(table: Table, *, whole: bool = False) -> list[Fault]:
    """Those of the files of what readers see.

    Of a data file it reads the end, which says where all else is; with `whole` all of it.
    """
    newest = table.metadata.current_snapshot()
    return list(_of_snapshots(table, [newest], whole=whole)) if newest else []


def damaged(name: Name, found: Sequence[Fault], *, past: bool = False) -> Damaged:
    """What there is to say of a table with faults, and what to do."""
    first, months = found[0], sorted({fault.month for fault in found if fault.month})
    others = f"; so are {len(found) - 1} more files of it" if len(found) > 1 else ""
    rows = f", with rows of {periods.in_words(months)}," if months else ""
    return Damaged(
        f"{'.'.join(name)} is damaged: {first.path}{rows} {first.what}{others}",
        "What readers see is whole: this is of the past alone." if past else _advice(name, months),
    )


@contextmanager
def told() -> Iterator[None]:
    """An error that nobody expects is told as the damage that it comes from, if there is any.

    Arrow, DuckDB and Avro each fail in ways of their own, and some name no file.
    """
    try:
        yield
    except (DataMasterError, click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except Exception as error:
        if found := anywhere(find()):
            raise found from error
        raise


def anywhere(lake: Lake, *, whole: bool = True) -> Damaged | None:
    """The damage of the first table that has some: of what readers see, or of the past too."""
    there = {}
    for name in (*((SCHEMA, name) for name in (*tables(), _HISTORY)), SILVER):
        schema, short = name
        if location := lake.locations(schema).get(short):
            try:
                there[name] = lake.catalog.load_table(name)
            except FileNotFoundError:
                continue  # who reads it tells that
            except Exception:
                return damaged(name, [Fault(file_of(location), "cannot be understood")])
    for inside in (False, True) if whole else (False,):
        for name, table in there.items():
            if found := of_now(table, whole=inside):
                return damaged(name, found)
    for name, table in there.items() if whole else ():
        if found := list(_of_snapshots(table, table.metadata.snapshots, whole=False)):
            return damaged(name, found, past=True)
    return None


def _advice(name: Name, months: Sequence[str]) -> str:
    schema, table = name
    if schema != SCHEMA or table == _HISTORY or not months:
        return _GUIDE
    return (
        f"`dm backfill --table {table} --from {months[0]} --to {months[-1]} --force`, then"
        " `dm process`, builds it again."
    )


def _of_snapshots(table: Table, snapshots: Sequence[Snapshot], *, whole: bool) -> Iterator[Fault]:
    manifests: dict[str, ManifestFile] = {}
    for snapshot in snapshots:
        try:
            manifests |= {one.manifest_path: one for one in snapshot.manifests(table.io)}
        except Exception as error:
            yield Fault(file_of(snapshot.manifest_list), _why(error))
    files: dict[str, tuple[DataFile, str]] = {}
    for path, manifest in manifests.items():
        try:
            entries = manifest.fetch_manifest_entry(table.io)
        except Exception as error:
            yield Fault(file_of(path), _why(error))
        else:
            names = [field.name for field in table.specs()[manifest.partition_spec_id].fields]
            for entry in entries:
                parts = {name: entry.data_file.partition[i] for i, name in enumerate(names)}
                files[entry.data_file.file_path] = entry.data_file, _month(parts)
    for uri, (file, month) in sorted(files.items()):
        if what := _wrong(file_of(uri), file, whole=whole):
            yield Fault(file_of(uri), what, month)


def _month(parts: dict[str, object]) -> str:
    with suppress(InvalidPeriod, KeyError):
        return periods.of(parts["review_year"], parts["review_month"])
    return ""


def _wrong(path: Path, file: DataFile, *, whole: bool) -> str:
    """What is wrong with a data file; empty if nothing is."""
    import pyarrow.parquet as pq  # slow to import

    try:
        if (size := path.stat().st_size) != file.file_size_in_bytes:
            return f"has {size} bytes instead of {file.file_size_in_bytes}"
        if file.file_format == "PARQUET":
            with pq.ParquetFile(path) as found:
                for _ in found.iter_batches() if whole else ():
                    pass
    except Exception as error:
        return _why(error)
    return ""


def _why(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "is not there"
    why = error.strerror if isinstance(error, OSError) else ""
    return f"cannot be read: {why}" if why else "has other bytes than were written"
