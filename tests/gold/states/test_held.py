"""What a person brings back stays, through everything, until they release it."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyspark.sql import SparkSession

from dm.cli import dm
from local import silver
from local.lake import Lake
from runner.dbt.running import DbtProject
from runner.project import PROJECT
from tests.dbt_project import Dbt
from tests.dm.terminal import BIN
from tests.gold.drinkers import FEBRUARY, JANUARY, NAME, edited, load, typed
from tests.gold.drinkers import run as told
from tests.tables import gold, rows, run_of


@pytest.fixture(scope="module", autouse=True)
def two_states(lake: Lake, session: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> int:
    """25 drinkers in each month, then 30; gives the snapshot of the first."""
    dbt = Dbt(tmp_path_factory.mktemp("target"))
    load(lake, 25)
    assert dbt("run", "--select", NAME).success
    first = gold(lake, NAME).metadata.current_snapshot_id
    load(lake, 30)
    assert dbt("run", "--select", NAME).success
    return int(first or 0)


def sizes(lake: Lake) -> dict[str, int]:
    found = {JANUARY: 0, FEBRUARY: 0}
    for row in rows(lake, NAME):
        found[f"{row['review_year']}-{row['review_month']:02}"] += 1
    return found


def files(lake: Lake, month: int) -> set[str]:
    found = gold(lake, NAME).scan(f"review_month = {month}").plan_files()
    return {task.file.file_path for task in found}


def test_a_rollback_needs_a_reason_and_a_yes(lake: Lake, two_states: int) -> None:
    assert typed("rollback", NAME, "--to", str(two_states)).exit_code == 2
    command = ("rollback", NAME, "--to", str(two_states), "--because", "x")
    refused = CliRunner().invoke(dm, command, input="n\n")
    assert refused.exit_code == 1
    assert "10 gone" in refused.output
    assert sizes(lake) == {JANUARY: 30, FEBRUARY: 30}


def test_what_is_rolled_back_is_held_through_everything(
    lake: Lake, two_states: int, dbt: Dbt, project_copy: Path, long: bool
) -> None:
    before = gold(lake, NAME).metadata.current_snapshot_id
    start = run_of(lake, NAME, two_states)["dm.run-id"][:4]
    said = told(
        *("rollback", NAME, "--period", JANUARY, "--to", start),
        *("--because", "wrong drinkers", "--yes"),
    )
    assert "5 gone" in said
    assert "1 period (2010-01) rolled back by" in said
    table = gold(lake, NAME)
    assert sizes(lake) == {JANUARY: 25, FEBRUARY: 30}
    assert table.current_snapshot().parent_snapshot_id == before  # one commit on top
    assert set(table.metadata.refs) == {"main"}
    kept = files(lake, 1)

    load(lake, 40)
    assert "left out 1 period (2010-01), held by" in dbt("run", "--select", NAME).text
    assert sizes(lake) == {JANUARY: 25, FEBRUARY: 40}
    changed = edited(project_copy, f"models/gold/{NAME}.sql", "'Unknown'", "'unknown'")
    assert dbt("run", "--select", NAME, project=changed).success
    for _ in range(5 if long else 1):
        assert dbt("run", "--select", NAME, periods=[JANUARY, FEBRUARY]).success
        full = dbt(
            "build", "--full-refresh", "--select", NAME, "--exclude-resource-type", "unit_test"
        )
        assert full.success, full.text
        assert "left out 1 period (2010-01), held by" in full.text
        assert sizes(lake) == {JANUARY: 25, FEBRUARY: 40}
    assert files(lake, 1) == kept
    assert dbt("test", "--select", NAME, "--exclude-resource-type", "unit_test").success
    assert dbt("run-operation", "maintain").success
    assert dbt("run", "--select", NAME).success
    assert sizes(lake) == {JANUARY: 25, FEBRUARY: 40}

    problem = DbtProject(str, folder=lake.root).build({NAME: [JANUARY]}, "job", force=True)[NAME]
    assert problem is not None
    assert "held by" in problem.message
    assert problem.periods == {JANUARY}


def test_every_view_tells_who_holds_a_month_since_when_and_why(
    lake: Lake, tmp_path: Path, two_states: int
) -> None:
    assert "Held: top_drinkers, 2010-01: held by" in told("status")
    tables = json.loads(told("status", "--format", "json"))["tables"]
    (mine,) = [table for table in tables if table["table"] == NAME]
    assert mine["stale"] == []
    assert mine["held"][JANUARY]["because"] == "wrong drinkers"
    assert mine["held"][JANUARY]["why"] == "silver changed"
    explained = told("explain", NAME, "--period", JANUARY)
    assert "no run builds it while it is held; else it would, for: silver changed" in explained
    assert "until it is released: wrong drinkers" in explained
    first = run_of(lake, NAME, two_states)
    assert f"run      {first['dm.run-id']}\n" in explained
    assert f"snapshot {json.loads(first['dm.sources'])['dm_silver.review_flat']}\n" in explained
    assert f"SQL {first['dm.code']}" in explained
    assert "by hand  rolled back by " in explained
    page = tmp_path / "page.html"
    told("report", "--output", str(page))
    assert "until it is released: wrong drinkers" in page.read_text()
    history = "from run_history where status = 'rolled back'"
    (row,) = json.loads(told("sql", history, "--format", "json"))
    assert row["periods"] == JANUARY
    assert "wrong drinkers" in row["error_message"]


def test_what_is_released_is_built_as_silver_has_it(lake: Lake, dbt: Dbt) -> None:
    assert "2010-02) of top_drinkers is not held" in told("release", NAME, "--period", FEBRUARY)
    told("release", NAME)
    assert dbt("run", "--select", NAME).messages[NAME] == "1 period (2010-01)"
    assert sizes(lake) == {JANUARY: 40, FEBRUARY: 40}
    assert dbt("run", "--select", NAME).messages[NAME] == "nothing to build"


def test_a_hold_until_silver_changes_ends_when_it_does(
    lake: Lake, dbt: Dbt, session: SparkSession, project_copy: Path
) -> None:
    both = f"{JANUARY}..{FEBRUARY}"
    told("hold", NAME, "--period", both, "--because", "y", "--until-silver-changes")
    changed = edited(project_copy, f"models/gold/{NAME}.sql", "'Unknown'", "'unknown'")
    assert dbt("run", "--select", NAME, project=changed).messages[NAME] == "nothing to build"
    rewrite = "table => 'dm_silver.review_flat', options => map('rewrite-all', 'true')"
    session.sql(f"call system.rewrite_data_files({rewrite})")
    assert dbt("run", "--select", NAME, project=changed).messages[NAME] == "nothing to build"
    silver.table(lake).delete("review_month = 1 and review_id = 1")
    assert dbt("run", "--select", NAME).messages[NAME] == "1 period (2010-01)"
    assert sizes(lake) == {JANUARY: 39, FEBRUARY: 40}
    tables = json.loads(told("status", "--format", "json"))["tables"]
    assert [list(table["held"]) for table in tables if table["table"] == NAME] == [[FEBRUARY]]
    told("release", NAME)


def test_a_rollback_to_what_nobody_tested_is_untested_and_may_end_with_silver(
    lake: Lake, dbt: Dbt, session: SparkSession
) -> None:
    """Of one month somebody else wrote, the other one was published without tests."""
    load(lake, 41)
    assert dbt("run", "--select", NAME, publish_untested=True).success
    untested = gold(lake, NAME)
    foreign = gold(lake, NAME)
    foreign.delete("review_month = 2 and period_rank > 30")
    snapshot = str(foreign.refresh().metadata.current_snapshot_id)
    assert snapshot != str(untested.metadata.current_snapshot_id)
    assert dbt("run", "--select", NAME).success
    assert sizes(lake) == {JANUARY: 41, FEBRUARY: 41}
    said = ("--because", "to see", "--until-silver-changes", "--yes")
    told("rollback", NAME, "--to", snapshot, *said)
    assert sizes(lake) == {JANUARY: 41, FEBRUARY: 30}
    for month in (JANUARY, FEBRUARY):
        assert "none: published without" in told("explain", NAME, "--period", month)
    assert dbt("run", "--select", NAME).messages[NAME] == "nothing to build"
    silver.table(lake).delete("review_month = 2 and review_id = 1001")
    assert dbt("run", "--select", NAME).messages[NAME] == "1 period (2010-02)"
    assert sizes(lake) == {JANUARY: 41, FEBRUARY: 40}
    arguments = json.dumps({"table": NAME, "periods": [JANUARY], "because": "seen"})
    freed = dbt("run-operation", "release", "--args", arguments)
    assert freed.success, freed.text
    assert dbt("run", "--select", NAME).messages[NAME] == "1 period (2010-01)"
    assert "none: published without" not in told("explain", NAME, "--period", JANUARY)


def test_spark_answers_a_query_and_writes_nothing(lake: Lake) -> None:
    query = f"select count(*) as n from dm_gold.{NAME} where review_month = 1"
    assert json.loads(told("sql", "--spark", query, "--format", "json")) == [{"n": 41}]
    before = gold(lake, NAME).metadata_location
    refused = typed("sql", "--spark", f"delete from dm_gold.{NAME}")
    assert refused.exit_code == 1
    assert "Spark cannot answer this query" in refused.output
    assert gold(lake, NAME).metadata_location == before


def test_a_run_that_began_before_publishes_nothing_over_it(lake: Lake, tmp_path: Path) -> None:
    again = Dbt(tmp_path)

    def hold() -> None:
        arguments = {"table": NAME, "periods": JANUARY, "because": "now"}
        assert again("run-operation", "hold", "--args", json.dumps(arguments)).success

    load(lake, 20)
    answer = Dbt(tmp_path / "one", meanwhile=hold)("run", "--select", NAME)
    assert not answer.success
    assert sizes(lake)[JANUARY] == 41
    assert again("run", "--select", NAME).success
    assert again(
        "run-operation", "maintain", "--args", "{snapshot_days: 0, branch_days: 0}"
    ).success
    assert again("run", "--select", NAME).messages[NAME] == "nothing to build"
    assert sizes(lake) == {JANUARY: 41, FEBRUARY: 20}
    for arguments, why in (
        ({"table": NAME, "periods": "2010-13", "because": "x"}, "is no period"),
        ({"table": NAME, "periods": JANUARY, "because": " "}, "say why"),
        ({"table": "nothing", "periods": JANUARY, "because": "x"}, "no model 'nothing'"),
    ):
        answer = again("run-operation", "hold", "--args", json.dumps(arguments))
        assert not answer.success
        assert why in answer.text


def test_a_rollback_that_is_killed_has_happened_or_not(lake: Lake, dbt: Dbt, long: bool) -> None:
    if not long:
        pytest.skip("another Spark: make undo")
    load(lake, 33)
    assert dbt("run", "--select", NAME).success
    told("release", NAME)
    assert dbt("run", "--select", NAME).success
    table = gold(lake, NAME)
    before, first = sizes(lake), table.current_snapshot()
    load(lake, 36)
    assert dbt("run", "--select", NAME).success
    after = sizes(lake)
    arguments = {"table": NAME, "to": str(first and first.snapshot_id), "because": "x"}
    command = ["dbt", "run-operation", "rollback", "--args", json.dumps(arguments)]
    process = subprocess.Popen(
        [BIN / command[0], *command[1:]], cwd=PROJECT, stdout=subprocess.DEVNULL,
        env=os.environ | {"DM_LAKE": str(lake.root)}, start_new_session=True,
    )  # fmt: skip
    while process.poll() is None and len(gold(lake, NAME).metadata.refs) == 1:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert sizes(lake) in (before, after)
    said = ("--to", str(first and first.snapshot_id), "--because", "again", "--yes")
    if sizes(lake) == after:
        told("rollback", NAME, *said)
    assert sizes(lake) == before
    assert dbt("run-operation", "maintain", "--args", "{branch_days: 0}").success
    assert list(gold(lake, NAME).metadata.refs) == ["main"]
    assert dbt("run", "--select", NAME).messages[NAME] == "nothing to build"
    told("release", NAME)
