"""A load beside others, on a full disk: nothing is lost or doubled, and no orphan stays."""

import os
import random
import resource
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from click.testing import CliRunner
from pyiceberg.table import Table

from dm.cli import dm
from local import silver
from local.control import SqliteControlTable
from local.lake import Lake
from local.loading.errors import LoadOvertaken
from local.loading.load import load
from local.loading.months import merging, writing
from runner.control.items import Status
from tests.reviews import Review, review, table, write

Process = get_context("fork").Process
TABLES = ("top_drinkers", "state_by_review_volume")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.fixture
def control(lake: Lake) -> SqliteControlTable:
    return SqliteControlTable(lake.control)


def in_silver(lake: Lake) -> list[Review]:
    return silver.table(lake).scan().to_arrow().sort_by("review_id").to_pylist()


def load_all(lake: Lake, control: SqliteControlTable, *reviews: Review) -> tuple[str, ...]:
    path = write(lake.root.parent / "reviews.csv", reviews)
    return load(lake, control, TABLES, path).periods


def announced(control: SqliteControlTable) -> list[tuple[str, str]]:
    items = control.items(Status.PENDING)
    return sorted((item.table_name, f"{item.review_year}-{item.review_month}") for item in items)


def then_another_load(monkeypatch: pytest.MonkeyPatch, lake: Lake, times: int) -> None:
    """So many times, another load commits between a load's reading and its commit."""
    compare = merging.compare
    numbers = iter(range(100, 100 + times))

    def compare_and_be_late(*arguments: Any) -> Any:
        found = compare(*arguments)
        if number := next(numbers, None):
            with monkeypatch.context() as patch:
                patch.setattr(merging, "compare", compare)
                silver.upsert(lake, table([review(3, state="XX"), review(number, "2009-01")]))
        return found

    monkeypatch.setattr(merging, "compare", compare_and_be_late)


def test_a_load_that_is_overtaken_begins_again_on_what_is_there_then(
    lake: Lake, control: SqliteControlTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_all(lake, control, review(1))
    then_another_load(monkeypatch, lake, times=2)
    # The same review in another month: PyIceberg alone would let both in.
    assert load_all(lake, control, review(3, "2011-01")) == ("2010-12", "2011-01")
    assert [found["review_id"] for found in in_silver(lake)] == [1, 3, 100, 101]


def test_a_load_whose_files_another_has_replaced_begins_again(
    lake: Lake, control: SqliteControlTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_all(lake, control, review(1))
    commit, late = writing.commit, iter([True])

    def commit_late(base: Table, *rest: Any) -> int:
        if next(late, False):
            silver.upsert(lake, table([review(2)]))
            base.refresh()
        return commit(base, *rest)

    monkeypatch.setattr(writing, "commit", commit_late)
    load_all(lake, control, review(3))
    assert [found["review_id"] for found in in_silver(lake)] == [1, 2, 3]
    assert files_without_a_snapshot(lake) == set()


def test_a_load_that_is_always_overtaken_says_so_and_leaves_nothing(
    lake: Lake, control: SqliteControlTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_all(lake, control, review(1))
    then_another_load(monkeypatch, lake, times=100)
    with pytest.raises(LoadOvertaken):
        silver.upsert(lake, table([review(2, "2011-01")]))
    assert 2 not in [found["review_id"] for found in in_silver(lake)]
    assert files_without_a_snapshot(lake) == set()
    assert not list((lake.root / "loading").glob("load-*"))


def files_without_a_snapshot(lake: Lake) -> set[Path]:
    """Data files and manifests that no snapshot of silver has."""
    found = silver.table(lake)
    known = set()
    for snapshot in found.metadata.snapshots:
        known.add(snapshot.manifest_list)
        for manifest in snapshot.manifests(found.io):
            known.add(manifest.manifest_path)
            entries = manifest.fetch_manifest_entry(found.io, discard_deleted=False)
            known |= {entry.data_file.file_path for entry in entries}
    here = [p for p in lake.warehouse.rglob("*") if p.suffix in (".parquet", ".avro")]
    return {path for path in here if f"file:{path}" not in known}


@pytest.mark.parametrize("limit", [4_000, 30_000, 300_000])
def test_a_full_disk_is_told_in_a_sentence_and_leaves_no_orphans(
    lake: Lake,
    control: SqliteControlTable,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    limit: int,
) -> None:
    monkeypatch.setenv("DM_LAKE", str(lake.root))
    rng = random.Random(1)
    many = [review(i, beer_name=rng.randbytes(200).hex()) for i in range(3_000)]
    path = write(tmp_path / "many.csv", many)
    load_all(lake, control, review(99_999))
    before = in_silver(lake)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))  # no file may become larger
    try:
        answer = CliRunner().invoke(dm, ["load", str(path)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert answer.exit_code == 1
    assert answer.stderr.startswith(f"Error: The lake in {lake.root} could not be written: ")
    assert answer.stderr.count("\n") == 2
    assert in_silver(lake) == before
    assert files_without_a_snapshot(lake) == set()


def load_as_nobody(path: str) -> None:
    if os.geteuid() == 0:
        os.seteuid(65534)
    answer = CliRunner().invoke(dm, ["load", path])
    Path(path).with_name("told").write_text(f"{answer.exit_code} {answer.output}")


def test_a_lake_that_may_not_be_written_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with TemporaryDirectory() as folder:  # nobody can reach pytest's own
        here, lake = Path(folder), Lake(Path(folder) / "lake")
        here.chmod(0o755)
        monkeypatch.setenv("DM_LAKE", str(lake.root))
        first, told = write(here / "first.csv", [review(1)]), here / "told"
        assert CliRunner().invoke(dm, ["load", str(first)]).exit_code == 0
        told.touch()
        told.chmod(0o666)
        for path in (lake.root, *lake.root.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        child = Process(target=load_as_nobody, args=(str(write(here / "more.csv", [review(2)])),))
        child.start()
        child.join(60)
        for path in (lake.root, *lake.root.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        start = f"1 Error: The lake in {lake.root} could not be written: "
        assert told.read_text().startswith(start), told.read_text()
        assert [found["review_id"] for found in in_silver(lake)] == [1]


def first_load(root: str, number: int, together: Barrier) -> None:
    together.wait()
    silver.upsert(Lake(Path(root)), table([review(number)]))


def test_first_loads_at_once_all_load(lake: Lake) -> None:
    together = get_context("fork").Barrier(8)
    arguments = [(str(lake.root), number, together) for number in range(8)]
    runs = [Process(target=first_load, args=given) for given in arguments]
    for run in runs:
        run.start()
    for run in runs:
        run.join(60)
    assert [run.exitcode for run in runs] == [0] * 8
    assert [found["review_id"] for found in in_silver(lake)] == list(range(8))
