"""What a terminal shows, and a pipe; the prompt; completion in the shell."""

import csv
import io
import os
import subprocess
import time
from pathlib import Path

import pytest

from local import silver
from local.control import SqliteControlTable
from local.lake import Lake
from local.spark import conf
from runner.control.items import Outcome, Status
from runner.project import tables
from tests import reviews
from tests.dm.command import quiet, run
from tests.dm.terminal import BIN, Terminal
from tests.runner.control.test_control import HOUR, item
from tests.tables import rows


@pytest.fixture
def failed(tmp_path: Path) -> Path:
    """A lake with failed control items, and a long reason."""
    control = SqliteControlTable(Lake(tmp_path).control)
    control.enqueue([item("a", table_name="top_breweries_by_rating", review_month="4")])
    (mine,) = control.claim(control.claimable(), "a" * 32, HOUR)
    control.finish([(mine, Outcome(Status.ERROR, f"{'the reason is long, ' * 10}7357 of them"))])
    return tmp_path


def test_bash_completes_commands_tables_and_months(tmp_path: Path) -> None:
    made = [reviews.review(1), reviews.review(2, "2011-01")]
    silver.upsert(Lake(tmp_path), reviews.table(made))
    complete = (
        'eval "$(dm completion bash)"; COMP_WORDS=({}); COMP_CWORD={};'
        " _dm_completion dm; echo ${{COMPREPLY[@]}}"
    )
    for words, told in {
        "dm pend": "pending",
        "dm show top_b": " ".join(name for name in tables() if name.startswith("top_b")),
        "dm runs --format ''": "table csv json",
        "dm export top_drinkers --to 2011": "2011-01",
        "dm explain top_drinkers --period 20": "2010-12 2011-01",
        "dm hold top_drinkers --period 2010-12..": "2010-12..2010-12 2010-12..2011-01",
    }.items():
        done = subprocess.run(
            ["bash", "-c", complete.format(words, len(words.split()) - 1)],
            env=os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}", "DM_LAKE": str(tmp_path)},
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        assert done.stdout.strip() == told
    for shell in ("zsh", "fish"):
        assert (
            f"_DM_COMPLETE={shell}_complete" in run("dm", "completion", shell, lake=tmp_path).stdout
        )


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
    conf.write_settings(here.root / "conf", here, jar_paths)
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
        cold = process("1 of 1 control item succeeded")
        dm_.type(f"load {second}\r")
        dm_.wait("changed 2010-12")
        process(r"\d of \d+: ")
        dm_.type("\x03")
        dm_.wait("Interrupted.")
        assert rows(here, "top_drinkers")[0]["total_reviews"] == 25
        warm = process("1 of 1 control item succeeded")
        dm_.wait(">>>")
        dm_.type("\x04")
        assert dm_.end() == 0
    assert rows(here, "top_drinkers")[0]["total_reviews"] == 50
    assert warm < 0.7 * cold
    assert "Traceback" not in dm_.shown
