"""A sixth table is two files in models/gold, and no edit anywhere else."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local import spark
from local.lake import Lake
from runner.control.items import Status
from runner.control.sqlite import SqliteControlTable
from runner.project import PROJECT
from tests import reviews
from tests.tables import rows

NAME = "top_beers_by_taste"
SQL = """\
with

reviews as (

    select * from {{ source('dm_silver', 'review_flat') }}
    where deleted_at is null and {{ in_periods() }}

),

tasted_beers as (

    select
        beer_id,
        review_year,
        review_month,
        {{ exact_avg('review_taste') }} as avg_taste
    from reviews
    where beer_id is not null
    group by beer_id, review_year, review_month

),

ranked_beers as (

    select
        *,
        row_number() over (
            partition by review_year, review_month
            order by avg_taste desc, beer_id asc
        ) as period_rank
    from tasted_beers

)

select * from ranked_beers
"""
YML = """\
models:
  - name: top_beers_by_taste
    description: Beers by the mean rating of their taste in a month. One row per month and beer.
    columns:
      - {name: beer_id, data_type: bigint, description: The beer.}
      - {name: avg_taste, data_type: double, description: Mean of the ratings of the taste.}
      - {name: period_rank, data_type: int, description: "Place in the month, from 1."}
      - {name: review_year, data_type: int, description: "{{ doc('review_year') }}"}
      - {name: review_month, data_type: int, description: "{{ doc('review_month') }}"}
    data_tests:
      - ranked_in_period: {arguments: {key: beer_id}}
"""


@pytest.fixture
def project(project_copy: Path) -> Path:
    """A copy of the whole project, with the sixth table."""
    for folder in ("runner", "local", "infra"):
        shutil.copytree(PROJECT / folder, project_copy / folder)
    (project_copy / "models" / "gold" / f"{NAME}.sql").write_text(SQL)
    (project_copy / "models" / "gold" / f"{NAME}.yml").write_text(YML)
    return project_copy


def test_a_sixth_table_is_two_files(project: Path, tmp_path: Path, jar_paths: list[Path]) -> None:
    lake = Lake(tmp_path / "lake")
    spark.write_settings(lake.root / "conf", lake, jar_paths)

    def run(code: str, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env=os.environ | {"PYTHONPATH": str(project), "DM_LAKE": str(lake.root)},
            cwd=project, capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    dm = "from local.cli import dm; dm()"
    # Silver gets reviews: the table has an item, and is built.
    file = reviews.write(tmp_path / "reviews.csv", reviews.month_of("2010-12", 1, review_taste=3.5))
    run(dm, "load", str(file))
    pending = SqliteControlTable(lake.control).items(Status.PENDING)
    assert NAME in {item.table_name for item in pending}
    assert "1 of 1 control items succeeded" in run(dm, "process", "--table", NAME)
    assert [row["avg_taste"] for row in rows(lake, NAME)] == [3.5]
    # The page of the docs has it.
    run(dm, "docs")
    content = json.loads((project / "target" / "docs" / "colibri-manifest.json").read_text())
    (origin,) = content["lineage"]["parents"][f"model.datamaster.{NAME}"]["avg_taste"]
    assert origin["column"] == "review_taste"
    # And so has the list that the deployment hands to the state machine.
    run("from pathlib import Path; from infra.package import package; package(Path('dist'), ())")
    assert NAME in json.loads((project / "dist" / "tables.json").read_text())
