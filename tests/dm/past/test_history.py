"""Where a number comes from, what a run changed, and that tidying loses none of it."""

import json
import os
import time
from pathlib import Path

import pyarrow.compute as pc
import pytest
from click.testing import CliRunner, Result
from pyiceberg.table.snapshots import Operation
from pyspark.sql import SparkSession

from dm.cli import dm
from dm.reading.past import history
from dm.reading.stale import freshness, plans
from local import silver
from local.lake import Lake
from runner.project import PROJECT, tables
from tests import reviews
from tests.dbt_project import Dbt
from tests.tables import gold, rows

NAME = "top_drinkers"
MONTH = "2010-01"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(dm, arguments, catch_exceptions=False)


def told(*arguments: str) -> str:
    answer = run(*arguments)
    assert answer.exit_code == 0, answer.output
    return answer.output


@pytest.fixture(scope="module")
def silver_snapshots(lake: Lake, session: SparkSession) -> list[int]:
    """Three runs over a month: drinker 1 gains reviews, drinker 2 goes, drinker 3 comes."""
    snapshots = []
    for size, others in ((2, [2, 4]), (2, [2, 4]), (3, [3, 4])):
        made = reviews.month_of(MONTH, 1, size)
        made += [reviews.review(100 + i, MONTH, profile_id=i) for i in others]
        made += [reviews.review(999, "2010-02")]
        silver.table(lake).overwrite(reviews.table(made))
        snapshots.append(int(silver.table(lake).metadata.current_snapshot_id or 0))
        dbt = Dbt(lake.root / "target")
        assert dbt("build", "--select", NAME, "--exclude-resource-type", "unit_test").success
    return snapshots


def test_explain_names_run_silver_code_and_tests(lake: Lake, silver_snapshots: list[int]) -> None:
    text = told("explain", NAME, "--period", MONTH)
    summary = gold(lake, NAME).current_snapshot().summary.additional_properties
    assert summary["dm.run-id"] in text
    assert f"dm_silver.review_flat at snapshot {silver_snapshots[-1]}" in text
    assert f"SQL {summary['dm.code']}" in text
    assert json.loads(summary["dm.inputs"])[MONTH] in text
    for test in ("ranked_in_period_top_drinkers_profile_id", "valid_rows_top_drinkers"):
        assert test in text


def test_explain_tells_the_earlier_values_of_a_row(silver_snapshots: list[int]) -> None:
    found = json.loads(told("explain", NAME, "--period", MONTH, "--key", "1", "--format", "json"))[
        "row"
    ]
    assert [row["total_reviews"] for row in found] == [3, 2]
    gone = json.loads(told("explain", NAME, "--period", MONTH, "--key", "2", "--format", "json"))
    assert [row["total_reviews"] for row in gone["row"]] == [None, 1]
    nobody = run("explain", NAME, "--period", MONTH, "--key", "77")
    assert nobody.exit_code == 1
    assert "2010-01 has no row with profile_id 77" in nobody.output


def test_diff_shows_what_the_last_run_changed(silver_snapshots: list[int]) -> None:
    found = {
        row["profile_id"]: row
        for row in json.loads(told("diff", NAME, "--period", MONTH, "--format", "json"))
    }
    assert {key: row["change"] for key, row in found.items()} == {
        1: "changed", 2: "gone", 3: "new",
    }  # fmt: skip
    assert found[1]["total_reviews"] == "2 -> 3"
    assert "no row differs" in told("diff", NAME, "--period", "2010-02")


def test_what_no_snapshot_tells_is_said_in_a_sentence(silver_snapshots: list[int]) -> None:
    for command in ("explain", "diff"):
        answer = run(command, NAME, "--period", "1999-01")
        assert answer.exit_code == 1
        assert "No snapshot of top_drinkers tells of 1999-01" in answer.output
        assert run(command, NAME, "--period", "2010-13").exit_code == 2


@pytest.mark.parametrize("name", tables())
def test_each_table_has_a_key(name: str) -> None:
    (key,) = history.key_columns(name)
    assert f"name: {key}\n" in (PROJECT / f"models/gold/{name}.yml").read_text()


