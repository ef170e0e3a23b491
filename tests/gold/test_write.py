"""What must not get into a table does not."""

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from local import silver
from local.lake import Lake
from tests import reviews
from tests.dbt_project import Dbt
from tests.tables import gold, rows, snapshots

NAME = "top_drinkers"


@pytest.fixture(scope="module", autouse=True)
def built(lake: Lake, session: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> None:
    silver.upsert(lake, reviews.table([*reviews.month_of("2010-01", 1), reviews.review(99)]))
    assert Dbt(tmp_path_factory.mktemp("target"))("run", "--select", "gold").success


def refused(
    lake: Lake, dbt: Dbt, *command: str, project: Path, message: str, **vars_: object
) -> None:
    before, count = rows(lake, NAME), snapshots(lake, NAME)
    told = dbt("run", "--select", NAME, *command, project=project, **vars_)
    assert not told.success
    assert message in told.text
    assert rows(lake, NAME) == before
    assert snapshots(lake, NAME) == count


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_a_row_of_another_period(lake: Lake, dbt: Dbt, project_copy: Path) -> None:
    edit(project_copy / f"models/gold/{NAME}.sql", "and {{ in_periods() }}", "")
    message = f"{NAME}: the model gives a row outside of the periods of this run"
    refused(lake, dbt, project=project_copy, message=message, periods=["2010-01"])


def test_a_column_of_another_type(lake: Lake, dbt: Dbt, project_copy: Path) -> None:
    edit(project_copy / f"models/gold/{NAME}.sql", "count(*)", "cast(count(*) as int)")
    message = "its YAML differ: total_reviews is int in the SQL, and bigint in the YAML"
    refused(lake, dbt, project=project_copy, message=message)


def test_a_first_build_makes_no_table_of_a_wrong_contract(
    lake: Lake, dbt: Dbt, session: SparkSession, project_copy: Path
) -> None:
    new, folder = "top_talkers", project_copy / "models" / "gold"
    for kind in ("sql", "yml"):
        text = (folder / f"{NAME}.{kind}").read_text().partition("unit_tests:")[0]
        (folder / f"{new}.{kind}").write_text(text.replace(NAME, new))
    edit(folder / f"{new}.yml", "data_type: double", "data_type: doubel")
    edit(folder / f"{new}.yml", "- name: state", "- name: stat")
    told = dbt("run", "--select", new, project=project_copy)
    assert told.messages[new].strip().splitlines()[1:] == [
        "  top_talkers was not built, for its SQL and its YAML differ: stat is not in the SQL, and"
        " string in the YAML; avg_rating is double in the SQL, and doubel in the YAML;"
        " not in the YAML: state string"
    ]
    assert not lake.catalog.table_exists(f"dm_gold.{new}")
    edit(folder / f"{new}.yml", "data_type: doubel", "data_type: double")
    edit(folder / f"{new}.yml", "- name: stat\n", "- name: state\n")
    # A table that never had a row is made anew, whatever its columns are.
    session.sql(f"create table dm_gold.{new} (state int, avg_rating string) using iceberg")
    for _ in range(2):
        assert dbt("run", "--select", new, project=project_copy).success
    assert len(rows(lake, new)) == 2


def test_a_null_in_a_key(lake: Lake, dbt: Dbt, project_copy: Path) -> None:
    edit(
        project_copy / f"models/gold/{NAME}.sql",
        "coalesce({{ latest('state') }}, 'Unknown')",
        "cast(null as string)",
    )
    refused(lake, dbt, project=project_copy, message="NOT_NULL_ASSERT_VIOLATION")


def test_a_contract_that_the_table_does_not_have(lake: Lake, dbt: Dbt, project_copy: Path) -> None:
    contract = project_copy / f"models/gold/{NAME}.yml"
    edit(contract, "name: profile_name", "name: public_name")
    edit(project_copy / f"models/gold/{NAME}.sql", "as profile_name", "as public_name")
    refused(
        lake,
        dbt,
        project=project_copy,
        message="dm migrate top_drinkers brings it in line, by: alter table",
    )


def test_an_empty_build(lake: Lake, dbt: Dbt, project_copy: Path) -> None:
    refused(lake, dbt, "--empty", project=project_copy, message="--empty would empty the months")


def test_a_changed_comment_reaches_the_catalog_and_an_unchanged_one_is_not_written(
    lake: Lake, dbt: Dbt, project_copy: Path
) -> None:
    before = len(gold(lake, NAME).metadata.metadata_log)
    assert dbt("run", "--select", NAME, project=project_copy).success
    assert len(gold(lake, NAME).metadata.metadata_log) == before
    edit(project_copy / f"models/gold/{NAME}.yml", "The drinker's profile.", "It's the drinker.")
    edit(project_copy / f"models/gold/{NAME}.yml", "Drinkers by the", "People by the")
    assert dbt("run", "--select", NAME, project=project_copy).success
    table = gold(lake, NAME)
    assert table.schema().find_field("profile_id").doc == "It's the drinker."
    assert table.properties["comment"].startswith("People by the number of reviews")
    assert len(table.metadata.metadata_log) == before + 2


def test_a_test_of_the_tables_fails_on_each_kind_of_bad_row(
    lake: Lake, dbt: Dbt, session: SparkSession
) -> None:
    assert dbt("test", "--select", NAME).success
    snapshot = gold(lake, NAME).metadata.current_snapshot_id
    for change, test in {
        "avg_rating = 50": "valid_rows_top_drinkers",
        "total_reviews = 7": "reconciles_with_silver_top_drinkers_profile_id",
        "period_rank = 2": "ranked_in_period_top_drinkers_profile_id",
    }.items():
        session.sql(f"update dm_gold.{NAME} set {change} where review_month = 1")
        told = dbt("test", "--select", NAME, "--exclude-resource-type", "unit_test")
        assert {name for name, text in told.messages.items() if "Got 1" in text} == {test}
        session.sql(f"call system.rollback_to_snapshot('dm_gold.{NAME}', {snapshot})")
    session.sql(f"insert into dm_gold.{NAME} select * from dm_gold.{NAME} where review_month = 1")
    told = dbt("test", "--select", NAME, "--exclude-resource-type", "unit_test")
    assert "Got 2" in told.messages["ranked_in_period_top_drinkers_profile_id"]
    session.sql(f"call system.rollback_to_snapshot('dm_gold.{NAME}', {snapshot})")


def test_a_build_tests_the_months_it_wrote_and_a_plain_test_all_of_them(
    lake: Lake, dbt: Dbt, session: SparkSession
) -> None:
    session.sql(f"update dm_gold.{NAME} set avg_rating = 50 where review_month = 12")
    assert dbt("build", "--select", NAME, periods=["2010-01"]).success
    told = dbt("test", "--select", NAME)
    assert not told.success
    assert "Got 1" in told.messages["valid_rows_top_drinkers"]
    assert not dbt("build", "--select", NAME, periods=[]).messages["valid_rows_top_drinkers"]
    assert dbt("build", "--select", NAME, periods=["2010-12"]).success


def test_a_month_that_is_only_stale_is_no_failure(lake: Lake, dbt: Dbt) -> None:
    silver.upsert(lake, reviews.table([reviews.review(100)]))
    assert dbt("test", "--select", NAME).success
    assert dbt("run", "--select", NAME).messages[NAME] == "1 period (2010-12)"
