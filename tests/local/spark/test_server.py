"""A Spark that stays serves dbt, on this machine and from a laptop, and stops when it is idle."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from local.control import SqliteControlTable
from local.lake import Lake
from local.loading.load import load
from local.spark import server
from runner.project import PROJECT, tables
from tests import reviews
from tests.tables import gold

BIN = Path(sys.executable).parent
COLD = {"PYSPARK_SUBMIT_ARGS": "--no-such-option pyspark-shell"}
"""With these, nothing can start a Spark of its own."""


BY_STATE = """
with drinkers as (select * from {{ ref('top_drinkers') }} where {{ in_periods() }})
select
    state, count(*) as drinkers,
    cast(row_number() over (partition by review_year, review_month order by state) as int)
        as period_rank,
    review_year, review_month
from drinkers group by state, review_year, review_month
"""
BY_STATE_CONTRACT = """
models:
  - name: drinkers_by_state
    columns:
      - {name: state, data_type: string}
      - {name: drinkers, data_type: bigint}
      - {name: period_rank, data_type: int}
      - {name: review_year, data_type: int}
      - {name: review_month, data_type: int}
"""


def load_month(lake: Lake, month: str, size: int, **values: object) -> None:
    """Silver has so many reviews of a month, each of another drinker."""
    first = int(month[:4]) * 1_000
    made = [
        review | {"profile_id": review["review_id"]} | values
        for review in reviews.month_of(month, first, size)
    ]
    load(lake, SqliteControlTable(lake.control), tables(), reviews.write(lake.root / "r.csv", made))


@pytest.fixture(scope="module")
def serving(lake: Lake) -> Iterator[server.Server]:
    load_month(lake, "2010-12", 25)
    load_month(lake, "2011-01", 26, state="CA")
    assert server.start("dm.serving")
    found = server.find()
    assert found
    yield found
    server.stop()


def dbt(*command: str, project: Path = PROJECT, **environment: str) -> str:
    done = subprocess.run(
        [
            *(BIN / "dbt", *command, "--project-dir", project, "--profiles-dir", project),
            *("--target-path", project / "target"),
        ],
        env=os.environ | COLD | environment,
        cwd=project, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert "UserWarning" not in done.stderr
    return done.stdout


def test_dbt_uses_the_spark_that_stays(
    lake: Lake, serving: server.Server, project_copy: Path
) -> None:
    assert not server.start("dm.serving")
    assert (lake.root / "spark-server.json").stat().st_mode & 0o077 == 0
    assert "ERROR=0" in dbt("run", "--select", "gold", project=project_copy)
    assert gold(lake, "top_drinkers").scan().to_arrow().num_rows > 0
    assert "SPARK_REMOTE" in dbt(
        "run", project=project_copy, DM_LAKE=str(project_copy), SPARK_REMOTE=serving.url
    )


def test_a_laptop_builds_what_it_changed_in_a_schema_of_its_own(
    lake: Lake, serving: server.Server, project_copy: Path, tmp_path: Path
) -> None:
    laptop = {"DM_REMOTE": serving.url, "USER": "Ann.B", "DBT_TARGET": "connect"}
    dbt("parse", project=project_copy, **laptop)
    state = tmp_path / "state"
    state.mkdir()
    shutil.copy(project_copy / "target" / "manifest.json", state)
    model = project_copy / "models" / "gold" / "top_drinkers.sql"
    model.write_text(f"{model.read_text()}\n-- changed\n")
    before = {table: gold(lake, table).metadata_location for table in tables()}
    told = dbt(
        *("run", "--select", "state:modified+", "--defer", "--state", str(state)),
        project=project_copy, **laptop,
    )  # fmt: skip
    assert "ERROR=0" in told
    nobody = laptop | {"DM_REMOTE": "sc://localhost:1/;token=secret"}
    told = dbt("run", project=project_copy, **nobody)
    assert "No Spark answers at DM_REMOTE=sc://localhost:1" in told
    assert "secret" not in told
    built = {name for _, name in lake.catalog.list_tables("dm_gold_ann_b")}
    assert built & set(tables()) == {"top_drinkers"}
    assert before == {table: gold(lake, table).metadata_location for table in tables()}


def test_a_laptop_previews_against_production(
    lake: Lake, serving: server.Server, project_copy: Path
) -> None:
    """One month of silver changed; a new table reads drinkers: the other month from production."""
    load_month(lake, "2011-01", 30, state="CA")
    models = project_copy / "models" / "gold"
    (models / "drinkers_by_state.sql").write_text(BY_STATE)
    (models / "drinkers_by_state.yml").write_text(BY_STATE_CONTRACT)
    before = {table: gold(lake, table).metadata_location for table in tables()}
    previews = {"DM_REMOTE": serving.url, "USER": "bob", "DBT_TARGET": "connect"}
    told = dbt(
        *("run", "--select", "top_drinkers", "drinkers_by_state", "state_by_review_volume"),
        *("--vars", "{preview: true}"),
        project=project_copy, **previews,
    )  # fmt: skip
    assert "ERROR=0" in told, told
    assert "top_drinkers: 1 period (2011-01)" in told
    assert "top_drinkers: 4 rows new, 0 gone, 0 changed" in told
    assert "state_by_review_volume: 0 rows new, 0 gone, 1 changed" in told, told
    assert "drinkers_by_state: 2 rows new" in told, told
    assert "drop it      dbt run-operation drop_branch" in told
    assert "publish it" not in told
    mine = lake.catalog.load_table(("dm_gold_bob", "drinkers_by_state"))
    (branch,) = set(mine.metadata.refs)
    found = mine.scan(snapshot_id=mine.metadata.refs[branch].snapshot_id).to_arrow().to_pylist()
    assert {(row["review_year"], row["drinkers"]) for row in found} == {(2010, 25), (2011, 30)}
    assert before == {table: gold(lake, table).metadata_location for table in tables()}
    done = subprocess.run(
        [BIN / "dm", "preview", "top_drinkers", "--target", "connect", "--then", "drop",
         "--format", "json", "--page", project_copy / "page.html"],
        env=os.environ | COLD | previews, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (one,) = json.loads(done.stdout)
    assert (one["changes"]["total"]["new"], list(one["why"])) == (4, ["2011-01"])
    assert before == {table: gold(lake, table).metadata_location for table in tables()}


def test_it_stops_when_it_is_idle(lake: Lake, serving: server.Server) -> None:
    del serving
    assert server.stop()
    assert not server.find()
    assert server.start("dm.serving", timedelta(seconds=4))
    end = time.monotonic() + 60
    while server.find():
        assert time.monotonic() < end
        time.sleep(0.2)
    assert not (lake.root / "spark-server.json").exists()
