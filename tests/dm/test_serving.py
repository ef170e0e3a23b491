"""The process that stays does the commands of dm, as a process of their own would."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local.control import SqliteControlTable
from local.lake import Lake
from local.loading.load import load
from local.spark import server
from runner.control.items import Status
from runner.project import tables
from tests import reviews
from tests.tables import gold

DM = Path(sys.executable).parent / "dm"
COLD = {"PYSPARK_SUBMIT_ARGS": "--no-such-option pyspark-shell"}
"""With these, nothing can start a Spark of its own."""
DRINKERS = ("--table", "top_drinkers")


@pytest.fixture(scope="module")
def control(lake: Lake) -> SqliteControlTable:
    return SqliteControlTable(lake.control)


@pytest.fixture(scope="module")
def log(lake: Lake, control: SqliteControlTable) -> Iterator[Path]:
    """A process stays; this is what it tells of the commands that it did."""
    made = [review for month in ("2010-12", "2011-01") for review in reviews.month_of(month, 1, 30)]
    made = [review | {"review_id": number} for number, review in enumerate(made)]
    load(lake, control, tables(), reviews.write(lake.root / "r.csv", made))
    assert server.start("dm.serving")
    yield lake.root / "spark-server.log"
    server.stop()


def start(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [DM, *words], env=os.environ | COLD, cwd="/", text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def dm(*words: str, told: str = "") -> tuple[int, str, str]:
    process = start(*words)
    out, err = process.communicate(told, timeout=180)
    return process.returncode, out, err


def building(control: SqliteControlTable) -> subprocess.Popen[str]:
    """A command that builds two months, and has begun."""
    assert dm("backfill", *DRINKERS, "--from", "2010-12", "--to", "2011-01", "--force")[0] == 0
    process = start("process", *DRINKERS)
    end = time.monotonic() + 60
    while not control.items(Status.RUNNING):
        assert time.monotonic() < end
        time.sleep(0.05)
    return process


def done(log: Path, command: str, code: int) -> bool:
    """Whether the process that stays did a command last, and how it ended."""
    return log.read_text().splitlines()[-1].startswith(f"dm {command}: {code}, ")


def test_it_builds_reads_asks_and_tells(log: Path, lake: Lake) -> None:
    code, out, err = dm("process", *DRINKERS)
    assert (code, err) == (0, "")
    assert "2 of 2 control items succeeded." in out
    assert done(log, "process --table top_drinkers", 0)
    assert gold(lake, "top_drinkers").scan().to_arrow().num_rows > 0

    code, out, _ = dm("sql", "-", "--format", "csv", told="select 40 + 2 as answer")
    assert (code, out.split()) == (0, ["answer", "42"])
    assert done(log, "sql - --format csv", 0)

    code, _, err = dm("show", "no_such_table")
    assert code == 2
    assert "is no gold table" in err
    assert done(log, "show no_such_table", 2)


def test_ctrl_c_ends_the_command_and_not_the_process(
    log: Path, control: SqliteControlTable
) -> None:
    """What comes amid a finalizer is lost; whatever comes of it, nothing stays claimed."""
    for _ in range(5):
        process = building(control)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert dm("process", *DRINKERS)[0] == 0
        left = control.items(Status.RUNNING, Status.PENDING)
        assert not [item for item in left if item.table_name == "top_drinkers"]
        if process.returncode == 130:
            assert err == "Interrupted.\n"
            assert done(log, "process --table top_drinkers", 0)
            return
    pytest.fail("no Ctrl-C of five ended a command")


def test_while_it_is_busy_a_command_is_done_beside_it(log: Path) -> None:
    waiting = start("sql", "-")
    time.sleep(2)  # it reads what is not typed yet
    code, out, _ = dm("sql", "select 6 * 7 as answer", "--format", "csv")
    assert (code, out.split()) == (0, ["answer", "42"])
    assert not done(log, "sql select 6 * 7 as answer --format csv", 0)
    out, _ = waiting.communicate("select 1 as one", timeout=60)
    assert "one" in out
    assert done(log, "sql -", 0)


def test_code_that_changed_since_is_not_what_it_does(
    log: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = server.find()
    assert found
    before = log.read_text()
    file = log.with_name("spark-server.json")
    kept = file.read_text()
    file.write_text(kept.replace(f'"code": {found.code}', '"code": 1'))
    try:
        assert dm("sql", "select 1 as one")[0] == 0
    finally:
        file.write_text(kept)
    assert log.read_text() == before


def test_what_a_shell_has_closed_is_empty(log: Path) -> None:
    """A stream that is closed has a number that the next file gets."""
    for shell in (f"{DM} sql - <&-", f"{DM} sql 'select 1 as one' >&- 2>&-"):
        ended = subprocess.run(
            ["sh", "-c", shell], env=os.environ | COLD, capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip
        assert "Traceback" not in ended.stderr
    assert done(log, "sql select 1 as one", 0)


def test_without_a_folder_or_with_half_a_file_dm_works_by_itself(
    log: Path, lake: Lake, tmp_path: Path
) -> None:
    before = log.read_text()
    gone = tmp_path / "gone"
    script = f"mkdir {gone}; cd {gone}; rmdir {gone}; {DM} pending"
    ended = subprocess.run(
        ["sh", "-c", script], env=os.environ | COLD, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")
    file = lake.root / "spark-server.json"
    kept = file.read_text()
    file.write_text(kept[:20])
    try:
        assert dm("pending")[0] == 0
    finally:
        file.write_text(kept)
    assert log.read_text() == before


def test_who_dies_while_it_tells_its_command_harms_nobody(log: Path) -> None:
    found = server.find()
    assert found
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(found.commands)
        assert line.recv(1) == b"+"
        socket.send_fds(line, [b" "], [0, 1, 2])
        line.sendall(b'{"arguments": ["st')
    assert dm("sql", "select 1 as one")[0] == 0
    assert done(log, "sql select 1 as one", 0)


def test_to_stop_it_ends_its_command_first(log: Path, control: SqliteControlTable) -> None:
    process = building(control)
    found = server.find()
    assert found
    assert dm("spark", "stop")[1] == "Spark has stopped\n"
    process.communicate(timeout=60)
    assert set(control.items(Status.RUNNING)) <= set(control.claimable())
    assert psutil.Process(found.pid).wait(60) == 0
