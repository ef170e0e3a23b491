"""Each run tells what it did with each table, in a table that readers of all kinds can query."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from pyspark.sql import SparkSession

from local import silver
from local.lake import Lake
from runner.dbt.running import DbtProject
from runner.project import PROJECT
from tests import reviews
from tests.dbt_project import Answer, Dbt
from tests.tables import gold, rows

NAME, OTHER = "top_drinkers", "state_by_review_volume"
Row = dict[str, object]


@pytest.fixture(scope="module", autouse=True)
def spark(session: SparkSession) -> None:
    """All of these need it."""


def load(lake: Lake, size: int) -> None:
    """Silver has two months of so many reviews, each of them changed."""
    made = [*reviews.month_of("2010-01", 1, size), *reviews.month_of("2010-02", 1001, size)]
    silver.table(lake).overwrite(reviews.table(made))


def build(dbt: Dbt, *command: str, project: Path = PROJECT) -> Answer:
    chosen = ("--select", NAME, OTHER, "--exclude-resource-type", "unit_test")
    return dbt("build", *chosen, *command, project=project)


def history(lake: Lake, schema: str = "dm_gold") -> list[Row]:
    """All rows, oldest first, then by table."""
    table = lake.catalog.load_table((schema, "run_history"))
    order = [("finished_at", "ascending"), ("table_name", "ascending")]
    found: list[Row] = table.scan().to_arrow().sort_by(order).to_pylist()
    return found


def commits(lake: Lake) -> int:
    return len(gold(lake, "run_history").metadata.snapshots)


def edited(project: Path, file: str, old: str, new: str) -> Path:
    path = project / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return project


def test_a_run_adds_a_row_for_each_table_in_one_commit(lake: Lake, dbt: Dbt) -> None:
    load(lake, 26)
    begun = datetime.now(UTC)
    told = build(dbt)
    assert told.success, told.text
    assert "run_history" not in told.text
    assert commits(lake) == 1
    state, drinkers = history(lake)
    assert (state["table_name"], drinkers["table_name"]) == (OTHER, NAME)
    for row in (state, drinkers):
        started, finished = row["started_at"], row["finished_at"]
        assert isinstance(started, datetime)
        assert isinstance(finished, datetime)
        assert begun < started < finished < datetime.now(UTC)
        assert row["duration_seconds"] == round((finished - started).total_seconds(), 3)
        name = str(row["table_name"])
        assert row["rows_written"] == len(rows(lake, name)) == 2
        snapshot = gold(lake, name).current_snapshot()
        assert snapshot is not None
        assert row["gold_snapshot_id"] == snapshot.snapshot_id
        assert row["tests_passed"] == len(str(snapshot.summary["dm.tests"]).split(",")) == 8
        assert row["code_version"] == snapshot.summary["dm.code-version"]
        assert row["run_id"] == row["invocation_id"] == snapshot.summary["dm.run-id"]
        assert row["silver_snapshot_id"] == silver.table(lake).metadata.current_snapshot_id
        assert (row["status"], row["error_message"], row["target"]) == ("published", None, "local")
        assert (row["periods"], row["period_count"]) == ("2010-01, 2010-02", 2)

    assert build(dbt).success  # nothing is stale
    assert commits(lake) == 1


def test_the_table_is_as_its_documentation_says(lake: Lake) -> None:
    file = PROJECT / "models" / "gold" / "_run_history.yml"
    (declared,) = yaml.safe_load(file.read_text())["sources"][0]["tables"]
    fields = gold(lake, "run_history").schema().fields
    assert [(f.name, f.required, f.doc) for f in fields] == [
        (column["name"], "constraints" in column, column["description"].strip())
        for column in declared["columns"]
    ]


def test_what_was_not_published_is_told_without_personal_data(
    lake: Lake, dbt: Dbt, project_copy: Path
) -> None:
    def overtake() -> None:
        table = gold(lake, OTHER)
        table.overwrite(table.scan().to_arrow())

    load(lake, 27)
    contract = f"models/gold/{NAME}.yml"
    edited(project_copy, contract, "avg_rating between 1 and 5", "avg_rating between 1 and 2")
    told = build(replace(dbt, meanwhile=overtake), project=project_copy)
    state, drinkers = history(lake)[-2:]
    assert (state["status"], state["error_message"]) == ("overtaken", None)
    assert drinkers["status"] == "failed"
    message = str(drinkers["error_message"])
    assert message.startswith(
        "test valid_rows_top_drinkers: 2 rows in 2010-01, 2010-02, for example {"
    )
    assert '"profile_id"' in message
    assert "profile_name" not in message
    assert drinkers["rows_written"] == 2
    found = re.search(r"--branch (\w+)", told.text)
    assert found
    table = gold(lake, NAME)
    said = table.snapshot_by_id(table.metadata.refs[found[1]].snapshot_id)
    assert said is not None  # the end of the branch says that its rows are untested
    assert drinkers["gold_snapshot_id"] == said.parent_snapshot_id


def test_a_developer_has_a_history_of_his_own_and_an_error_is_one_line_without_addresses(
    lake: Lake, dbt: Dbt, project_copy: Path
) -> None:
    before = commits(lake)
    edited(project_copy, "profiles.yml", "schema: dm_gold", "schema: dm_dev")
    raised = "cast(raise_error(concat('cannot use ', max(email))) as string)"
    edited(project_copy, f"models/gold/{NAME}.sql", "{{ latest('profile_name') }}", raised)
    assert not dbt("run", "--select", NAME, project=project_copy).success
    (row,) = history(lake, "dm_dev")
    assert commits(lake) == before
    assert (row["table_name"], row["status"], row["tests_passed"]) == (NAME, "failed", 0)
    assert "cannot use (an e-mail address)" in str(row["error_message"])
    assert "\n" not in str(row["error_message"])
    assert row["rows_written"] is None
    assert row["gold_snapshot_id"] is None


def test_several_write_at_once(lake: Lake, session: SparkSession) -> None:
    before, at_once = len(history(lake)), 8
    again = "insert into dm_gold.run_history select * from dm_gold.run_history limit 1"
    with ThreadPoolExecutor(at_once) as threads:
        list(threads.map(lambda _: session.sql(again), range(at_once)))
    assert len(history(lake)) == before + at_once


def test_maintenance_puts_its_small_files_together(lake: Lake, dbt: Dbt) -> None:
    before = history(lake)
    assert len(gold(lake, "run_history").inspect.files()) > 5
    assert dbt("run-operation", "maintain", "--args", "{snapshot_days: 0}").success
    assert len(gold(lake, "run_history").inspect.files()) == 1
    assert commits(lake) <= 2  # and not those that were put together
    assert history(lake) == before


def test_a_history_that_cannot_be_written_stops_no_publishing(
    lake: Lake, session: SparkSession, tmp_path: Path
) -> None:
    load(lake, 30)
    session.sql("alter table dm_gold.run_history drop column target")
    told: list[str] = []
    dbt = DbtProject(told.append, folder=tmp_path)
    months = {NAME: ["2010-01", "2010-02"], OTHER: ["2010-01", "2010-02"]}
    assert dbt.build(months, "a-run", force=True) == {NAME: None, OTHER: None}
    assert {row["total_reviews"] for row in rows(lake, NAME)} == {30}
    (line,) = [line for line in told if "run_history" in line]
    assert line.startswith("This run is not in run_history: ")
    assert "target" in line
