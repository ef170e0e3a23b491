"""Columns come and go, a person is forgotten, and a table is dropped."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from dm.commands.data import forget
from local import silver
from local.control import SqliteControlTable
from local.lake import Lake
from local.loading import announcing
from runner.control.items import UNSETTLED, ControlItem, Outcome, Status
from runner.project import tables
from tests import reviews
from tests.dbt_project import Dbt
from tests.gold.drinkers import NAME, edited, typed
from tests.gold.drinkers import run as told
from tests.tables import gold, rows

MAIL = "zaphod.beeblebrox@example.com"
NAMES = ("Zaphod Beeblebrox", "Zaphod B")


@pytest.fixture(scope="module", autouse=True)
def built(
    lake: Lake, session: SparkSession, doubled_once: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Two loads and runs: profile 7 has another name in each; and a run that failed."""
    dbt = Dbt(tmp_path_factory.mktemp("target"))
    for name in NAMES:
        made = [
            *reviews.month_of("2010-01", 1, profile_id=7, profile_name=name, email=MAIL),
            *reviews.month_of("2010-02", 101),
        ]
        silver.upsert(lake, reviews.table(made))
        assert dbt("run", "--select", "gold").success
    assert not dbt("run", "--select", NAME, project=doubled_once).success


@pytest.fixture(scope="module")
def doubled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.dbt_project import copy_project

    return edited(
        copy_project(tmp_path_factory.mktemp("project")),
        f"models/gold/{NAME}.sql",
        "select * from ranked_drinkers",
        "select * from ranked_drinkers union all select * from ranked_drinkers",
    )


def texts(lake: Lake) -> Iterator[tuple[Path, str]]:
    """All that a file of the lake says, by another way than the one that is tested."""
    for path in lake.root.rglob("*"):
        if path.suffix == ".parquet":
            yield path, str(pq.read_table(path).to_pylist())
        elif path.is_file():
            yield path, path.read_bytes().decode("latin1")


def die(*_: object) -> None:
    raise KeyboardInterrupt


def drinkers_of(lake: Lake, key: int, name: str) -> list[dict[str, object]]:
    return [r for r in rows(lake, NAME) if (r["profile_id"], r["profile_name"]) == (key, name)]


def numbers(lake: Lake) -> list[dict[str, object]]:
    return [{k: v for k, v in row.items() if k != "profile_name"} for row in rows(lake, NAME)]


def test_a_person_is_forgotten(lake: Lake, dbt: Dbt) -> None:
    before = numbers(lake)
    assert drinkers_of(lake, 7, NAMES[-1])
    assert any(MAIL in text for _, text in texts(lake))
    assert len(gold(lake, NAME).metadata.refs) == 2
    nowhere = typed("hold", NAME, "--period", "2031-12", "--because", "x").output
    assert "neither silver nor the table has 1 period (2031-12)" in nowhere
    told("hold", NAME, "--period", "2010-01", "--because", "x")
    refused = typed("forget", "--profile", "7", "--yes")
    assert refused.exit_code == 1
    assert "not built again: 1 month of top_drinkers" in refused.output
    told("release", NAME)
    for module, step in ((announcing, "announce"), (forget, "_expire")):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, step, die)
            assert typed("forget", "--profile", "7", "--yes").exit_code != 0
    assert not drinkers_of(lake, 7, NAMES[-1])  # built, though it died after silver's commit
    mine = lake.root / "mine.csv"
    mine.write_text(f"7,{MAIL}\n")
    still = typed("forget", "--profile", "7", "--yes")
    assert still.exit_code == 1
    assert not [line for line in still.output.splitlines() if ".avro" in line], still.output
    assert f"The name or the address is still in 1 file:\n  {mine}" in still.output
    mine.unlink()
    assert "No file of the lake has" in told("forget", "--profile", "7", "--yes")
    assert "No table's file has" in told("forget", "--profile", "7", "--yes")
    for path, text in texts(lake):
        assert not any(part in text for part in (MAIL, *NAMES)), path
    assert numbers(lake) == before
    assert dbt("run", "--select", "gold").messages[NAME] == "nothing to build"
    assert typed("forget", "--profile", "99").output.startswith("No table's file")


