"""A file of a table that is damaged or gone is told by name, and what is said to do mends it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from pyspark.sql import SparkSession

from dm.cli import dm
from local.lake import SILVER, Lake
from local.uris import path_of
from runner.project import PROJECT
from tests import reviews
from tests.dbt_project import Dbt
from tests.gold.drinkers import FEBRUARY, NAME, load, run, typed
from tests.tables import files_by_period, gold, rows

READERS = (
    f"show {NAME} --period {FEBRUARY}",
    "report --output OUT.html",
    f"explain {NAME} --period {FEBRUARY}",
    f"explain {NAME} --period {FEBRUARY} --key 1001",
    f"diff {NAME} --period {FEBRUARY}",
    f"export {NAME} --output OUT.csv",
    f"export {NAME} --output OUT.parquet --format parquet",
    "sql SELECT",
)


@pytest.fixture(scope="module", autouse=True)
def built(lake: Lake, session: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> None:
    load(lake, 30)
    assert Dbt(tmp_path_factory.mktemp("target"))("run", "--select", "gold").success


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:500])


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def garbled(file: Path) -> None:
    file.write_bytes(b"\x07" * file.stat().st_size)


def garbled_inside(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(b"PAR1" + b"\xff" * 600 + whole[604:])


def gone(file: Path) -> None:
    file.unlink()


DAMAGES = (cut, emptied, garbled, gone)


@pytest.fixture
def file(lake: Lake) -> Iterator[Path]:
    """The file of February; it is whole again after the test, if it is still one of the table."""
    (uri,) = files_by_period(lake, NAME)[FEBRUARY]
    found = path_of(uri)
    before = found.read_bytes()
    yield found
    found.write_bytes(before)


def answers(commands: tuple[str, ...], there: Path) -> dict[str, str]:
    """What each command answers, if that is one sentence and what to do; else what is wrong."""
    found = {}
    for command in commands:
        words = command.replace("OUT", str(there / "out")).split()
        if words[-1] == "SELECT":
            words[-1] = f"select sum(total_reviews) from {NAME}"
        answer = CliRunner().invoke(dm, words)
        calm = answer.exit_code == 1 and isinstance(answer.exception, SystemExit)
        found[command] = answer.output if calm else f"{answer.output}{answer.exception!r}"
    return found


@pytest.mark.parametrize("damage", [*DAMAGES, garbled_inside])
def test_each_reader_names_the_file_its_month_and_what_to_do(
    lake: Lake, file: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    damage(file)
    told = f"Error: dm_gold.{NAME} is damaged: {file}, with rows of {FEBRUARY}, "
    do = f"`dm backfill --table {NAME} --from {FEBRUARY} --to {FEBRUARY} --force`, then"
    wrong = {
        command: said
        for command, said in answers(READERS, tmp_path).items()
        if told not in said or do not in said or said.count("\n") > 2
    }
    assert wrong == {}
    if damage is not garbled_inside:
        assert told.removeprefix("Error: ") in typed("doctor").output
        assert told.removeprefix("Error: ") in typed("drop", NAME).output


def test_a_damaged_month_of_gold_is_built_again_as_the_message_says(
    lake: Lake, file: Path, dbt: Dbt
) -> None:
    before = rows(lake, NAME)
    cut(file)
    do = re.findall(r"`dm ([^`]+)`", typed("show", NAME, "--period", FEBRUARY).output)
    assert [command.split()[0] for command in do] == ["backfill", "process"]
    for command in do:
        run(*command.split())
    assert rows(lake, NAME) == before
    assert f"{NAME} is damaged" not in typed("doctor").output
    told = typed("diff", NAME, "--period", FEBRUARY)
    assert told.exit_code == 1
    assert told.output.endswith("What readers see is whole: this is of the past alone.\n")


def test_new_reviews_of_a_damaged_month_build_it(
    lake: Lake, file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    gone(file)
    more = reviews.month_of(FEBRUARY, 5001, 1)
    run("load", str(reviews.write(lake.root / "more.csv", more)))
    assert "5 of 5 control items succeeded." in run("process")
    assert len(rows(lake, NAME, "review_month = 2")) > 0
    assert "Exception" not in capfd.readouterr().err


def test_a_manifest_that_is_damaged_is_told_too(lake: Lake, tmp_path: Path) -> None:
    snapshot = gold(lake, NAME).current_snapshot()
    assert snapshot
    (manifest, *_) = snapshot.manifests(gold(lake, NAME).io)
    for uri in (manifest.manifest_path, snapshot.manifest_list):
        path = path_of(uri)
        before = path.read_bytes()
        for damage in (cut, emptied, garbled, gone):
            damage(path)
            told = f"dm_gold.{NAME} is damaged: {path} "
            found = answers((*READERS, "doctor"), tmp_path)
            wrong = {c: said for c, said in found.items() if told not in said or "Trace" in said}
            assert wrong == {}, damage
            path.write_bytes(before)


def test_damaged_silver_is_told_and_mended_as_the_guide_says(
    lake: Lake, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = rows(lake, NAME)
    february = lake.catalog.load_table(SILVER).scan("review_month = 2")
    pq.write_table(february.to_arrow(), tmp_path / "february.parquet")
    path = path_of(next(iter(february.plan_files())).file.file_path)
    cut(path)
    told = f"dm_silver.review_flat is damaged: {path}, with rows of {FEBRUARY}, "
    again = ("load", str(tmp_path / "february.parquet"))
    assert told in typed(*again).output
    assert told in typed("doctor").output
    run("backfill", "--table", NAME, "--from", FEBRUARY, "--to", FEBRUARY, "--force")
    answer = typed("process")
    assert answer.exit_code == 1
    assert f"{told}has 500 bytes instead of " in answer.output
    for text in (answer.output, typed("status").output, typed("runs").output):
        assert "Job aborted" not in text
        assert "SparkException" not in text
    assert not re.search("Exception|ERROR", capfd.readouterr().err)
    code = re.search(r'python -c "(.*)"', (PROJECT / "docs" / "operations.md").read_text())
    assert code
    exec(code[1].replace("= 12", "= 2"), {})
    run(*again)
    assert typed("process").exit_code == 0
    assert rows(lake, NAME) == before
