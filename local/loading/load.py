"""Loads reviews and announces the months that changed, as the silver job does on AWS."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import duckdb
from sqlalchemy.exc import DBAPIError

from local import damage, silver
from local.lake import HasCatalog, Lake
from local.loading.announcing import announce, announce_missed
from local.loading.errors import DemoLake, LakeNotWritable
from local.loading.files import reading
from local.loading.files.places import find, opened
from local.loading.files.reading import Rows
from local.loading.options import Options
from local.loading.progress import Now, telling
from local.loading.rows import faults, gold_rules, incoming, rejects
from local.loading.telling import counted, normalised, recognised
from local.loading.workspace import Workspace, workspace
from runner.control.table import ControlTable


def load(
    lake: HasCatalog,
    control: ControlTable,
    tables: Collection[str],
    *places: Path | str,
    options: Options | None = None,
    echo: Callable[[str], None] | None = None,
) -> silver.Load:
    """Loads files into silver in one commit, and adds a pending item per table and changed month.

    Args:
        lake: the lake.
        control: where the items go.
        tables: the gold tables.
        places: files, folders, globs, or `-` for standard input.
        options: what a person says about the files.
        echo: prints a line on how far it is.

    Raises:
        UnreadableReviews: nothing was loaded.
        LoadOvertaken: other loads were faster, again and again; nothing was loaded.
        RejectsNotWritable: there is such a file already; nothing was loaded.
        LakeNotWritable: the disk is full, or the lake is not to be written; nothing was loaded.
        DemoLake: the lake is the demo's.
    """
    asked = options or Options()
    try:
        files = find(list(map(str, places)))
        _check_demo(lake, files, asked)
        with (
            rejects.opened(None if asked.dry_run else asked.rejects) as left_out,
            workspace(lake) as work,
            telling(work.db, echo) as now,
        ):
            if not asked.dry_run:
                # Loads that died before they announced their months are announced now.
                announce_missed(lake, control, tables)
            counts, refused, told = read(work, files, asked, now, left_out)
            done = silver.merge(lake, work, now, dry_run=asked.dry_run)
    except (duckdb.Error, DBAPIError, OSError) as error:
        # What reads silver fails in the same words as what writes it.
        here = lake if isinstance(lake, Lake) and isinstance(error, duckdb.Error) else None
        raise (here and damage.anywhere(here)) or _not_written(lake, error) from error
    if not asked.dry_run:
        announce(control, tables, done)
    return replace(done, told=(counted(counts, done.change), *told), refused=tuple(refused))


def read(
    work: Workspace,
    files: Sequence[Path],
    options: Options,
    now: Now,
    left_out: TextIO | None = None,
) -> tuple[dict[str, int], list[str], list[str]]:
    """Makes the table `incoming` of files; rows with faults go to `left_out`, if there is one.

    Returns:
        Counts of rows, what is told of the first of those that are refused, and of the others.
    """
    reading.prepare(work.db, options)
    read: list[Rows] = []
    for number, path in enumerate(files):
        now(f"reading {path}" + (f", {number + 1} of {len(files)}" if len(files) > 1 else ""))
        with opened(path, work.folder, options) as place:
            read.append(reading.read(work.db, place, number, options))
    now("looking for reviews that are there several times")
    incoming.refuse_conflicts(work.db, read)
    refused: list[str] = []
    if options.dry_run:
        refused = faults.listed(work.db, read)
    elif not left_out:
        faults.refuse(work.db, read)
    counts = incoming.counts(work.db)
    if left_out and counts["refused"]:
        rejects.write(work.db, read, left_out)
    notes = incoming.notes(work.db)
    now("sorting the reviews by month")
    incoming.make(work.db)
    told = [*recognised(read), *normalised(notes), *gold_rules.warnings(work.db)]
    return counts, refused, told


def _check_demo(lake: HasCatalog, files: Sequence[Path], options: Options) -> None:
    if options.into_demo or not isinstance(lake, Lake) or not lake.database.exists():
        return
    found = silver.find(lake)
    if not found or silver.DEMO not in found.properties:
        return
    its_own = lake.root / "demo"
    if others := [file for file in files if its_own not in file.absolute().parents]:
        raise DemoLake(
            f"{lake.root} is the demo's lake, and {others[0]} would mix with its reviews",
            "Give your reviews a lake of their own: DM_LAKE=/some/folder dm load FILE. Or say"
            " --into-demo.",
        )


def _not_written(lake: HasCatalog, error: Exception) -> LakeNotWritable:
    where = str(lake.root) if isinstance(lake, Lake) else "its bucket"
    if isinstance(error, OSError):
        why = error.strerror or type(error).__name__
    elif isinstance(error, DBAPIError):
        why = str(error.orig)
    else:
        # DuckDB's own text may quote a value, which may be personal.
        why = f"DuckDB stopped ({type(error).__name__})"
        if isinstance(error, duckdb.OutOfMemoryException):
            why = "the memory or the disk for what it spills ran out"
        elif isinstance(error, duckdb.IOException):
            why = "the disk is full, or failed"
    return LakeNotWritable(
        f"The lake in {where} could not be written: {why}; nothing is loaded",
        "Make room, or look who may write there, and load again.",
    )