def test_columns_come_and_go(
    lake: Lake, dbt: Dbt, session: SparkSession, project_copy: Path
) -> None:
    contract = f"models/gold/{NAME}.yml"
    model = f"models/gold/{NAME}.sql"
    added = (
        "      - name: last_id\n        description: The latest review's id.\n"
        "        data_type: bigint\n      - name: avg_rating\n"
    )
    edited(project_copy, contract, "      - name: avg_rating\n", added)
    rank = 'then the lower profile_id."\n        data_type: '
    edited(project_copy, contract, f"{rank}int\n", f"{rank}bigint\n")
    edited(
        project_copy,
        model,
        "count(*) as total_reviews",
        "count(*) as total_reviews, max(review_id) as last_id",
    )
    edited(project_copy, model, "        ) as period_rank", "        ) * 1L as period_rank")
    stopped = dbt("run", "--select", NAME, project=project_copy)
    assert not stopped.success
    assert "dm migrate top_drinkers brings it in line, by: alter table" in stopped.text
    asked = dbt(
        "run-operation",
        "migrate",
        "--args",
        f"{{table: {NAME}, dry_run: true}}",
        project=project_copy,
    )
    assert "add column `last_id` bigint" in asked.text
    assert "last_id" not in gold(lake, NAME).schema().column_names
    first, *_ = [line for line in asked.text.splitlines() if line.startswith("alter table")]
    session.sql(first)  # as a migration leaves it that is killed after its first statement
    done = dbt("run-operation", "migrate", "--args", f"{{table: {NAME}}}", project=project_copy)
    assert done.success, done.text
    assert first not in done.text
    names = gold(lake, NAME).schema().column_names
    assert names[names.index("total_reviews") + 1] == "last_id"
    built = dbt("run", "--select", NAME, project=project_copy)
    assert built.success, built.text
    assert rows(lake, NAME)[0]["last_id"] == 25

    narrower = typed("migrate", NAME, "--yes")  # the project has no bigint there
    assert narrower.exit_code == 1
    assert "Iceberg does not change period_rank from bigint to int in place" in narrower.output
    edited(project_copy, contract, added, "      - name: avg_rating\n")
    gone = dbt("run-operation", "migrate", "--args", f"{{table: {NAME}}}", project=project_copy)
    assert "drop column `last_id`" in gone.text
    assert "last_id" not in gold(lake, NAME).schema().column_names

    whole = (project_copy / contract).read_text()
    state = whole[
        whole.index("      - name: state\n") : whole.index("      - name: total_reviews\n")
    ]
    edited(project_copy, contract, state, "")
    edited(
        project_copy, contract, "      - name: period_rank\n", f"{state}      - name: period_rank\n"
    )
    before = rows(lake, NAME)
    moved = dbt("run-operation", "migrate", "--args", f"{{table: {NAME}}}", project=project_copy)
    assert "alter column `total_reviews` after `profile_name`" in moved.text, moved.text
    assert rows(lake, NAME) == before
    assert gold(lake, NAME).schema().column_names[2:5] == ["total_reviews", "avg_rating", "state"]


def test_a_table_is_dropped(lake: Lake) -> None:
    control = SqliteControlTable(lake.control)
    now = "2012-02-01T00:00:00Z"
    item = ControlItem(
        "one", "x", "dm_gold", "of_before", "2010", "01", created_at=now, updated_at=now
    )
    control.enqueue([item])
    lake.catalog.create_table(("dm_gold", "of_before"), gold(lake, NAME).schema())
    assert typed("drop", "nothing", "--yes").exit_code == 1
    assert typed("drop", "of_before").exit_code == 1
    assert lake.catalog.table_exists(("dm_gold", "of_before"))
    assert "Settled: 1 control item that waited for it or gave up." in told(
        "drop", "of_before", "--yes"
    )
    assert [i.control_id for i in control.items(Status.SUCCESS) if i.table_name == "of_before"]

    metadata = Path(gold(lake, NAME).metadata_location.removeprefix("file:"))
    metadata.unlink()
    said = told("drop", NAME, "--because", "its disk died", "--yes")
    assert "cannot be read: its metadata is gone; the next run builds it anew" in said
    history = (
        "select table_name, error_message from run_history where status = 'dropped' order by 1"
    )
    found = json.loads(told("sql", history, "--format", "json"))
    assert [row["table_name"] for row in found] == ["of_before", NAME]
    assert "its disk died" in found[1]["error_message"]


@pytest.mark.parametrize("waits", [NAME, "top_beers_by_rating", "what gave up"])
def test_a_table_that_is_not_there_is_built_whole_whatever_waits(lake: Lake, waits: str) -> None:
    """All its months, if items are there for one of them, for another table, or none that waits."""
    told("process")  # what the loads of this module left unannounced
    control = SqliteControlTable(lake.control)
    table = waits if waits in tables() else NAME
    at = "2012-02-01T00:00:00Z"
    waiting = ControlItem(waits, "x", "dm_gold", table, "2010", "01", created_at=at, updated_at=at)
    control.enqueue([waiting])
    if waits not in tables():
        mine = control.claim([waiting], "a run", timedelta(hours=1))
        control.finish((one, Outcome(Status.ERROR, "its metadata is gone")) for one in mine)
    told("drop", NAME, "--yes")
    said = told("process")
    assert {row["review_month"] for row in rows(lake, NAME)} == {1, 2}, said
    assert not control.items(*UNSETTLED)
