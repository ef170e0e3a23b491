"""Models and packages as dbt people write them work, or are refused by name and hinder no other."""

import shutil
from pathlib import Path

import pytest
from dbt.cli.main import dbtRunner
from pyspark.sql import SparkSession

from local import silver
from local.lake import Lake
from runner.project import tables
from tests import reviews
from tests.dbt_project import Answer, Dbt, copy_project
from tests.tables import gold, rows, snapshots

STAGED = "top_staged"
CHILD = "best_drinkers"
NOTHING = "nothing to build"

FILES = {
    "models/staging/stg_reviews.sql": """
        {{ config(materialized='view') }}
        select * from {{ ref('stg_live') }} where profile_id is not null
    """,
    "models/staging/stg_live.sql": """
        {{ config(materialized='ephemeral') }}
        select * from {{ source('dm_silver', 'review_flat') }} where deleted_at is null
    """,
    f"models/gold/{STAGED}.sql": """
        select profile_id, count(*) as total_reviews, review_year, review_month
        from {{ ref('stg_reviews') }} as r
        {% if is_incremental() %} where {{ in_periods() }} {% endif %}
        group by profile_id, review_year, review_month
    """,
    f"models/gold/{CHILD}.sql": """
        with drinkers as (select * from {{ ref('top_drinkers') }} where {{ in_periods() }})
        select profile_id, total_reviews, review_year, review_month
        from drinkers where period_rank = 1
    """,
    "models/marts/all_reviews.sql": """
        {{ config(materialized='table', file_format='iceberg') }}
        select count(*) as total_reviews from {{ source('dm_silver', 'review_flat') }}
    """,
    "models/marts/growing.sql": """
        {{ config(materialized='incremental', file_format='iceberg',
                  incremental_strategy='append') }}
        select 1 as one {% if is_incremental() %} where false {% endif %}
    """,
    "seeds/states.csv": "state,state_name\nNY,New York\n",
    "packages.yml": "packages: [{local: ../package}]\n",
    "../package/dbt_project.yml": """
name: others
version: 1.0.0
models: {others: {+materialized: incremental, +file_format: iceberg, +incremental_strategy: append}}
on-run-start: ["{{ say('hello from others') }}"]
on-run-end: ["{{ others.say('others saw ' ~ results | length) }}"]
""",
    "../package/macros/say.sql": "{% macro say(text) %}{% do log(text, info=true) %}{% endmacro %}",
    "../package/models/log_of_runs.sql": """
        select '{{ invocation_id }}' as run
        {% if is_incremental() %} where '{{ this }}' != '' {% endif %}
    """,
}


def contract(name: str) -> str:
    columns = (
        "profile_id: bigint",
        "total_reviews: bigint",
        "review_year: int",
        "review_month: int",
    )
    told = "\n".join(
        f"      - {{name: {name}, data_type: {kind}, description: x}}"
        for name, kind in (column.split(": ") for column in columns)
    )
    return f"models:\n  - name: {name}\n    description: x\n    columns:\n{told}\n"


def load(lake: Lake, *months: tuple[str, int]) -> None:
    """Silver has so many reviews in each month."""
    made = [
        review | {"profile_id": review["review_id"]}
        for i, (month, size) in enumerate(months)
        for review in reviews.month_of(month, 1 + 1000 * i, size)
    ]
    silver.table(lake).overwrite(reviews.table(made))


