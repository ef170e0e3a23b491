"""What makes a month untrue is noticed, told by each view, and mended by the next run."""

import json
import math
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyspark.sql import SparkSession

from dm.cli import dm
from local import silver
from local.lake import Lake
from runner.project import tables
from tests import reviews
from tests.dbt_project import Dbt
from tests.gold.drinkers import FEBRUARY, JANUARY, NAME, configured, drinkers, edited, load, run
from tests.tables import gold, rows


@pytest.fixture(scope="module", autouse=True)
def built(lake: Lake, session: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> None:
    load(lake, 30)
    assert Dbt(tmp_path_factory.mktemp("target"))("run", "--select", "gold").success


def test_untested_months_are_told_until_they_have_passed(lake: Lake, dbt: Dbt) -> None:
    load(lake, drinkers(lake) // 2 + 1)
    assert dbt("run", "--select", NAME, publish_untested=True).success
    assert "none: published without" in run("explain", NAME, "--period", FEBRUARY)
    told = dbt("run", "--select", NAME)
    assert told.messages[NAME].startswith("2 periods")
    assert "all passed" in run("explain", NAME, "--period", FEBRUARY)
    assert dbt("build", "--select", NAME).messages[NAME] == "nothing to build"


def test_a_post_hook_may_write_and_nothing_is_built_again(
    lake: Lake, dbt: Dbt, project_copy: Path
) -> None:
    configured(project_copy, "post_hook: \"update {{ this }} set state = 'N' where state = 'NY'\"")
    load(lake, drinkers(lake) // 2 + 1)
    assert dbt("run", "--select", NAME, project=project_copy).success
    assert {row["state"] for row in rows(lake, NAME)} == {"N"}
    assert dbt("run", "--select", NAME, project=project_copy).messages[NAME] == "nothing to build"


def test_what_another_engine_writes_is_noticed_and_built_again(lake: Lake, dbt: Dbt) -> None:
    assert dbt("run", "--select", NAME, "--full-refresh").success
    before = rows(lake, NAME)
    gold(lake, NAME).delete("review_month = 2 and review_year = 2010")
    assert drinkers(lake) == len(before) // 2
    told = dbt("run", "--select", NAME)
    assert told.success, told.text
    assert f"{NAME}: somebody else wrote to it (another program at " in told.text
    assert told.messages[NAME] == f"1 period ({FEBRUARY})"
    assert rows(lake, NAME) == before

    stranger = gold(lake, NAME).scan().to_arrow()
    gold(lake, NAME).append(stranger)
    asked = dbt("run", "--select", NAME, periods=[JANUARY])
    assert asked.success, asked.text
    assert dbt("run", "--select", NAME).messages[NAME] == f"1 period ({FEBRUARY})"
    assert rows(lake, NAME) == before


def test_a_branch_that_failed_is_untested_whoever_publishes_it(
    lake: Lake, dbt: Dbt, doubled: Path, session: SparkSession
) -> None:
    before = rows(lake, NAME)
    assert not dbt("run", "--select", NAME, project=doubled).success
    branch = max(ref for ref in gold(lake, NAME).metadata.refs if ref.startswith("audit_"))
    session.sql(f"call system.fast_forward('dm_gold.{NAME}', 'main', '{branch}')")
    session.sql(f"alter table dm_gold.{NAME} drop branch {branch}")
    assert drinkers(lake) == 2 * len(before)
    assert "none: published without" in run("explain", NAME, "--period", FEBRUARY)
    assert dbt("run", "--select", NAME, max_row_loss=1).success
    assert rows(lake, NAME) == before


@pytest.mark.parametrize("left", [pytest.param(0, marks=pytest.mark.long), 1])
def test_a_month_that_collapses_is_held(lake: Lake, dbt: Dbt, left: int) -> None:
    before = rows(lake, NAME)
    load(lake, left)
    for command in ("run", "build"):
        told = dbt(command, "--select", NAME)
        assert not told.success
        some = "1 row" if left == 1 else f"{left} rows"
        assert f"{JANUARY}: {some} instead of {len(before) // 2}" in told.text
        months = f'periods: ["{JANUARY}", "{FEBRUARY}"], max_row_loss: 1'
        assert f"If that is right: dbt run --select {NAME} --vars '{{{months}}}'" in told.text
        assert rows(lake, NAME) == before
    assert dbt("run", "--select", NAME, max_row_loss=1).success
    assert drinkers(lake) == 2 * left
    load(lake, 30)
    assert dbt("run", "--select", NAME).success


def test_a_changed_comment_or_white_space_builds_nothing(dbt: Dbt, project_copy: Path) -> None:
    assert dbt("run", "--select", "gold").success
    for name in tables():
        path = project_copy / f"models/gold/{name}.sql"
        path.write_text("-- it's new\n" + path.read_text().replace("\n\n", "\n/* so; 'n */\n\n  "))
    told = dbt("run", "--select", "gold", project=project_copy)
    assert [told.messages[name] for name in tables()] == ["nothing to build"] * len(tables())
    edited(project_copy, f"models/gold/{NAME}.sql", "'Unknown'", "'Un  known'")
    told = dbt("run", "--select", NAME, project=project_copy)
    assert told.messages[NAME].startswith("2 periods")
    edited(project_copy, f"models/gold/{NAME}.sql", "'Un  known'", "'Un known'")
    assert dbt("run", "--select", NAME, project=project_copy).messages[NAME].startswith("2 periods")


@pytest.mark.parametrize(
    ("command", "rating"),
    [
        ("run", math.nan),
        ("build", math.inf),
        pytest.param("build", math.nan, marks=pytest.mark.long),
        pytest.param("run", math.inf, marks=pytest.mark.long),
    ],
)
def test_a_rating_that_is_no_number_fails_its_month(
    lake: Lake, dbt: Dbt, command: str, rating: float
) -> None:
    load(lake, 30)
    assert dbt("run", "--select", "gold").success
    before = rows(lake, NAME)
    load(lake, 31, review_overall=rating)
    told = dbt(command, "--select", "gold" if command == "run" else "+gold")
    assert not told.success
    assert "ratings_are_in_range failed in 2010-01, 2010-02" in told.text
    assert rows(lake, NAME) == before


def test_who_rated_nothing_has_no_mean_and_holds_nobody_back(lake: Lake, dbt: Dbt) -> None:
    load(lake, 30, review_overall=None)
    told = dbt("build", "--select", "gold", max_row_loss=1)
    assert told.success, told.text
    assert {row["avg_rating"] for row in rows(lake, NAME)} == {None}
    assert [row["total_reviews"] for row in rows(lake, "top_styles_by_popularity")] == [30, 30]
    assert rows(lake, "top_beers_by_rating") == []


def test_changed_code_is_announced_and_built(lake: Lake, dbt: Dbt, project_copy: Path) -> None:
    load(lake, 30)
    assert dbt("run", "--select", "gold", max_row_loss=1).success
    assert "Nothing is pending." in run("process")
    told = dbt(
        "run",
        "--select",
        NAME,
        project=edited(project_copy, f"models/gold/{NAME}.sql", "'Unknown'", "'None'"),
    )
    assert told.success, told.text
    status = json.loads(run("status", "--format", "json"))["tables"]
    assert {t["table"]: t["why"] for t in status if t["stale"]} == {
        NAME: {JANUARY: "its code changed", FEBRUARY: "its code changed"}
    }
    assert re.search(
        rf"{NAME} +{JANUARY}, {FEBRUARY} +its code changed", run("process", "--dry-run")
    )
    assert "2 of 2 control items succeeded." in run("process")
    assert "Nothing is pending." in run("process")


def test_a_month_of_other_code_is_told_so_whatever_was_built_since(
    lake: Lake, dbt: Dbt, project_copy: Path
) -> None:
    assert dbt("run", "--select", "gold").success
    changed = edited(project_copy, f"models/gold/{NAME}.sql", "'Unknown'", "'None'")
    assert dbt("run", "--select", NAME, project=changed, periods=[JANUARY]).success
    assert dbt("run", "--select", NAME, periods=[FEBRUARY]).success
    status = json.loads(run("status", "--format", "json"))["tables"]
    assert {t["table"]: t["why"] for t in status if t["stale"]} == {
        NAME: {JANUARY: "its code changed"}
    }
    assert dbt("run", "--select", NAME).messages[NAME] == f"1 period ({JANUARY})"


def test_what_is_stale_beside_what_was_asked_for_is_built_by_the_same_command(
    lake: Lake, dbt: Dbt
) -> None:
    gold(lake, NAME).delete("review_month = 2 and review_year = 2010")
    told = run("explain", NAME, "--period", FEBRUARY)
    assert f"{NAME}, {FEBRUARY}: 0 rows" in told
    assert "none of what is there now, written by another program at" in told
    assert "all passed" not in told
    more = reviews.month_of(JANUARY, 5001, 1)
    run("load", str(reviews.write(lake.root / "more.csv", more)))
    count = len(tables()) + 1
    assert f"{count} of {count} control items succeeded." in run("process")
    assert len(rows(lake, NAME, "review_month = 2")) == 30


def test_what_a_load_has_not_announced_is_built_by_the_next_run(lake: Lake, dbt: Dbt) -> None:
    assert "Nothing is pending." in run("process")
    before = drinkers(lake)
    made = [review | {"profile_id": 7001} for review in reviews.month_of(JANUARY, 7001, 3)]
    silver.upsert(lake, reviews.table(made))  # and here the load is killed
    told = run("process", "--table", NAME)
    assert "1 of 1 control item succeeded." in told
    assert drinkers(lake) == before + 1
    assert "Nothing is pending." in run("process", "--table", NAME)
    assert f"{len(tables()) - 1} of {len(tables()) - 1} control items succeeded." in run("process")


@pytest.mark.parametrize(
    ("values", "test"),
    [
        ({"review_aroma": 9.0}, "other_ratings_are_in_range"),
        ({"state": "UNKNOWN"}, f"one_unknown_state_{NAME}"),
    ],
)
def test_a_test_that_warned_is_not_among_those_that_passed(
    lake: Lake, dbt: Dbt, values: dict[str, object], test: str
) -> None:
    load(lake, 30, **values)
    assert dbt("run", "--select", NAME).success
    told = run("explain", NAME, "--period", FEBRUARY)
    assert "all but 1 passed, which only warned:" in told
    assert f"{test} (warned)" in told


def test_a_table_without_any_row_is_no_fault(lake: Lake, dbt: Dbt) -> None:
    gold(lake, NAME).delete("true")
    assert "written by" in run("status")
    answer = CliRunner().invoke(dm, ["show", NAME])
    assert answer.exit_code == 1
    assert f"dm_gold.{NAME} is built, and has no row" in answer.output
    assert dbt("run", "--select", NAME).success
