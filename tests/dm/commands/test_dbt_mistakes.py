"""What an analyst writes wrong in a model is told in a line, by dbt and dm, and makes no table."""

from pathlib import Path

import pytest

from local import silver
from local.control import SqliteControlTable
from local.lake import Lake
from tests import reviews
from tests.dbt_project import copy_project
from tests.dm.command import run
from tests.runner.control.test_control import item

NAME = "top_drinkers"
# A shell that is prepared for another Spark changes nothing.
OTHERS = {"SPARK_HOME": "/none", "SPARK_CONF_DIR": "/none/conf"}


@pytest.fixture(scope="module")
def project(new_lake: Path) -> Path:
    """A copy of the project, dm included; silver has a month, which waits for one table."""
    silver.upsert(Lake(new_lake), reviews.table(reviews.month_of("2010-12", 1)))
    SqliteControlTable(Lake(new_lake).control).enqueue([item(table_name=NAME)])
    return copy_project(new_lake / "project", "dm", "local", "runner")


def edit(project: Path, kind: str, old: str, new: str) -> None:
    file = project / "models" / "gold" / f"{NAME}.{kind}"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_a_misspelled_column_is_told_in_a_line(new_lake: Path, project: Path) -> None:
    edit(project, "sql", "profile_name", "profil_name")
    at = ("--select", NAME, "--project-dir", str(project), "--profiles-dir", str(project))
    answer = run("dbt", "run", *at, lake=new_lake, **OTHERS)
    assert answer.returncode == 1
    (told,) = (line for line in answer.stdout.splitlines() if "UNRESOLVED_COLUMN" in line)
    assert "`profil_name` cannot be resolved" in told
    assert "GlobalLimit" not in answer.stdout
    assert "in macro" not in answer.stdout
    assert answer.stderr == ""
    assert not Lake(new_lake).catalog.table_exists(f"dm_gold.{NAME}")
    future = run("dbt", "run", *at, "--vars", '{periods: ["2099-01"]}', lake=new_lake)
    assert future.returncode != 0
    assert "2099-01 is in the future" in future.stdout
    answer = run("dm", "process", lake=new_lake, PYTHONPATH=str(project), **OTHERS)
    assert answer.returncode == 1
    (failed,) = answer.stderr.splitlines()
    assert failed.startswith(f"Failed: {NAME} 2010-12: [UNRESOLVED_COLUMN.WITH_SUGGESTION]")
    edit(project, "sql", "profil_name", "profile_name")


def test_a_model_without_columns_is_told_in_a_line(new_lake: Path, project: Path) -> None:
    whole = (project / "models" / "gold" / f"{NAME}.yml").read_text()
    columns = whole[whole.index("    columns:") : whole.index("    data_tests:")]
    edit(project, "yml", columns, "")
    answer = run("dm", "process", lake=new_lake, PYTHONPATH=str(project))
    assert answer.returncode == 1
    assert "models/gold/top_drinkers.sql has no columns in its YAML: name each" in answer.stderr
    assert len(answer.stderr.splitlines()) <= 2
    assert "Traceback" not in answer.stdout + answer.stderr