@pytest.fixture(scope="module")
def project(lake: Lake, session: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with all of these, and its packages."""
    folder = copy_project(tmp_path_factory.mktemp("projects") / "project")
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name in (STAGED, CHILD):
        (folder / f"models/gold/{name}.yml").write_text(contract(name))
    assert dbtRunner().invoke(["deps", "--project-dir", str(folder)]).success
    load(lake, ("2010-01", 30), ("2010-02", 30))
    return folder


def build(dbt: Dbt, project: Path) -> Answer:
    return dbt("build", "--exclude-resource-type", "unit_test", project=project)


def test_two_builds_of_all_of_it_and_the_second_builds_nothing(
    lake: Lake, dbt: Dbt, project: Path, session: SparkSession
) -> None:
    told = build(dbt, project)
    assert told.success, told.text
    assert "hello from others" in told.text
    assert len(gold(lake, STAGED).scan().to_arrow()) == 60
    assert len(gold(lake, CHILD).scan().to_arrow()) == 2
    count = {name: snapshots(lake, name) for name in (*tables(), STAGED, CHILD)}
    told = build(dbt, project)
    assert told.success, told.text
    assert {told.messages[name] for name in count} == {NOTHING}
    assert {name: snapshots(lake, name) for name in count} == count
    for table, total in (("all_reviews", 1), ("growing", 1), ("log_of_runs", 2), ("states", 1)):
        assert session.table(f"dm_gold.{table}").count() == total, table


def test_what_reads_gold_is_built_after_it_for_the_same_months(
    lake: Lake, dbt: Dbt, project: Path
) -> None:
    silver.table(lake).append(reviews.table(reviews.month_of("2010-03", 9001, 3)))
    told = dbt("run", "--select", "top_drinkers", project=project)
    assert told.messages["top_drinkers"] == "1 period (2010-03)", told.text
    told = dbt("run", "--select", CHILD, project=project)
    assert told.messages[CHILD] == "1 period (2010-03)"
    load(lake, ("2010-01", 30), ("2010-02", 30))
    assert not dbt("run", "--select", "top_drinkers+", project=project).success
    told = dbt("run", "--select", "top_drinkers+", project=project, max_row_loss=1)
    assert told.messages[CHILD] == "3 periods (2010-01, 2010-02, 2010-03)"
    assert len(gold(lake, CHILD).scan().to_arrow()) == 2


def test_what_reads_a_table_that_failed_is_not_published(
    lake: Lake, dbt: Dbt, project: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "projects" / "project"
    shutil.copytree(project.parent, tmp_path / "projects")
    sql = broken / "models/gold/top_drinkers.sql"
    sql.write_text(sql.read_text() + " union all select * from ranked_drinkers")
    before = gold(lake, CHILD).metadata.current_snapshot_id
    load(lake, ("2010-01", 32), ("2010-02", 31))
    told = dbt("run", "--select", "top_drinkers+", project=broken)
    assert not told.success
    assert f"{CHILD}: not published, for it reads top_drinkers, which is not published" in told.text
    assert gold(lake, CHILD).metadata.current_snapshot_id == before
    assert dbt("run", "--select", "top_drinkers+", project=project).success


def test_a_view_that_changes_is_read_as_it_is_in_the_project(
    lake: Lake, dbt: Dbt, project: Path
) -> None:
    view = project / "models/staging/stg_reviews.sql"
    view.write_text(view.read_text() + " and profile_id > 1000")
    told = dbt("run", "--select", STAGED, project=project, max_row_loss=1)
    assert told.messages[STAGED] == "2 periods (2010-01, 2010-02)"
    assert {row["review_month"] for row in gold(lake, STAGED).scan().to_arrow().to_pylist()} == {2}


@pytest.mark.parametrize("kind", ["table", "view"])
def test_a_gold_model_of_another_kind_is_refused_and_hinders_nobody(
    lake: Lake, dbt: Dbt, project_copy: Path, kind: str
) -> None:
    edit = project_copy / "models/gold/top_drinkers.sql"
    edit.write_text("{{ config(materialized='" + kind + "') }}\n" + edit.read_text())
    before = rows(lake, "top_drinkers")
    told = dbt("run", "--select", "gold", "--full-refresh", project=project_copy)
    assert not told.success
    assert f"top_drinkers is materialized as '{kind}'" in told.text
    assert rows(lake, "top_drinkers") == before
    assert told.messages["state_by_review_volume"] == "2 periods (2010-01, 2010-02)"


@pytest.mark.parametrize("read", ["all_reviews", "states", "growing"])
def test_a_gold_model_that_reads_what_has_no_months_is_refused_by_name(
    dbt: Dbt, project: Path, tmp_path: Path, read: str
) -> None:
    shutil.copytree(project.parent, tmp_path / "projects")
    copy = tmp_path / "projects" / "project"
    sql = copy / f"models/gold/{STAGED}.sql"
    sql.write_text(sql.read_text() + " having (select count(*) from {{ ref('" + read + "') }}) > 0")
    assert dbt("run", "--select", "gold", project=project, max_row_loss=1).success
    told = dbt("run", "--select", "gold", project=copy)
    assert not told.success
    assert f"{STAGED} reads {read}, of which nobody can tell which months change" in told.text
    assert {told.messages[name] for name in tables()} == {NOTHING}
