"""dm doctor finds what is broken, names it, and looks at the rest all the same."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from dm.cli import dm
from local import checks, silver
from local.lake import Lake
from local.spark import conf
from runner.project import PROJECT, tables
from tests import reviews

NOT_HERE = {"class archive"}
"""`make setup` makes it in the background, so nobody knows whether it is there yet."""


@pytest.fixture
def well(tmp_path: Path, jar_paths: list[Path], monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A lake with reviews, and settings for it."""
    here = Lake(tmp_path)
    monkeypatch.setenv("DM_LAKE", str(tmp_path))
    conf.write_settings(tmp_path / "conf", here, jar_paths)
    silver.upsert(here, reviews.table(reviews.month_of("2010-12", 1)))
    return here


def wrong() -> dict[str, tuple[str, str]]:
    """What is wrong, and what to do about it."""
    answer = CliRunner().invoke(dm, ["doctor", "--format", "json"], catch_exceptions=False)
    found = json.loads(answer.output)
    assert [finding["check"] for finding in found] == list(checks.checks())
    assert answer.exit_code == (not all(finding["ok"] for finding in found))
    return {
        finding["check"]: (finding["told"], finding["advice"])
        for finding in found
        if not finding["ok"] and finding["check"] not in NOT_HERE
    }


def test_nothing_is_wrong(well: Lake) -> None:
    assert wrong() == {}
    told = CliRunner().invoke(dm, ["doctor"]).output
    assert f"ok     lake: {well.root} has reviews and 0 of {len(tables())} gold tables\n" in told


def test_an_empty_lake_is_well_and_stays_empty(
    tmp_path: Path, jar_paths: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DM_LAKE", str(tmp_path))
    conf.write_settings(tmp_path / "conf", Lake(tmp_path), jar_paths)
    assert wrong() == {}
    assert [path.name for path in tmp_path.iterdir()] == ["conf"]


def lose_the_settings(well: Lake) -> None:
    conf.settings_file().unlink()


def damage_a_jar(well: Lake) -> None:
    settings = conf.settings()
    jar = Path(settings["spark.driver.extraClassPath"].split(":")[0])
    copy = well.root / jar.name
    copy.write_bytes(jar.read_bytes()[:1000])
    text = conf.settings_file().read_text()
    conf.settings_file().write_text(text.replace(str(jar), str(copy)))


def move_the_lake(well: Lake) -> None:
    text = conf.settings_file().read_text()
    conf.settings_file().write_text(text.replace(f"sqlite:{well.database}", "sqlite:/old.db"))


def damage_the_catalog(well: Lake) -> None:
    well.database.write_text("no database " * 1000)


def lose_a_data_file(well: Lake) -> None:
    next(well.warehouse.rglob("*.parquet")).unlink()


def damage_the_control_items(well: Lake) -> None:
    well.control.write_text("no database " * 1000)


@pytest.mark.parametrize(
    ("damage", "check", "told", "advice"),
    [
        (lose_the_settings, "Spark's settings", "Spark does not know the lake", "dm setup"),
        (move_the_lake, "Spark's settings", "has settings of another lake", "dm setup"),
        (damage_a_jar, "jars", "1.11.0.jar is missing or damaged", "dm setup"),
        (damage_the_catalog, "lake", "catalog.db, cannot be read: file is not", "from a copy"),
        (lose_a_data_file, "lake", "with rows of 2010-12, is not there", "docs/operations.md"),
        (damage_the_control_items, "control items", "file is not a database", "move it away"),
    ],
)
def test_what_is_broken_is_found(
    well: Lake, damage: Callable[[Lake], None], check: str, told: str, advice: str
) -> None:
    damage(well)
    found = wrong()
    assert told in found[check][0]
    assert advice in found[check][1]
    assert found.keys() - {"jars"} <= {check}  # without settings, Spark has no jars either


@pytest.mark.parametrize(("is_copy", "advice"), [(True, "Remove the copy"), (False, "DM_LAKE")])
def test_of_no_lake_and_of_a_copy_one_thing_alone_is_said(
    well: Lake,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    is_copy: bool,
    advice: str,
) -> None:
    other = tmp_path_factory.mktemp("elsewhere") / "copy"
    if is_copy:
        shutil.copytree(well.root, other)
    monkeypatch.setenv("DM_LAKE", str(other))
    ((told, do),) = wrong().values()
    assert str(other) in told
    assert advice in do
    assert other.exists() == is_copy


def test_a_package_that_is_not_the_locked_one_is_named(
    well: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = (PROJECT / "requirements.txt").read_text()
    assert "\nclick==8." in lock
    (tmp_path / "requirements.txt").write_text(lock.replace("\nclick==8.", "\nclick==7."))
    monkeypatch.setattr(checks, "PROJECT", tmp_path)
    told, advice = wrong()["packages"]
    assert told.startswith("not those of requirements.txt: click 8.")
    assert "make setup" in advice


def test_without_a_java_for_spark_one_is_proposed(
    well: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conf, "java_started", lambda: tmp_path / "no" / "java")
    told, advice = wrong()["Java"]
    assert "no Java that runs" in told
    assert "Run `dm setup`. It will take /" in advice


def test_a_full_disk_is_told(well: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_ENOUGH", 10**9)
    told, advice = wrong()["disk"]
    assert f"GB are free at {well.root}" in told
    assert "DM_LAKE" in advice
