"""No command, hook, engine or fault lets readers see rows that their tests have not passed."""

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
from tests.dbt_project import Answer, Dbt
from tests.tables import gold, rows, snapshots

NAME = "top_drinkers"
NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
JANUARY, FEBRUARY = "2010-01", "2010-02"


def load(lake: Lake, size: int, **values: object) -> None:
    """Silver has two months of so many reviews, each of another drinker."""
    made = [
        review | {"profile_id": review["review_id"]} | values
        for month, first in ((JANUARY, 1), (FEBRUARY, 1001))
        for review in reviews.month_of(month, first, size)
    ]
    silver.table(lake).overwrite(reviews.table(made))


def drinkers(lake: Lake) -> int:
    """How many rows readers see."""
    return len(rows(lake, NAME))


def run(*arguments: str) -> str:
    answer = CliRunner().invoke(dm, arguments)
    assert answer.exit_code == 0, answer.output
    return answer.output


def edited(project: Path, file: str, old: str, new: str) -> Path:
    path = project / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return project


@pytest.fixture(scope="module", autouse=True)
def built(lake: Lake, session: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> None:
    load(lake, 30)
    assert Dbt(tmp_path_factory.mktemp("target"))("run", "--select", "gold").success


@pytest.fixture
def doubled(project_copy: Path) -> Path:
    """The project with a model that gives each drinker twice."""
    return edited(
        project_copy,
        f"models/gold/{NAME}.sql",
        "select * from ranked_drinkers",
        "select * from ranked_drinkers union all select * from ranked_drinkers",
    )


@pytest.mark.parametrize(
    "command",
    [("build",), ("run",), ("run", "--full-refresh"), ("build", "--exclude-resource-type", "test")],
)
def test_rows_that_fail_a_test_are_published_by_no_command(
    lake: Lake, dbt: Dbt, doubled: Path, command: tuple[str, ...]
) -> None:
    before = rows(lake, NAME)
    for again in (command, ("build",), ("run",)):
        told = dbt(
            *again, *(NO_UNIT_TESTS if "build" in again else ()), "--select", NAME, project=doubled
        )
        assert not told.success
        assert "ranked_in_period_top_drinkers_profile_id failed in 2010-01, 2010-02" in told.text
        assert "nothing to build" not in told.text
        assert rows(lake, NAME) == before


def test_a_run_says_at_its_end_what_it_did_not_publish(dbt: Dbt, doubled: Path) -> None:
    told = dbt("run", "--select", "gold", project=doubled)
    assert not told.success
    assert f"{NAME}: not published, for test ranked_in_period_top_drinkers" in told.text


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("dbt_project.yml", '"{{ plan_periods() }}{{ begin_audit() }}"', '"{{ begin_audit() }}"'),
        ("dbt_project.yml", '"{{ plan_periods() }}{{ begin_audit() }}"', '"{{ plan_periods() }}"'),
        ("dbt_project.yml", "on-run-start:", "# on-run-start:"),
        ("dbt_project.yml", '"{{ plan_periods() }}{{', '"select nothing_of_the_kind; {{'),
        ("dbt_project.yml", "{{ begin_audit() }}\"", "{{ begin_audit() }}x\""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("skipping", ["true", "false"])
def test_without_plan_and_audit_nothing_is_written(
    lake: Lake, dbt: Dbt, doubled: Path, file: str, old: str, new: str, skipping: str
) -> None:
    edited(doubled, file, old, new)
    edited(doubled, file, "run_start_fails: true", f"run_start_fails: {skipping}")
    before = gold(lake, NAME).metadata
    told = dbt("run", "--select", "gold", project=doubled)
    assert not told.success
    assert gold(lake, NAME).metadata.snapshots == before.snapshots
    assert gold(lake, NAME).metadata.refs == before.refs


def test_a_pre_hook_that_ends_the_audit_stops_its_model(
    lake: Lake, dbt: Dbt, doubled: Path
) -> None:
    edited(doubled, f"models/gold/{NAME}.yml", "  - name: top_drinkers\n", "  - name: top_drinkers\n"
           "    config: {pre_hook: 'reset `spark.wap.branch`'}\n")  # fmt: skip
    count = snapshots(lake, NAME)
    told = dbt("run", "--select", NAME, project=doubled)
    assert not told.success
    assert "top_drinkers was not built: this run has no audit" in told.text
    assert snapshots(lake, NAME) == count


def test_a_comment_before_the_hook_changes_nothing(
    lake: Lake, dbt: Dbt, project_copy: Path
) -> None:
    load(lake, 31)
    edited(
        project_copy,
        "dbt_project.yml",
        '"{{ plan_periods() }}',
        r'"-- plan, then audit\n{{ plan_periods() }}',
    )
    told = dbt("run", "--select", "gold", project=project_copy)
    assert told.success, told.text
    assert drinkers(lake) == 62


def retried(dbt: Dbt, project: Path, *command: str) -> Answer:
    options = NO_UNIT_TESTS if "build" in command else ()
    assert not dbt(*command, *options, "--select", "gold", project=project).success
    sql = project / f"models/gold/{NAME}.sql"
    sql.write_text(sql.read_text().split(" union all ")[0].replace("nothing_there", "profile_id"))
    return dbt("retry", project=project)


def test_a_retry_after_a_failed_test_says_what_to_do(lake: Lake, dbt: Dbt, doubled: Path) -> None:
    before = drinkers(lake)
    load(lake, 32)
    told = retried(dbt, doubled, "build")
    assert not told.success
    assert (
        f"{NAME}: not published, for it was not built: use dbt build --select {NAME}" in told.text
    )
    assert drinkers(lake) == before
    assert dbt("build", "--select", NAME, project=doubled).success
    assert drinkers(lake) == 64


def test_a_retry_after_a_run_that_published_less_is_no_success(
    lake: Lake, dbt: Dbt, doubled: Path
) -> None:
    before = drinkers(lake)
    load(lake, 33)
    assert not retried(dbt, doubled, "run").success
    assert drinkers(lake) == before
    assert dbt("run", "--select", NAME, project=doubled).success
    assert drinkers(lake) == 66


@pytest.mark.parametrize("command", ["run", "build"])
def test_a_retry_after_a_failed_model_builds_tests_and_publishes_it(
    lake: Lake, dbt: Dbt, project_copy: Path, command: str
) -> None:
    size = drinkers(lake) // 2 + 1
    load(lake, size)
    edited(
        project_copy, f"models/gold/{NAME}.sql", "        profile_id,\n", "        nothing_there,\n"
    )
    told = retried(dbt, project_copy, command)
    assert told.success, told.text
    assert drinkers(lake) == 2 * size


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
    edited(project_copy, f"models/gold/{NAME}.yml", "  - name: top_drinkers\n", "  - name: top_drinkers\n"
           "    config: {post_hook: \"update {{ this }} set state = 'N' where state = 'NY'\"}\n")  # fmt: skip
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


@pytest.mark.parametrize("left", [0, 1])
def test_a_month_that_collapses_is_held(lake: Lake, dbt: Dbt, left: int) -> None:
    before = rows(lake, NAME)
    load(lake, left)
    for command in ("run", "build"):
        told = dbt(command, "--select", NAME)
        assert not told.success
        assert f"{JANUARY}: {left} rows instead of {len(before) // 2}" in told.text
        assert "--vars '{max_row_loss: 1}'" in told.text
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


@pytest.mark.parametrize("command", ["run", "build"])
@pytest.mark.parametrize("rating", [math.nan, math.inf])
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
    run("process")
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
    assert "6 of 6 control items succeeded." in run("process")
    assert len(rows(lake, NAME, "review_month = 2")) == 30


def test_a_test_that_warned_is_not_among_those_that_passed(lake: Lake, dbt: Dbt) -> None:
    load(lake, 30, review_aroma=9.0)
    assert dbt("run", "--select", NAME).success
    told = run("explain", NAME, "--period", FEBRUARY)
    assert "all but 1 passed, which only warned:" in told
    assert "other_ratings_are_in_range (warned)" in told
