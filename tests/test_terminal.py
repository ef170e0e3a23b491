"""The commands as a person types them: each in a process of its own, on a small lake."""

import csv
import io
import json
import os
import re
import subprocess
import sysconfig
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from local import spark
from local.cli import dm
from local.lake import Lake
from runner.control.items import Outcome, Status
from runner.control.sqlite import SqliteControlTable
from runner.project import PROJECT, tables
from tests import reviews
from tests.runner.test_control import HOUR, item
from tests.tables import rows
from tests.terminal import BIN, Terminal

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


@pytest.mark.parametrize("command", sorted(dm.commands))
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    told = CliRunner().invoke(dm, [command, "--help"], terminal_width=80).output
    assert re.search(rf"^  Examples?:\n    .*dm {command}", told, re.MULTILINE)
    assert all(len(line) <= 80 for line in told.splitlines())


def test_without_a_terminal_dm_prints_its_help(tmp_path: Path) -> None:
    told = run("dm", lake=tmp_path)
    quiet(told)
    assert told.stdout == run("dm", "--help", lake=tmp_path).stdout
    assert all(len(line) <= 80 for line in told.stdout.splitlines())
    assert all(f"\n  {command} " in told.stdout for command in dm.commands)


def test_the_exit_code_says_how_a_command_ended(new_lake: Path) -> None:
    """What is interrupted ends with 130: tests/runner/test_lease.py."""
    codes = {
        ("runs",): 0,
        ("show", "top_drinkers", "--period", "1999-01"): 1,
        ("show", "--limit", "many"): 2,
        ("no-command",): 2,
    }
    assert {c: run("dm", *c, lake=new_lake).returncode for c in codes} == codes


def test_bash_completes_commands_and_tables(new_lake: Path) -> None:
    complete = (
        'eval "$(dm completion bash)"; COMP_WORDS=({}); COMP_CWORD={};'
        " _dm_completion dm; echo ${{COMPREPLY[@]}}"
    )
    for words, told in {
        "dm pend": "pending",
        "dm show top_b": "top_beers_by_rating top_breweries_by_rating",
        "dm runs --format ''": "table csv json",
    }.items():
        done = subprocess.run(
            ["bash", "-c", complete.format(words, len(words.split()) - 1)],
            env=os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}", "DM_LAKE": str(new_lake)},
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        assert done.stdout.strip() == told
    for shell in ("zsh", "fish"):
        assert (
            f"_DM_COMPLETE={shell}_complete" in run("dm", "completion", shell, lake=new_lake).stdout
        )


@pytest.fixture
def failed(tmp_path: Path) -> Path:
    """A lake with failed control items, and a long reason."""
    control = SqliteControlTable(Lake(tmp_path).control)
    control.enqueue([item("a", table_name="top_breweries_by_rating", review_month="4")])
    (mine,) = control.claim(control.claimable(), "a" * 32, HOUR)
    control.finish([(mine, Outcome(Status.ERROR, f"{'the reason is long, ' * 10}7357 of them"))])
    return tmp_path


@pytest.mark.parametrize("listing", ["status", "pending", "runs"])
def test_a_listing_fits_the_terminal_and_is_whole_in_a_pipe(failed: Path, listing: str) -> None:
    with Terminal("dm", listing, DM_LAKE=str(failed), NO_COLOR="1") as terminal:
        terminal.end()
        lines = terminal.shown.splitlines()
    assert any("top_breweries_by_rating" in line for line in lines)
    assert max(map(len, lines)) <= 80
    piped = run("dm", listing, lake=failed)
    quiet(piped)
    assert "\x1b" not in piped.stdout
    if listing != "runs":
        assert "the reason is long, 7357 of them (`dm retry` tries it again)" in piped.stdout


def test_color_is_for_terminals_that_want_it(failed: Path) -> None:
    def shown(**environment: str) -> str:
        with Terminal("dm", "doctor", DM_LAKE=str(failed), **environment) as terminal:
            terminal.end()
            return terminal.shown

    assert "\x1b[32mok" in shown()
    assert "\x1b" not in shown(NO_COLOR="1")


def test_rows_are_told_to_programs(failed: Path) -> None:
    told = run("dm", "pending", "--format", "csv", lake=failed).stdout
    (row,) = csv.DictReader(io.StringIO(told))
    assert (row["table_name"], row["status"]) == ("top_breweries_by_rating", "error")
    (row,) = csv.DictReader(io.StringIO(run("dm", "runs", "--format", "csv", lake=failed).stdout))
    assert (row["outcome"], row["periods"]) == ("FAILED", "2010-04")


def test_the_prompt_outlives_errors_and_interruptions_and_its_spark_is_warm(
    tmp_path: Path, jar_paths: list[Path]
) -> None:
    here = Lake(tmp_path)
    spark.write_settings(here.root / "conf", here, jar_paths)
    first = reviews.write(tmp_path / "1.csv", reviews.month_of("2010-12", 1))
    second = reviews.write(tmp_path / "2.csv", reviews.month_of("2010-12", 101))

    def process(until: str) -> float:
        begun = time.monotonic()
        dm_.type("process --table top_drinkers\r")
        dm_.wait(until)
        return time.monotonic() - begun

    with Terminal("dm", DM_LAKE=str(tmp_path)) as dm_:
        dm_.wait(">>>")
        dm_.type("pend\t")
        dm_.wait("pending")
        dm_.type("\r")
        dm_.wait("Nothing is pending")
        dm_.type("no-command\r")
        dm_.wait("No such command")
        dm_.type("show 'top\r")
        dm_.wait("No closing quotation")
        dm_.type(f"dm load {first}\r")
        dm_.wait("changed 2010-12")
        cold = process("1 of 1 control items succeeded")
        dm_.type(f"load {second}\r")
        dm_.wait("changed 2010-12")
        process(r"\d of \d+: ")
        dm_.type("\x03")
        dm_.wait("Interrupted.")
        assert rows(here, "top_drinkers")[0]["total_reviews"] == 25
        warm = process("1 of 1 control items succeeded")
        dm_.wait(">>>")
        dm_.type("\x04")
        assert dm_.end() == 0
    assert rows(here, "top_drinkers")[0]["total_reviews"] == 50
    assert warm < 0.7 * cold
    assert "Traceback" not in dm_.shown


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


def test_a_lake_that_is_not_there_yet_is_made_before_spark_looks_for_its_catalog(
    tmp_path: Path,
) -> None:
    settings = Path(sysconfig.get_path("purelib"), "pyspark", "conf", "spark-env.sh")
    environment = os.environ | {"DM_LAKE": str(tmp_path / "new lake"), "SPARK_HOME": str(tmp_path)}
    subprocess.run(["bash", settings], env=environment, check=True)
    assert (tmp_path / "new lake").is_dir()


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
