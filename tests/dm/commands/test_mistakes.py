"""What a person types wrong is told in a sentence, and the exit code says it."""

from pathlib import Path

import pytest

from local.lake import Lake
from local.spark import conf
from tests import reviews
from tests.dm.command import run


def test_the_exit_code_says_how_a_command_ended(new_lake: Path) -> None:
    """What is interrupted ends with 130: tests/runner/control/test_lease.py."""
    codes = {
        ("runs",): 0,
        ("show", "top_drinkers", "--period", "1999-01"): 1,
        ("show", "--limit", "many"): 2,
        ("no-command",): 2,
    }
    assert {c: run("dm", *c, lake=new_lake).returncode for c in codes} == codes


@pytest.mark.parametrize("command", ["status", "process", "pending", "retry", "show top_drinkers"])
def test_reading_makes_no_lake(tmp_path: Path, command: str) -> None:
    answer = run("dm", *command.split(), lake=tmp_path / "no such")
    assert answer.returncode == 1
    assert "a lake's path must not have" in answer.stderr
    wrong = tmp_path / "mistyped"
    answer = run("dm", *command.split(), lake=wrong)
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"Error: There is no lake at {wrong}\nDM_LAKE names that")
    assert not wrong.exists()


def test_dbt_refuses_what_is_no_lake_too(tmp_path: Path) -> None:
    answer = run("dbt", "run", lake=tmp_path / "mistyped")
    assert answer.returncode != 0
    told = f"There is no lake at {tmp_path / 'mistyped'}. DM_LAKE names that folder: correct it"
    assert told in answer.stdout + answer.stderr
    assert "Traceback" not in answer.stdout + answer.stderr
    assert not (tmp_path / "mistyped").exists()


def test_dbt_and_dm_use_the_lake_that_dm_lake_names(
    tmp_path: Path, jar_paths: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Spark's settings are those of another lake, dbt refuses, and dm writes its own."""
    here = tmp_path / "here"
    there = Lake(tmp_path / "there")
    there.root.mkdir()
    conf.write_settings(here / "conf", there, jar_paths)
    answer = run("dbt", "run", lake=here)
    assert answer.returncode != 0
    told = (
        f"Spark does not know the lake at {here}: {here}/conf/spark-defaults.conf has settings of"
    )
    assert told in answer.stdout
    assert "another lake. Run `dm setup`." in answer.stdout
    assert "Traceback" not in answer.stdout + answer.stderr
    assert not any(there.root.iterdir())
    monkeypatch.setenv("DM_LAKE", str(here))
    assert not conf.is_configured()
    assert run("dm", "setup", lake=here).returncode == 0
    assert conf.is_configured()


def test_a_lake_that_a_load_made_is_ready_for_what_asks_spark(tmp_path: Path) -> None:
    file = reviews.write(tmp_path / "reviews.csv", [reviews.review(1)])
    lake = tmp_path / "new"
    assert f"A new lake: {lake}" in run("dm", "load", str(file), lake=lake).stdout
    answer = run("dm", "status", "--check", lake=lake)
    assert answer.returncode == 3, answer.stdout
    assert "not known" not in answer.stdout


def test_nothing_is_loaded_beside_the_files_of_others(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").touch()
    file = reviews.write(tmp_path / "reviews.csv", [reviews.review(1)])
    answer = run("dm", "load", str(file), lake=tmp_path)
    assert answer.returncode == 1
    assert "is no lake, and has files of something else in it" in answer.stderr
    assert run("dm", "load", "--dry-run", str(file), lake=tmp_path).stderr == answer.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"thesis.odt", "reviews.csv"}


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("show", "top_drinkers"), "dm_gold.top_drinkers is not built yet"),
        (("show", "top_ciders"), "'top_ciders' is no gold table: did you mean top_drinkers?"),
        (
            ("process", "--table", "top_ciders"),
            "'top_ciders' is no gold table: did you mean top_drinkers?",
        ),
        (("load", "nothing.csv"), "File 'nothing.csv' does not exist"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(
    new_lake: Path, command: tuple[str, ...], told: str
) -> None:
    answer = run("dm", *command, lake=new_lake)
    assert answer.returncode in (1, 2)
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_relative_lake_is_refused() -> None:
    answer = run("dm", "pending", lake=Path("here"))
    assert answer.returncode == 1
    assert answer.stderr == "Error: DM_LAKE=here is no absolute path\nTry DM_LAKE=$PWD/here\n"
