"""Each command that the README and the docs tell a reader to type works."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from dm.cli import dm
from local.lake import Lake
from local.spark import conf, server
from runner.project import PROJECT
from tests import reviews
from tests.dbt_project import copy_project
from tests.docs import commands_page
from tests.local.files.test_values import BEERADVOCATE
from tests.test_sixth_table import add_sixth_table

BIN = Path(sys.executable).parent
PAGES = [
    PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted((PROJECT / "docs").glob("*.md")),
]  # fmt: skip
TABLES_OF_COMMANDS = ("README.md", "commands.md")
ENDS_SPARK = "dm spark stop"
ELSEWHERE = ("dm demo", "dm lake remove", "dm lake copy", "dm lake move")
"""On a lake of their own: `make demo`, and tests/local/test_lake.py and test_relocate.py."""


def documented(program: str) -> list[str]:
    """The commands of a program: lines of code, and what the tables of two pages say to run."""
    lines = []
    for page in PAGES:
        text = page.read_text().replace("\\\n", " ")
        lines += re.findall(r"^ {4,}(?:\.venv/bin/)?(.+)$", text, re.MULTILINE)
        if page.name in TABLES_OF_COMMANDS:
            rows = re.findall(r"^\|[^|]+\|([^|]+)\|$", text, re.MULTILINE)
            lines += [code for row in rows for code in re.findall(r"`(.+?)`", row)]
    found = (re.sub(r"\s+# .*", "", line).strip() for line in lines)
    commands = [c for c in dict.fromkeys(found) if c.startswith(f"{program} ")]
    return [c for c in commands if "..." not in c and " > " not in c]


def in_order() -> list[str]:
    """Those that work on this machine, in the order of the pages; Spark stays to the end."""
    here = [c for c in documented("dm") + documented("dbt") if not on_aws(c)]
    here = [c for c in here if not c.startswith(ELSEWHERE) and not needs_a_past(c)]
    return sorted(here, key=lambda command: command == ENDS_SPARK)


def needs_a_past(command: str) -> bool:
    """Whether it names a state of before: tests/dm and tests/gold type these."""
    return (
        "--as-of" in command
        or command.startswith("dm rollback")
        or (command.startswith("dm diff") and "--from" in command)
    )


def on_aws(command: str) -> bool:
    return "--target aws" in command


@pytest.mark.parametrize("command", [c for c in documented("dm") if on_aws(c)])
def test_a_command_for_aws_is_understood(command: str) -> None:
    with click.Context(dm, **dm.context_settings) as context:
        name, found, arguments = dm.resolve_command(context, shlex.split(command)[1:])
        assert found
        found.make_context(name, arguments, parent=context)


@pytest.mark.parametrize("command", documented("make"))
def test_a_target_of_make_is_there(command: str) -> None:
    done = subprocess.run(
        [*shlex.split(command), "--dry-run"],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_page_of_all_commands_is_up_to_date() -> None:
    page = commands_page.PAGE.read_text()
    assert page == commands_page.up_to_date(page), "`make commands` writes it anew"


@pytest.fixture(scope="module")
def reader(
    tmp_path_factory: pytest.TempPathFactory, jar_paths: list[Path]
) -> Iterator[dict[str, str]]:
    """The environment of a reader: a lake, a Spark that stays, the project with a sixth table."""
    lake = Lake(tmp_path_factory.mktemp("reader"))
    conf.write_settings(lake.root / "conf", lake, jar_paths)
    project = copy_project(lake.root / "project", "runner", "dm", "local", "infra")
    shutil.copy(PROJECT / "requirements.txt", project)
    add_sixth_table(project)
    environment = {
        "DM_LAKE": str(lake.root),
        "PYTHONPATH": str(project),
        "DBT_PROJECT_DIR": str(project),
        "DBT_PROFILES_DIR": str(project),
        "BROWSER": "true",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        server.start("dm.serving")
        serving = server.find()
        assert serving
        yield environment | {"DM_REMOTE": serving.url}
        server.stop()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the reader is, with files of reviews."""
    here = tmp_path_factory.mktemp("folder")
    (here / "exports").mkdir()
    reviews.write(here / "exports" / "may.csv", reviews.month_of("2011-05", 201))
    (here / "beer_reviews.csv").write_text(BEERADVOCATE)
    made = [*reviews.month_of("2010-12", 1), *reviews.month_of("2011-01", 101)]
    subprocess.run(["gzip", reviews.write(here / "reviews.csv", made)], check=True)
    return here


@pytest.mark.documented
@pytest.mark.parametrize("command", in_order())
def test_a_command_works(command: str, reader: dict[str, str], folder: Path) -> None:
    program, *arguments = shlex.split(command)
    done = subprocess.run(
        [BIN / program, *arguments], env=os.environ | reader, cwd=folder,
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.documented
def test_the_public_file_comes_from_the_download_to_the_report(
    reader: dict[str, str], folder: Path
) -> None:
    page = (PROJECT / "docs" / "loading.md").read_text()
    typed = re.findall(r"```sh\n(.+?)```", page, re.DOTALL)[0]
    environment = {k: v for k, v in reader.items() if k not in ("DM_LAKE", "DM_REMOTE")}
    environment["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["/bin/bash", "-e", "-c", typed], env=os.environ | environment, cwd=folder,
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "report" in done.stdout.splitlines()[-1]