def test_maintenance_keeps_what_is_needed(
    lake: Lake, session: SparkSession, silver_snapshots: list[int], tmp_path: Path
) -> None:
    dbt = Dbt(tmp_path)
    said = gold(lake, NAME).current_snapshot()
    assert said is not None
    state = {k: said.summary[k] for k in ("dm.inputs", "dm.sources", "dm.columns", "dm.code")}
    as_a_run = ", ".join(f"'snapshot-property.{key}' = '{value}'" for key, value in state.items())
    for i in range(6):  # many small files in one month
        session.sql(
            f"insert into dm_gold.{NAME} with ({as_a_run})"
            f" select {i}, 'x', 'NY', 1, 4.0, {i + 1}, 2010, 3"
        )
    session.sql(f"alter table dm_gold.{NAME} create branch audit_20100101_000000_kept")
    session.sql(f"alter table dm_gold.{NAME} create tag pin as of version {first(lake)}")
    orphan = lake.warehouse / "dm_gold" / NAME / "data" / "orphan.parquet"
    orphan.write_text("nothing refers to this")
    before = rows(lake, NAME)
    assert dbt("run", "--select", NAME).messages[NAME] == "nothing to build"

    told("maintain")
    refs = gold(lake, NAME).metadata.refs
    assert set(refs) == {"main", "audit_20100101_000000_kept", "pin"}
    assert orphan.exists()
    assert rows(lake, NAME) == before

    old = "{branch_days: 0, snapshot_days: 0}"
    text = dbt("run-operation", "maintain", "--args", old).text
    assert f"{NAME}: 1 old branch dropped" in text
    table = gold(lake, NAME)
    assert set(table.metadata.refs) == {"main", "pin"}
    assert {s.snapshot_id for s in table.metadata.snapshots} == {
        ref.snapshot_id for ref in table.metadata.refs.values()
    }
    assert rows(lake, NAME) == before
    assert dbt("run", "--select", NAME).messages[NAME] == "nothing to build"
    fresh = freshness.of(
        lake, NAME, plans.of(lake)
    )  # what maintenance leaves tells no more than this
    assert (fresh.newest, fresh.published, fresh.stale) == ("2010-03", None, ())
    again = dbt("run-operation", "maintain", "--args", old).text
    assert f"{NAME}: 0 old branches dropped, 0 small files" in again


def first(lake: Lake) -> int:
    return min(gold(lake, NAME).metadata.snapshots, key=lambda s: s.timestamp_ms).snapshot_id


def test_maintenance_of_silver_makes_nothing_stale(
    lake: Lake, session: SparkSession, silver_snapshots: list[int], tmp_path: Path
) -> None:
    dbt = Dbt(tmp_path)
    for i in range(6):  # many small files in one month
        silver.table(lake).append(reviews.table([reviews.review(2_000 + i, MONTH)]))
    assert dbt("run", "--select", NAME).success
    before = silver.table(lake).scan().to_arrow().sort_by("review_id")
    data = lake.warehouse / "dm_silver" / "review_flat" / "data"
    for name, days in (("left.parquet", 4), ("new.parquet", 2)):  # a load that was killed
        (data / name).write_text("nothing refers to this")
        then = time.time() - days * 86_400
        os.utime(data / name, (then, then))

    old = "{snapshot_days: 0}"
    text = dbt("run-operation", "maintain_silver", "--args", old).text
    found = silver.table(lake)
    assert found.scan().to_arrow().sort_by("review_id") == before
    assert len(found.inspect.files().filter(pc.field("record_count") > 1)) == 1
    assert {s.summary.operation for s in found.metadata.snapshots[1:]} == {Operation.REPLACE}
    assert "7 small files put together" in text
    assert "1 orphan file" in text
    assert [(data / f"{name}.parquet").exists() for name in ("left", "new")] == [False, True]
    assert dbt("run", "--select", NAME).messages[NAME] == "nothing to build"
