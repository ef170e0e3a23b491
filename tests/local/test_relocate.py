"""A lake that dm copies is one of its own; one that was copied or moved by hand is refused."""

import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result
from pyspark.sql import SparkSession

from dm.cli import dm
from local import place, silver
from local.control import SqliteControlTable
from local.lake import Lake
from runner.control.items import Status
from tests import reviews
from tests.runner.control.test_control import item
from tests.tables import gold


def run(*command: str) -> Result:
    return CliRunner().invoke(dm, command, catch_exceptions=False)


def sizes(lake: Lake) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in lake.warehouse.rglob("*") if path.is_file()}


def test_a_copy_is_a_lake_of_its_own(
    lake: Lake, session: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    silver.upsert(lake, reviews.table(reviews.month_of("2010-12", 1)))
    session.sql("create table lake.dm_gold.t using iceberg as select 1 as a")
    session.sql("insert into lake.dm_gold.t select 2")
    session.sql("alter table lake.dm_gold.t create branch kept")
    # Both are tables that Spark and PyIceberg write to.
    gold(lake, "t").append(pa.table({"a": pa.array([3], pa.int32())}))
    session.sql("delete from lake.dm_silver.review_flat where review_id = 5")
    SqliteControlTable(lake.control).enqueue([item()])
    by_hand, by_dm = Lake(tmp_path / "by-hand"), Lake(tmp_path / "by-dm")
    shutil.copytree(lake.root, by_hand.root)
    told = run("lake", "copy", str(by_dm.root))
    assert told.exit_code == 0, told.output
    assert f"DM_LAKE={by_dm.root}" in told.output
    before = sizes(lake)

    again = run("lake", "copy", str(by_dm.root))
    assert again.exit_code == 1
    assert "is there already" in again.output

    monkeypatch.setenv("DM_LAKE", str(by_hand.root))
    refused = run("status")
    assert refused.exit_code == 1
    assert f"is a copy of {lake.root}" in refused.output
    assert run("load", "-").exit_code == 1

    monkeypatch.setenv("DM_LAKE", str(by_dm.root))
    assert place.there() == by_dm
    silver.upsert(by_dm, reviews.table(reviews.month_of("2011-01", 100)))
    copied = gold(by_dm, "t")
    assert len(copied.history()) == 3
    assert "kept" in copied.refs()
    assert sorted(copied.scan().to_arrow()["a"].to_pylist()) == [1, 2, 3]
    assert len(SqliteControlTable(by_dm.control).items(Status.PENDING)) == 1
    assert sizes(lake) == before

    by_hand_again = tmp_path / "moved-by-hand"
    by_dm.root.rename(by_hand_again)
    monkeypatch.setenv("DM_LAKE", str(by_hand_again))
    refused = run("pending")
    assert refused.exit_code == 1
    assert f"was moved here from {by_dm.root}" in refused.output


def test_a_moved_lake_is_elsewhere_whole_and_what_was_not_its_own_is_told(
    lake: Lake, session: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    silver.upsert(lake, reviews.table(reviews.month_of("2011-02", 500)))
    SqliteControlTable(lake.control).enqueue([item("of-the-move")])
    (lake.root / "thesis.odt").touch()
    moved = Lake(tmp_path / "moved")
    before = silver.table(lake).scan().to_arrow().sort_by("review_id")
    told = run("lake", "move", str(moved.root))
    assert told.exit_code == 0, told.output
    assert told.output.splitlines()[-2:] == [
        f"Not the lake's, so it stays: {lake.root / 'thesis.odt'}",
        f"The lake is {moved.root} now: export DM_LAKE={moved.root}",
    ]
    assert [path.name for path in lake.root.iterdir()] == ["thesis.odt"]
    assert silver.table(moved).scan().to_arrow().sort_by("review_id") == before
    waiting = SqliteControlTable(moved.control).items(Status.PENDING)
    assert "of-the-move" in {found.control_id for found in waiting}
    monkeypatch.setenv("DM_LAKE", str(moved.root))
    assert place.there() == moved
