"""Readers see what passed its tests, built from one state of silver, and nothing else."""

import json
import re
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyspark.sql import SparkSession

from dm.cli import dm
from local import silver
from local.control import SqliteControlTable
from local.lake import Lake
from runner.control.items import ControlItem
from runner.dbt.running import DbtProject
from runner.gold import published
from runner.job import GoldJob
from runner.project import PROJECT, tables
from tests import reviews
from tests.dbt_project import Answer, Dbt
from tests.tables import branches, gold, rows

NAME = "top_drinkers"
OTHERS = tuple(name for name in tables() if name != NAME)


@pytest.fixture(scope="module", autouse=True)
def built(lake: Lake, session: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> None:
    load(lake, 25)
    assert Dbt(tmp_path_factory.mktemp("target"))("run", "--select", "gold").success


def load(lake: Lake, size: int) -> None:
    """Silver has two months of so many reviews."""
    made = [*reviews.month_of("2010-01", 1, size), *reviews.month_of("2010-02", 1001, size)]
    silver.table(lake).overwrite(reviews.table(made))


def counted(lake: Lake, name: str) -> list[object]:
    """How many reviews each month of a table counts, for readers."""
    return [row["total_reviews"] for row in rows(lake, name)]


def shown(*arguments: str) -> str:
    answer = CliRunner().invoke(dm, arguments)
    assert answer.exit_code == 0, answer.output
    return answer.output


def overtake(lake: Lake) -> None:
    """Another program publishes the rows that are there once more."""
    table = gold(lake, NAME)
    table.overwrite(table.scan().to_arrow())


@pytest.fixture
def failing(project_copy: Path) -> Path:
    """The project with a test that no row of the table passes."""
    contract = project_copy / f"models/gold/{NAME}.yml"
    text = contract.read_text()
    assert "avg_rating between 1 and 5" in text
    contract.write_text(text.replace("avg_rating between 1 and 5", "avg_rating between 1 and 2"))
    return project_copy


def build(dbt: Dbt, *command: str, project: Path | None = None) -> Answer:
    folder = {"project": project} if project else {}
    return dbt(
        "build", "--select", "gold", "--exclude-resource-type", "unit_test", *command, **folder
    )


def by_hand(dbt: Dbt, operation: str, branch: str, project: Path = PROJECT) -> Answer:
    arguments = f"{{table: {NAME}, branch: {branch!r}}}"
    return dbt("run-operation", operation, "--args", arguments, project=project)


def test_a_build_publishes_in_three_commits(lake: Lake, dbt: Dbt) -> None:
    load(lake, 26)
    before = {name: len(gold(lake, name).metadata.metadata_log) for name in tables()}
    assert build(dbt).success
    for name in tables():
        assert counted(lake, name) == [26, 26]
        assert len(gold(lake, name).metadata.metadata_log) == before[name] + 3
        assert branches(lake, name) == []


def test_a_table_that_fails_keeps_its_rows_and_the_others_are_published(
    lake: Lake, dbt: Dbt, failing: Path
) -> None:
    load(lake, 27)
    before = gold(lake, NAME).metadata.current_snapshot_id
    told = build(dbt, project=failing)
    assert not told.success
    assert gold(lake, NAME).metadata.current_snapshot_id == before
    assert counted(lake, NAME) == [26, 26]
    assert {name: counted(lake, name) for name in OTHERS} == {name: [27, 27] for name in OTHERS}
    assert "valid_rows_top_drinkers failed in 2010-01, 2010-02, for example {" in told.text

    (branch,) = branches(lake, NAME)
    look = re.search(r"look at it +dm (.*)", told.text)
    assert look is not None
    assert look[1] == f"show {NAME} --branch {branch}"
    assert "27" in shown(*look[1].split())
    again = dbt("run", "--select", NAME)
    assert again.messages[NAME].startswith("2 periods")
    assert counted(lake, NAME) == [27, 27]
    assert branches(lake, NAME) == [branch]
    by_hand(dbt, "drop_branch", branch)


def test_a_kept_branch_is_published_by_hand_or_dropped(lake: Lake, dbt: Dbt, failing: Path) -> None:
    for size, operation, after in ((28, "publish_branch", [28, 28]), (29, "drop_branch", [28, 28])):
        load(lake, size)
        before = counted(lake, NAME)
        told = build(dbt, project=failing)
        command = re.search(rf"dbt run-operation {operation} --args '(.*)'", told.text)
        assert command is not None
        hand = partial(dbt, "run-operation", operation, "--args", command[1], project=failing)
        if operation == "publish_branch":
            refused = hand()
            assert not refused.success
            assert "not published, for test valid_rows_top_drinkers: 2 rows in" in refused.text
            assert counted(lake, NAME) == before
        done = hand(publish_untested=True)
        assert done.success, done.text
        assert counted(lake, NAME) == after
        assert branches(lake, NAME) == []
    assert "none: published without" in shown("explain", NAME, "--period", "2010-02")
    for branch in ("audit_none", "main", "audit_x; drop table dm_gold.top_drinkers"):
        for operation in ("publish_branch", "drop_branch"):
            told = by_hand(dbt, operation, branch, failing)
            assert not told.success
            assert f"{NAME} has no audit branch '{branch}'" in told.text
    assert counted(lake, NAME) == [28, 28]


def test_a_branch_that_a_person_mended_is_published(
    lake: Lake, dbt: Dbt, session: SparkSession, failing: Path
) -> None:
    """The tests look at the rows as they are now; run_history tells who published them."""
    load(lake, 29)
    build(dbt, project=failing)
    (branch,) = branches(lake, NAME)
    refused = by_hand(dbt, "publish_branch", branch, failing)
    assert not refused.success
    session.sql(f"update dm_gold.{NAME}.branch_{branch} set avg_rating = 1.5")
    done = by_hand(dbt, "publish_branch", branch, failing)
    assert done.success, done.text
    assert {row["avg_rating"] for row in rows(lake, NAME)} == {1.5}
    assert "none: published without" not in shown("explain", NAME, "--period", "2010-02")
    load(lake, 27)
    build(dbt, project=failing)
    (branch,) = branches(lake, NAME)
    shown("branches", "publish", NAME, branch, "--untested")
    assert counted(lake, NAME) == [27, 27]
    assert "none: published without" in shown("explain", NAME, "--period", "2010-02")
    query = "select error_message as why, tests_passed from run_history where status = 'published'"
    told = json.loads(
        shown("sql", f"{query} and why is not null order by finished_at", "--format", "json")
    )
    assert [row["why"].partition(": ")[2] for row in told][-1] == f"untested, from {branch}"
    assert told[-1]["tests_passed"] == 0
    assert told[-2]["tests_passed"] > 0


def test_an_old_branch_does_not_go_over_newer_rows(lake: Lake, dbt: Dbt, failing: Path) -> None:
    load(lake, 30)
    build(dbt, project=failing)
    (branch,) = branches(lake, NAME)
    load(lake, 31)
    assert build(dbt).success
    told = by_hand(dbt, "publish_branch", branch)
    assert not told.success
    assert f"{NAME} has been published since {branch} was written" in told.text
    assert counted(lake, NAME) == [31, 31]
    assert by_hand(dbt, "drop_branch", branch).success


def test_all_models_and_tests_of_a_run_read_one_state_of_silver(lake: Lake, dbt: Dbt) -> None:
    load(lake, 32)
    told = build(replace(dbt, meanwhile=lambda: load(lake, 33)))
    assert told.success, told.text
    assert {name: counted(lake, name) for name in tables()} == {name: [32, 32] for name in tables()}
    told = build(dbt)
    assert told.messages[NAME].startswith("2 periods")
    assert counted(lake, NAME) == [33, 33]


def test_a_run_does_not_publish_over_another(lake: Lake, dbt: Dbt) -> None:
    before = counted(lake, NAME)
    load(lake, 34)
    told = build(replace(dbt, meanwhile=lambda: overtake(lake)))
    assert not told.success
    why = "for another run has published meanwhile. Run it again"
    assert f"{NAME}: not published, {why}" in told.text
    assert counted(lake, NAME) == before
    assert branches(lake, NAME) == []
    assert {name: counted(lake, name) for name in OTHERS} == {name: [34, 34] for name in OTHERS}
    assert build(dbt).success
    assert counted(lake, NAME) == [34, 34]


def test_the_runner_repeats_what_was_overtaken(
    lake: Lake, dbt: Dbt, session: SparkSession, tmp_path: Path
) -> None:
    load(lake, 35)
    control = SqliteControlTable(tmp_path / "control.db")
    control.enqueue(
        ControlItem(month, "key", "dm_gold", NAME, "2010", month, "2012-02-01", "2012-02-01")
        for month in ("1", "2")
    )
    told: list[str] = []

    def progress(line: str) -> None:
        told.append(line)
        if sum("periods" in line for line in told) == 1 and "periods" in line:
            overtake(lake)

    job = GoldJob(control, tables(), DbtProject(progress).build, published)
    work, _ = job.claim([NAME])
    results = job.run(work)
    assert [result.error for result in results] == [None, None]
    assert sum("periods" in line for line in told) == 2
    assert counted(lake, NAME) == [35, 35]
    assert branches(lake, NAME) == []


def test_a_first_build_that_fails_shows_readers_an_empty_table(
    lake: Lake, dbt: Dbt, failing: Path, session: SparkSession
) -> None:
    session.sql(f"drop table dm_gold.{NAME} purge")
    assert not build(dbt, "--full-refresh", project=failing).success
    assert rows(lake, NAME) == []
    assert gold(lake, NAME).current_snapshot() is None
    assert CliRunner().invoke(dm, ["show", NAME]).exit_code == 1
    assert build(dbt).success
    assert counted(lake, NAME) == [35, 35]


def test_a_fault_that_does_not_make_gold_wrong_is_only_told(lake: Lake, dbt: Dbt) -> None:
    made = reviews.month_of("2010-01", 1, 36) + reviews.month_of("2010-02", 1001, 36)
    silver.table(lake).overwrite(reviews.table([*made, reviews.review(2001, review_aroma=9.0)]))
    told = build(dbt)
    assert told.success
    assert told.messages["other_ratings_are_in_range"] == "Got 1 result, configured to warn if != 0"
    assert counted(lake, NAME) == [36, 36, 1]
