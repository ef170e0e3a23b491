"""A lake is removed only if it is one, only if somebody says so, and nothing else with it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dm.cli import dm
from local import demo, silver
from local.control import SqliteControlTable
from local.lake import Lake
from local.spark import conf
from runner.control.items import Status
from tests import reviews


def run(*command: str, answer: str = "") -> Result:
    return CliRunner().invoke(dm, command, input=answer)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A lake with all that the commands leave in one."""
    here = Lake(tmp_path / "lake")
    monkeypatch.setenv("DM_LAKE", str(here.root))
    conf.write_settings(here.root / "conf", here, [])
    silver.upsert(here, reviews.table(reviews.month_of("2010-12", 1)))
    demo.changes_file(here, ["2010-12"])
    SqliteControlTable(here.control).items(*Status)
    for name in ("history.txt", "plans.json", "spark-server.log"):
        (here.root / name).touch()
    return here


@pytest.mark.parametrize("answer", ["", "\n", "n\n"])
def test_it_stays_unless_somebody_says_yes(here: Lake, answer: str) -> None:
    before = sorted(here.root.rglob("*"))
    answered = run("lake", "remove", answer=answer)
    assert answered.exit_code == 1
    assert str(here.root) in answered.output
    assert sorted(here.root.rglob("*")) == before


@pytest.mark.parametrize(("options", "answer"), [((), "y\n"), (("--yes",), "")])
def test_all_of_it_goes(here: Lake, options: tuple[str, ...], answer: str) -> None:
    assert run("lake", "remove", *options, answer=answer).exit_code == 0
    assert not here.root.exists()


def test_what_is_not_the_lakes_stays(here: Lake) -> None:
    for name in ("thesis.odt", "conf/mine.conf", "demo/notes.txt"):
        (here.root / name).write_text("mine")
    told = run("lake", "remove", "--yes").output
    stay = ", ".join(str(here.root / name) for name in ("conf", "demo", "thesis.odt"))
    assert told.endswith(f"Not the lake's, so it stays: {stay}\n")
    left = {path.relative_to(here.root).as_posix() for path in here.root.rglob("*.*")}
    assert left == {"thesis.odt", "conf/mine.conf", "demo/notes.txt"}


@pytest.mark.parametrize("there", [True, False])
def test_a_folder_that_is_no_lake_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    folder = tmp_path / "home"
    monkeypatch.setenv("DM_LAKE", str(folder))
    if there:
        (folder / "warehouse").mkdir(parents=True)
        (folder / "warehouse" / "stock.csv").write_text("mine")
    answer = run("lake", "remove", "--yes")
    assert answer.exit_code == 1
    assert answer.output.startswith(f"Error: {folder} ")
    assert folder.exists() is there
    assert not there or (folder / "warehouse" / "stock.csv").read_text() == "mine"
