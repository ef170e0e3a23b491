"""What dies at any of its steps has happened or has not, and is done by a repetition."""

import json
from pathlib import Path
from typing import Any

import pytest
from dbt.adapters.spark.session import Cursor
from pyspark.sql import SparkSession

from dm.reading.past import kept
from local.control import SqliteControlTable
from local.lake import Lake
from runner.control.items import ControlItem, Outcome, Status
from tests.control import claim, finish
from tests.dbt_project import Dbt
from tests.gold.drinkers import JANUARY, NAME, edited, load, run, typed
from tests.gold.states.dying import STEPS, dying_at
from tests.runner.control.test_control import HOUR
from tests.tables import gold, rows

ALWAYS = ("the move of main",)
"""After it something has happened, or may have; the others are tried with --long."""


@pytest.fixture(scope="module", autouse=True)
def states(
    lake: Lake, session: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> list[str]:
    """Two drinkers in each month, then three: the snapshots of these."""
    dbt, found = Dbt(tmp_path_factory.mktemp("target")), []
    for size in (25, 26):
        load(lake, size)
        assert dbt("run", "--select", NAME).success
        found.append(str(gold(lake, NAME).metadata.current_snapshot_id))
    return found


def told(status: str) -> list[str]:
    """Who and why, of all that run_history says of this kind."""
    query = f"select error_message as why from run_history where status = '{status}' order by 1"
    return [row["why"] for row in json.loads(run("sql", query, "--format", "json"))]


def held(lake: Lake) -> set[str]:
    answer = typed("status", "--format", "json")
    (mine,) = [t for t in json.loads(answer.output)["tables"] if t["table"] == NAME]
    return set(mine["held"])


def drop_left(lake: Lake) -> None:
    for branch in kept.branches(lake):
        assert branch.tests == kept.UNKNOWN, branch
        assert typed("branches", "drop", NAME, branch.branch).exit_code == 0
    assert list(gold(lake, NAME).metadata.refs) == ["main"]


@pytest.mark.parametrize("step", STEPS)
def test_what_a_person_decides_is_done_by_a_repetition(
    lake: Lake, states: list[str], step: str, long: bool
) -> None:
    if step not in ALWAYS and not long:
        pytest.skip("a brother: --long")
    now = rows(lake, NAME)
    for command, status in (
        (("hold", NAME, "--period", JANUARY), "held"),
        (("release", NAME, "--period", JANUARY), "released"),
        (("rollback", NAME, "--period", JANUARY, "--to", states[0], "--yes"), "rolled back"),
    ):
        because = f"{status} at {step}"
        before = rows(lake, NAME)
        with dying_at(STEPS[step]):
            assert typed(*command, "--because", because).exit_code != 0
        assert len(rows(lake, NAME)) in (len(before), 51)
        again = typed(*command, "--because", f"{because}, again")
        if again.exit_code:  # it had happened
            assert command[0] == "rollback"
            assert "is as it was" in again.output
        assert held(lake) == (set() if command[0] == "release" else {JANUARY})
        assert any(why.endswith((because, "again")) for why in told(status)), status
        drop_left(lake)
    assert len(rows(lake, NAME)) == 51
    back = typed("rollback", NAME, "--to", states[1], "--because", "as it was", "--yes")
    assert back.exit_code == 0, back.output
    assert rows(lake, NAME) == now
    assert typed("release", NAME).exit_code == 0


def test_what_was_not_told_to_the_history_is_told_by_maintenance(lake: Lake, dbt: Dbt) -> None:
    with dying_at(STEPS["the history"]):
        typed("hold", NAME, "--because", "nobody was told")
    assert not [why for why in told("held") if why.endswith("nobody was told")]
    assert dbt("run-operation", "maintain").success
    (why,) = [why for why in told("held") if why.endswith("nobody was told")]
    assert dbt("run-operation", "maintain").success
    assert [one for one in told("held") if one == why] == [why]
    assert typed("release", NAME).exit_code == 0


def test_a_release_that_died_before_its_items_waited_is_finished(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    control = SqliteControlTable(lake.control)
    at = "2012-02-01T00:00:00Z"
    control.enqueue([ControlItem("one", "x", "dm_gold", NAME, "2010", "1", at, at)])
    assert typed("hold", NAME, "--period", JANUARY, "--because", "x").exit_code == 0
    mine = claim(control, control.items(Status.PENDING)[0], "me", HOUR)
    assert mine is not None
    assert finish(control, mine, Outcome(Status.ERROR, "held by ann (dm release)"))
    with monkeypatch.context() as patch:

        def die(*_: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(SqliteControlTable, "retry", die)
        assert typed("release", NAME, "--period", JANUARY).exit_code != 0
    assert not held(lake)
    assert control.items(Status.ERROR)
    again = typed("release", NAME, "--period", JANUARY)
    assert again.exit_code == 0, again.output
    assert "1 period (2010-01) of top_drinkers is not held" in again.output
    assert [item.control_id for item in control.items(Status.PENDING)] == ["one"]
    control.withdraw(control.items(Status.PENDING))


@pytest.mark.parametrize("step", ["the commit", *ALWAYS])
def test_a_branch_whose_publishing_died_is_published_once_more(
    lake: Lake, dbt: Dbt, step: str, long: bool
) -> None:
    if step == "the commit" and not long:
        pytest.skip("a brother: --long")
    before = len(rows(lake, NAME))
    load(lake, 30 if before != 60 else 31)
    assert dbt("run", "--select", NAME, preview=True).success
    (branch,) = kept.branches(lake)
    assert (branch.kind, branch.tests) == ("preview", "passed")
    with dying_at(STEPS[step]):
        assert typed("branches", "publish", NAME, branch.branch).exit_code != 0
    assert len(rows(lake, NAME)) in (before, 60, 62)
    again = typed("branches", "publish", NAME, branch.branch)
    assert again.exit_code == (1 if step == "the history" else 0), again.output
    assert len(rows(lake, NAME)) == (60 if before != 60 else 62)
    if step != "the history":
        assert any(branch.branch in why for why in told("published") if why)
    assert kept.branches(lake) == []
    assert dbt("run", "--select", NAME).messages[NAME] == "nothing to build"


@pytest.mark.parametrize("preview", [False, True])
def test_a_run_that_was_killed_has_tested_nothing(lake: Lake, dbt: Dbt, preview: bool) -> None:
    """Killed between its write and its tests: nobody may take its rows for good ones."""
    before = rows(lake, NAME)
    load(lake, 28)
    with dying_at("collect_set"):
        dbt("run", "--select", NAME, preview=preview)
    assert rows(lake, NAME) == before
    (branch,) = kept.branches(lake)
    assert (branch.kind, branch.tests) == ("preview" if preview else "run", kept.UNKNOWN)
    assert "nobody has tested it" in typed("status").output
    assert typed("branches", "drop", NAME, branch.branch).exit_code == 0


def test_a_migration_that_died_is_finished(lake: Lake, dbt: Dbt, project_copy: Path) -> None:
    """A run beside it publishes nothing half: it fails, or its rows are whole."""
    contract = f"models/gold/{NAME}.yml"
    first = "      - name: one\n        description: One.\n        data_type: int\n"
    edited(
        project_copy, contract, "      - name: avg_rating\n", f"{first}      - name: avg_rating\n"
    )
    second = first.replace("one", "two")
    edited(
        project_copy,
        contract,
        "      - name: period_rank\n",
        f"{second}      - name: period_rank\n",
    )
    arguments = ("run-operation", "migrate", "--args", f"{{table: {NAME}}}")
    with dying_at("`two`"):
        dbt(*arguments, project=project_copy)
    assert "one" in gold(lake, NAME).schema().column_names
    assert "two" not in gold(lake, NAME).schema().column_names
    before = [{k: v for k, v in row.items() if k != "one"} for row in rows(lake, NAME)]
    assert dbt(*arguments, project=project_copy).success
    assert "two" in gold(lake, NAME).schema().column_names
    after = [{k: v for k, v in row.items() if k not in ("one", "two")} for row in rows(lake, NAME)]
    assert after == before
    assert typed("migrate", NAME, "--yes").exit_code == 0


def test_a_migration_beside_a_run_leaves_whole_rows(
    lake: Lake, tmp_path: Path, project_copy: Path
) -> None:
    contract = f"models/gold/{NAME}.yml"
    added = "      - name: one\n        description: One.\n        data_type: int\n"
    edited(
        project_copy, contract, "      - name: avg_rating\n", f"{added}      - name: avg_rating\n"
    )
    other = Dbt(tmp_path / "other")
    before = rows(lake, NAME)

    def migrate() -> None:
        done = other(
            "run-operation", "migrate", "--args", f"{{table: {NAME}}}", project=project_copy
        )
        assert done.success, done.text

    load(lake, 35)
    run = Dbt(tmp_path / "run", meanwhile=migrate)("run", "--select", NAME)
    assert not run.success
    assert [row | {"one": None} for row in before] == rows(lake, NAME)
    assert typed("migrate", NAME, "--yes").exit_code == 0
    assert other("run", "--select", NAME).success
    assert len(rows(lake, NAME)) == 70


def test_a_rollback_beside_a_run(lake: Lake, tmp_path: Path, states: list[str]) -> None:
    """Whoever is first is there; the other one says so, and is done once more."""
    other = Dbt(tmp_path / "other")
    decided = json.dumps({"table": NAME, "to": states[1], "because": "beside"})

    def back() -> None:
        done = other("run-operation", "rollback", "--args", decided)
        assert done.success, done.text

    load(lake, 36)
    run = Dbt(tmp_path / "run", meanwhile=back)("run", "--select", NAME)
    assert not run.success
    assert len(rows(lake, NAME)) == 52
    assert typed("release", NAME).exit_code == 0

    execute = Cursor.execute

    def run_first(self: Cursor, sql: str, *parameters: Any) -> None:
        if "create branch audit_by_hand" in sql and "_from" not in sql:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Cursor, "execute", execute)
                assert other("run", "--select", NAME).success
        execute(self, sql, *parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Cursor, "execute", run_first)
        refused = other("run-operation", "rollback", "--args", decided)
    assert not refused.success
    assert len(rows(lake, NAME)) == 72
    assert not held(lake)
    back()
    assert len(rows(lake, NAME)) == 52
    typed("release", NAME)
    for branch in kept.branches(lake):
        typed("branches", "drop", NAME, branch.branch)
