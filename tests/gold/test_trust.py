"""No command and no hook lets readers see rows that their tests have not passed."""

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from local.lake import Lake
from tests.dbt_project import Answer, Dbt
from tests.gold.drinkers import NAME, configured, drinkers, edited, load
from tests.tables import gold, rows, snapshots

NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")


@pytest.fixture(scope="module", autouse=True)
def built(lake: Lake, session: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> None:
    load(lake, 30)
    assert Dbt(tmp_path_factory.mktemp("target"))("run", "--select", "gold").success


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
    fault = "test ranked_in_period_top_drinkers_profile_id: 120 rows in 2010-01, 2010-02"
    assert f"{NAME}: not published, for {fault}, for example" in told.text


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
@pytest.mark.parametrize("skipping", [pytest.param("true", marks=pytest.mark.long), "false"])
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
    configured(doubled, "pre_hook: 'reset `spark.wap.branch`'")
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


@pytest.mark.parametrize("command", [pytest.param("run", marks=pytest.mark.long), "build"])
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
