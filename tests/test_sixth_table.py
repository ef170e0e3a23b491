"""The sixth table of docs/first-table.md is two files, and no edit anywhere else."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.control import SqliteControlTable
from local.lake import Lake
from local.spark import conf
from runner.control.items import Status
from runner.project import PROJECT
from tests import reviews
from tests.dbt_project import copy_project
from tests.tables import rows

NAME = "top_beers_by_taste"
GUIDE = (PROJECT / "docs" / "first-table.md").read_text()
SQL, YML = re.findall(r"```(?:sql|yaml)\n(.*?)```", GUIDE, re.DOTALL)


def add_sixth_table(project: Path) -> None:
    (project / "models" / "gold" / f"{NAME}.sql").write_text(SQL)
    (project / "models" / "gold" / f"{NAME}.yml").write_text(YML)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the whole project, with the sixth table."""
    there = copy_project(tmp_path / "project", "runner", "dm", "local", "infra")
    add_sixth_table(there)
    return there


def test_a_sixth_table_is_two_files(project: Path, tmp_path: Path, jar_paths: list[Path]) -> None:
    lake = Lake(tmp_path / "lake")
    conf.write_settings(lake.root / "conf", lake, jar_paths)

    def run(code: str, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env=os.environ | {"PYTHONPATH": str(project), "DM_LAKE": str(lake.root)},
            cwd=project, capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    dm = "from dm.cli import dm; dm()"
    # Silver gets reviews: the table has an item, and is built.
    file = reviews.write(tmp_path / "reviews.csv", reviews.month_of("2010-12", 1, review_taste=3.5))
    run(dm, "load", str(file))
    pending = SqliteControlTable(lake.control).items(Status.PENDING)
    assert NAME in {item.table_name for item in pending}
    assert "1 of 1 control item succeeded" in run(dm, "process", "--table", NAME)
    assert [row["avg_taste"] for row in rows(lake, NAME)] == [3.5]
    # The report has a section about it.
    run(dm, "report", "--output", str(tmp_path / "report.html"))
    page = (tmp_path / "report.html").read_text()
    assert f'<section id="table-{NAME}" data-table="{NAME}"' in page
    assert 'data-column="avg_taste" class="rating">Avg taste<' in page
    # The page of the docs has it.
    run(dm, "docs")
    content = json.loads((project / "target" / "docs" / "colibri-manifest.json").read_text())
    (origin,) = content["lineage"]["parents"][f"model.datamaster.{NAME}"]["avg_taste"]
    assert origin["column"] == "review_taste"
    # And so has the list that the deployment hands to the state machine.
    run("from pathlib import Path; from infra.package import package; package(Path('dist'), ())")
    assert NAME in json.loads((project / "dist" / "tables.json").read_text())
