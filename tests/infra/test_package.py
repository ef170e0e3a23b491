"""The artifact for EMR Serverless: what is in it, and that it runs."""

import json
import os
import platform
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import grimp
import pyspark
import pytest

from infra import job
from infra.package import ARCHITECTURES
from local import silver
from local.lake import Lake
from local.spark import conf
from runner.control.dynamodb import DynamoControlTable
from runner.control.items import ControlItem, Status
from runner.project import PROJECT, tables
from tests import reviews
from tests.infra.conftest import build
from tests.tables import gold, rows


def members(artifact: Path, architecture: str) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(artifact / f"environment-{architecture}.tar.gz") as archive:
        for member in archive:
            content = archive.extractfile(member)
            assert content is not None
            yield member, content.read()


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_an_archive_has_the_wheels_of_its_platform_alone(artifact: Path, architecture: str) -> None:
    tags, machines = set(), set()
    for member, content in members(artifact, architecture):
        if member.name.endswith("/WHEEL"):
            tags |= set(re.findall(r"^Tag: (?:.*)-(.*)$", content.decode(), re.MULTILINE))
        if content[:4] == b"\x7fELF":
            machines.add(
                {0x3E: "x86_64", 0xB7: "aarch64"}[int.from_bytes(content[18:20], "little")]
            )
    platforms = {name for tag in tags for name in tag.split(".")}
    assert {name for name in platforms if name != "any"}
    assert all(name == "any" or name.endswith(f"_{architecture}") for name in platforms)
    assert machines == {architecture}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_an_archive_has_what_the_job_uses_and_nothing_else(
    artifact: Path, architecture: str
) -> None:
    names = {member.name for member, _ in members(artifact, architecture)}
    assert not [name for name in names if "__pycache__" in name]
    ours = {name for name in names if (PROJECT / name).exists()} | {"manifest.msgpack"}
    assert ours == {
        *("dbt_project.yml", "profiles.yml", "manifest.msgpack"),
        *(f"models/gold/{table}.sql" for table in tables()),
        *(file.relative_to(PROJECT).as_posix() for file in (PROJECT / "runner").rglob("*.py")),
    }
    locked = re.findall(r"^[\w.-]+(?=\[|==)", (PROJECT / "requirements-job.txt").read_text(), re.M)
    wheels = {name.split("-")[0] for name in names if name.endswith(".dist-info/WHEEL")}
    assert {canonical(name) for name in wheels} <= {canonical(name) for name in locked}
    assert not {name.split("/")[0] for name in names} & {"bin", "py4j", "pyspark"}  # EMR has them


def canonical(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def test_the_job_uses_all_of_the_runner_and_what_ships_with_it() -> None:
    graph = grimp.build_graph("runner", include_external_packages=True, cache_dir=None)
    used = graph.find_upstream_modules("runner.aws.emr") | {"runner.aws.emr"}
    ours = {name for name in graph.modules if name.split(".")[0] == "runner"}
    assert {name for name in ours - used if not graph.find_children(name)} == set()
    others = {name for name in used - ours if name not in sys.stdlib_module_names}
    typing = {name for name in others if name.startswith("types_boto3")}
    # Spark is there already; the others are the dependencies of pyproject.toml, and their own.
    assert others - typing == {
        *("boto3", "botocore", "click", "dbt", "dbt_common", "py4j", "pyspark")
    }


def test_the_same_project_gives_the_same_bytes(artifact: Path, tmp_path: Path) -> None:
    again = build(tmp_path, "--architecture", "aarch64")
    assert {path.name for path in again.iterdir()} < {path.name for path in artifact.iterdir()}
    for path in again.iterdir():
        first = artifact / path.name
        assert sha256(path.read_bytes()).digest() == sha256(first.read_bytes()).digest(), path.name


def test_the_tables_are_those_of_the_dbt_project(artifact: Path) -> None:
    assert json.loads((artifact / "tables.json").read_text()) == list(tables())


def test_what_ships_is_a_part_of_what_is_tested() -> None:
    def lock(name: str) -> set[tuple[str, ...]]:
        return set(re.findall(r"^([\w.-]+)==([^\s;]+)", (PROJECT / name).read_text(), re.MULTILINE))

    assert lock("requirements-job.txt") < lock("requirements.txt")


def submit(artifact: Path, folder: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """Runs job.py by spark-submit on a Python that has nothing but PySpark; exit code, output."""
    home = Path(pyspark.__file__).parent
    archive = artifact / f"environment-{platform.machine()}.tar.gz"
    done = subprocess.run(
        [
            *(home / "bin" / "spark-submit", "--archives", f"{archive}#{job.ARCHIVE}"),
            *(artifact / "job.py", "--layer", "gold", *arguments),
        ],
        env=os.environ
        | {"PYSPARK_PYTHON": sys._base_executable, "PYTHONNOUSERSITE": "1"}
        | environment,
        cwd=folder, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


needs_this_platform = pytest.mark.skipif(
    sys.platform != "linux" or sys.version_info[:2] != job.PYTHON,
    reason="the archive is for Linux, and for the Python of EMR Serverless",
)


@needs_this_platform
def test_the_job_runs_from_the_archive_alone(
    artifact: Path, tmp_path: Path, jar_paths: list[Path], dynamodb_table: str
) -> None:
    lake = Lake(tmp_path / "lake")
    conf.write_settings(lake.root / "conf", lake, jar_paths)
    silver.upsert(
        lake, reviews.table([*reviews.month_of("2010-01", 1), *reviews.month_of("2010-12", 101)])
    )
    control = DynamoControlTable(dynamodb_table)
    at = "2012-02-01"
    control.enqueue(
        ControlItem(f"{table}{month}", "key", "dm_gold", table, "2010", month, at, at)
        for table in ("top_drinkers", "top_beers_by_rating")
        for month in ("01", "12")
    )
    environment = {
        "DM_LAKE": str(lake.root),
        "DM_CONTROL_TABLE": dynamodb_table,
        "DM_RUN_ID": "daily",
        "DM_CODE_VERSION": "v1",
    }
    code, told = submit(artifact, tmp_path, "--table", "top_drinkers", **environment)
    assert code == 0, told
    assert "top_drinkers 2010-01, 2010-12 built" in told
    assert {item.table_name for item in control.items(Status.PENDING)} == {"top_beers_by_rating"}
    done = control.items(Status.SUCCESS)
    assert len(done) == 2
    assert re.fullmatch("daily-[0-9a-f]{8}", str(done[0].lease_owner))
    summary = gold(lake, "top_drinkers").current_snapshot().summary
    assert summary["dm.run-id"] == done[0].lease_owner
    assert summary["dm.code-version"] == "v1"
    assert len(rows(lake, "top_drinkers")) == 2


def test_another_python_is_told_in_a_sentence(tmp_path: Path) -> None:
    other = tmp_path / "job.py"
    text = Path(job.__file__).read_text()
    other.write_text(text.replace(f"PYTHON = {job.PYTHON}", "PYTHON = (3, 9)"))
    done = subprocess.run([sys.executable, other], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("The archive is built for Python 3.9, and this is Python 3.1")
    assert len(done.stderr.splitlines()) == 1
