"""The commands as a person types them: each in a process of its own, on a small lake."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local import spark
from local.lake import Lake
from runner.project import PROJECT, tables
from tests import reviews

BIN = Path(sys.executable).parent
COMMANDS = (
    "backfill", "demo", "docs", "load", "pending", "process", "report", "retry", "runs", "setup",
    "show", "spark",
)  # fmt: skip
# 23:30 UTC on the last day of a month is the next month in Tokyo and 20:30 in São Paulo.
LATE = {"review_time": 1_291_159_800, "review_year": 2010, "review_month": 11}


def run(*command: str, lake: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / command[0], *command[1:]],
        env=os.environ | {"DM_LAKE": str(lake)} | environment,
        cwd=PROJECT, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def new_lake(tmp_path_factory: pytest.TempPathFactory, jar_paths: list[Path]) -> Path:
    here = Lake(tmp_path_factory.mktemp("terminal"))
    spark.write_settings(here.root / "conf", here, jar_paths)
    return here.root


def quiet(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    for noise in ("WARN ", "WARNING", "ERROR ", "Traceback", "Exception", "\tat ", "deprecat"):
        assert noise not in done.stdout


def test_a_day_at_the_terminal_is_quiet(new_lake: Path) -> None:
    made = [*reviews.month_of("2010-12", 1), reviews.review(99, **LATE)]
    file = reviews.write(new_lake / "reviews.csv", made)
    quiet(run("dm", "load", str(file), lake=new_lake))
    quiet(run("dm", "pending", lake=new_lake))
    quiet(run("dm", "process", "--layer", "gold", lake=new_lake))
    quiet(run("dbt", "build", "--select", "gold", lake=new_lake))
    told = run("dbt", "docs", "generate", "--static", lake=new_lake)
    quiet(told)
    catalog = json.loads((PROJECT / "target" / "catalog.json").read_text())
    assert {node["metadata"]["name"] for node in catalog["nodes"].values()} == set(tables())
    shown = run("dm", "show", "top_beers_by_rating", "--format", "csv", lake=new_lake)
    quiet(shown)
    assert shown.stdout.splitlines()[1] == "1,Beer,Stout,4.0,25,1,2010,12"
    assert not list(PROJECT.glob("metastore_db")) + list(PROJECT.glob("spark-warehouse"))


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Sao_Paulo"])
def test_the_numbers_are_the_same_in_every_time_zone(
    tmp_path: Path, jar_paths: list[Path], zone: str
) -> None:
    here = Lake(tmp_path)
    spark.write_settings(here.root / "conf", here, jar_paths)
    made = [reviews.review(1), reviews.review(99, **LATE)]
    file = reviews.write(tmp_path / "reviews.csv", made)
    quiet(run("dm", "load", str(file), lake=tmp_path, TZ=zone))
    quiet(run("dm", "process", "--table", "top_drinkers", lake=tmp_path, TZ=zone))
    for period in ("2010-11", "2010-12"):
        show = ("dm", "show", "top_drinkers", "--period", period, "--format", "json")
        (row,) = json.loads(run(*show, lake=tmp_path, TZ=zone).stdout)
        assert row["total_reviews"] == 1
        assert f"{row['review_year']}-{row['review_month']}" == period


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(tmp_path: Path, command: str) -> None:
    assert command in run("dm", "--help", lake=tmp_path).stdout
    told = run("dm", command, "--help", lake=tmp_path)
    quiet(told)
    assert len(told.stdout.splitlines()) > 5
    assert all(len(line) <= 80 for line in told.stdout.splitlines())


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("show", "top_drinkers"), "dm_gold.top_drinkers is not built yet"),
        (("show", "top_ciders"), "'top_ciders' is not one of"),
        (("process", "--table", "top_ciders"), "'top_ciders' is not one of"),
        (("load", "nothing.csv"), "File 'nothing.csv' does not exist"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(
    tmp_path: Path, command: tuple[str, ...], told: str
) -> None:
    answer = run("dm", *command, lake=tmp_path)
    assert answer.returncode in (1, 2)
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_period_that_is_none_or_not_there(new_lake: Path) -> None:
    for period, told in {
        "2010-13": "'2010-13' is no period",
        "1999-01": "no rows of 1999-01",
    }.items():
        answer = run("dm", "show", "top_drinkers", "--period", period, lake=new_lake)
        assert answer.returncode == 1
        assert told in answer.stderr


def test_a_relative_lake_is_refused() -> None:
    answer = run("dm", "pending", lake=Path("here"))
    assert answer.returncode == 1
    assert answer.stderr == "Error: DM_LAKE=here is no absolute path\nTry DM_LAKE=$PWD/here\n"


def test_dm_starts_fast_for_it_leaves_spark_and_dbt_alone(new_lake: Path) -> None:
    code = (
        "import sys; from click.testing import CliRunner; from local.cli import dm;"
        "CliRunner().invoke(dm, ['pending']); CliRunner().invoke(dm, ['show', 'top_drinkers']);"
        "print([name for name in ('pyspark', 'dbt', 'boto3', 'jgo') if name in sys.modules])"
    )
    told = run("python", "-c", code, lake=new_lake)
    assert told.stdout == "[]\n", told.stderr
