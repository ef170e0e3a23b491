"""What a person types wrong is told in a sentence, and the exit code says it."""

from pathlib import Path

import pytest

from tests.dm.command import run


def test_the_exit_code_says_how_a_command_ended(new_lake: Path) -> None:
    """What is interrupted ends with 130: tests/runner/test_lease.py."""
    codes = {
        ("runs",): 0,
        ("show", "top_drinkers", "--period", "1999-01"): 1,
        ("show", "--limit", "many"): 2,
        ("no-command",): 2,
    }
    assert {c: run("dm", *c, lake=new_lake).returncode for c in codes} == codes


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
    tmp_path: Path, command: tuple[str, ...], told: str
) -> None:
    answer = run("dm", *command, lake=tmp_path)
    assert answer.returncode in (1, 2)
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_relative_lake_is_refused() -> None:
    answer = run("dm", "pending", lake=Path("here"))
    assert answer.returncode == 1
    assert answer.stderr == "Error: DM_LAKE=here is no absolute path\nTry DM_LAKE=$PWD/here\n"
