"""What is said of silver beside what is stale, and what it costs to ask."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from pyspark.sql import SparkSession

from bench.macros import Macros
from dm.cli import dm
from dm.reading.stale import plans
from local.lake import Lake
from local.silver import TABLE
from tests.dbt_project import Dbt
from tests.silver.lakes import Silver, Table
from tests.silver.test_matrix import FIRST, NAMES, Reviews

NAME = NAMES[0]


@pytest.fixture(scope="module")
def reviews(lake: Lake, session: SparkSession) -> Reviews:
    made = Reviews(session, TABLE[1], next_id=FIRST)
    made.add("2010-01", "2010-02")
    return made


def test_neither_a_compaction_nor_a_branch_makes_silver_fresh(session: SparkSession) -> None:
    silver = Silver(session, "freshness")
    silver.append((2010, 1), (2010, 2))
    silver.append((2010, 1))
    query = "select max(committed_at) from SILVER.snapshots"
    changed = silver.sql(query)
    silver.compact()
    silver.sql("alter table SILVER create branch other")
    silver.sql("delete from SILVER.branch_other where review_month = 1")
    assert silver.sql(query) != changed
    assert silver.sql(Macros(session)("loaded_at", silver.table)) == changed
    silver.sql(f"call system.rollback_to_snapshot('SILVER', {silver.snapshots()[0]})")
    assert silver.sql(Macros(session)("loaded_at", silver.table)) < changed


def test_a_column_makes_stale_what_reads_it_and_nothing_else(session: SparkSession) -> None:
    silver, table = Silver(session, "columns"), Table(Macros(session))
    silver.sql("alter table SILVER drop column v")
    silver.sql("alter table SILVER add column v float")
    silver.append((2010, 1), (2010, 2))
    table.build(silver, table.stale(silver), {"2010-01", "2010-02"}, silver.rows())
    for change in ("add column extra int", "alter column extra type bigint", "drop column extra",
                   "rename column other to another"):  # fmt: skip
        silver.sql(f"alter table SILVER {change}")
        assert table.stale(silver) == {}, change
    silver.sql("alter table SILVER alter column v type double")
    why = "columns that it reads changed in silver"
    assert table.stale(silver) == {"2010-01": why, "2010-02": why}


def test_a_column_renamed_or_added_since_is_read_at_the_run_s_snapshot(
    session: SparkSession,
) -> None:
    silver, macros = Silver(session, "renamed"), Macros(session)
    silver.append((2010, 1), rows=1)
    silver.sql("alter table SILVER rename column other to another")
    silver.sql("alter table SILVER drop column v")
    silver.sql("alter table SILVER add column v double")
    silver.sql("alter table SILVER add column extra int")
    reads = macros.source_state(silver.table)["reads"]
    silver.sql("delete from SILVER")  # what is read is the snapshot of before
    (row,) = silver.sql(f"select * from {reads}")
    assert (row.another, row.v, row.extra, row.review_month) == ("x", None, None, 1)


def test_status_asks_dbt_once_for_each_state_of_the_lake(
    reviews: Reviews, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    ask = plans._ask
    monkeypatch.setattr(plans, "_ask", lambda: asked.append(1) or ask())
    for count in (1, 1):
        assert "2010-01, 2010-02: not built yet" in CliRunner().invoke(dm, ["status"]).output
        assert len(asked) == count
    reviews.add("2010-03")
    assert "3" in CliRunner().invoke(dm, ["status"]).output
    assert len(asked) == 2


def test_a_table_that_cannot_be_read_stops_no_other(
    lake: Lake, session: SparkSession, reviews: Reviews, dbt: Dbt
) -> None:
    session.sql("create table dm_gold.broken (a int) using iceberg")
    (row,) = session.sql("select file from dm_gold.broken.metadata_log_entries").collect()
    Path(row.file.removeprefix("file:")).unlink()
    told = dbt("run", "--select", *NAMES)
    assert told.success, told.text
    assert told.text.count("dm_gold.broken cannot be read") == 1
    maintained = CliRunner().invoke(dm, ["maintain"])
    assert maintained.exit_code == 0, maintained.output
    assert f"{NAME}: 0 old branches dropped" in maintained.output

    state = lake.catalog.load_table(("dm_gold", NAMES[1]))
    lost = Path(state.metadata_location.removeprefix("file:"))
    kept = lost.read_bytes()
    lost.unlink()
    reviews.add("2010-02")
    told = dbt("run", "--select", *NAMES)
    assert not told.success
    assert told.messages[NAME].startswith("1 period")
    assert lost.name in told.messages[NAMES[1]]
    answer = CliRunner().invoke(dm, ["show", NAMES[1]])
    assert f"dm_gold.{NAMES[1]} cannot be read: its metadata file is gone" in answer.output
    lost.write_bytes(kept)
    assert dbt("run", "--select", *NAMES).messages[NAMES[1]].startswith("1 period")
