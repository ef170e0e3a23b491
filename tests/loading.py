"""Reads files as a load does, and gives back what it would put into silver."""

import tempfile
from pathlib import Path

import pyarrow as pa

from local.lake import Lake
from local.loading import load
from local.loading.files.places import find
from local.loading.options import Options
from local.loading.rows import rejects
from local.loading.workspace import workspace
from local.reviews import ARROW_SCHEMA


def read(*paths: Path, options: Options | None = None) -> pa.Table:
    """The reviews of files, by review_id."""
    return read_and_told(*paths, options=options)[0]


def read_and_told(
    *paths: Path, options: Options | None = None
) -> tuple[pa.Table, dict[str, int], list[str], list[str]]:
    """The reviews of files; counts of rows, faults that are listed, and what is told."""
    with tempfile.TemporaryDirectory() as folder, workspace(Lake(Path(folder))) as work:
        files = find(list(map(str, paths)))
        asked = options or Options()
        with rejects.opened(asked.rejects) as left_out:
            told = load.read(work, files, asked, lambda text: None, left_out)
        rows = work.db.execute("from incoming order by review_id").to_arrow_table()
    return rows.cast(ARROW_SCHEMA), *told
