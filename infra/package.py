"""Packs the job for EMR Serverless into `dist/<version>/`: the same bytes each time, no Docker.

`job.py` is what spark-submit starts, `environment-<architecture>.tar.gz` what spark.archives names:
the locked wheels, the runner and the parsed dbt project. `tables.json` lists the gold tables. EMR
brings Spark and PySpark.
"""

import gzip
import json
import os
import shutil
import subprocess
import sysconfig
import tarfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.parser.manifest import extended_mashumaro_encoder

from infra import job
from runner.dbt.running import PARSED
from runner.errors import DataMasterError, told
from runner.project import PROJECT, tables

ARCHITECTURES = ("aarch64", "x86_64")

_PLATFORM = "manylinux_2_34"  # that of Amazon Linux 2023, which EMR Serverless runs on
_OURS = ("runner", "models", "macros", "tests/data", "dbt_project.yml", "profiles.yml")
_PARSED_ALONE = ("macros", "tests", "models/**/*.yml", "models/**/*.md")
"""What the job finds in the parsed project; of the models it takes their names from the files."""
_LEFT_OUT = ("__pycache__", "*.pyc")
# Notes of the installer, which differ from one installation to the next; nothing reads them.
_NOTES = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CannotPackage(DataMasterError):
    """The artifact could not be built."""


def package(out: Path, architectures: Sequence[str] = ARCHITECTURES) -> None:
    """Builds the artifact in the folder `out`, anew.

    Raises:
        CannotPackage: a wheel is not to be had, or the dbt project cannot be parsed.
    """
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    with TemporaryDirectory() as scratch:
        ours = Path(scratch, "ours")
        _copy_project(ours)
        _parse(ours, Path(scratch, "dbt"))
        _drop_parsed(ours)
        for architecture in architectures:
            environment = Path(scratch, architecture)
            _install(environment, architecture)
            shutil.copytree(ours, environment, dirs_exist_ok=True)
            _pack(environment, out / f"environment-{architecture}.tar.gz")
    shutil.copy(job.__file__, out / "job.py")
    (out / "tables.json").write_text(json.dumps(tables()) + "\n")


def version() -> str:
    """The project's version: its commit, and `-dirty` after it if files differ from that.

    Raises:
        CannotPackage: the project is not in git.
    """
    return _run("git", "-C", str(PROJECT), "describe", "--always", "--dirty").strip()


def _copy_project(to: Path) -> None:
    for name in _OURS:
        source, target = PROJECT / name, to / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        else:
            shutil.copy(source, target)


def _parse(project: Path, scratch: Path) -> None:
    """Leaves the parsed project in it, so that no job has to parse it: see runner.dbt."""
    answer = dbtRunner().invoke(
        [
            *("--log-level", "none", "--log-path", str(scratch), "parse", "--target", "emr"),
            *("--project-dir", str(project), "--profiles-dir", str(project)),
            *("--target-path", str(scratch), "--no-partial-parse"),
        ]
    )
    manifest = answer.result
    if not isinstance(manifest, Manifest):
        raise CannotPackage(f"dbt cannot parse the project: {answer.exception}")
    # When and where it was parsed is left out: the same project gives the same bytes.
    manifest.files = {}
    for nodes in (
        *(manifest.nodes, manifest.sources, manifest.macros),
        *(manifest.unit_tests, manifest.exposures),
    ):
        for node in nodes.values():
            node.created_at = 0
    manifest.build_flat_graph()  # type: ignore[no-untyped-call]
    manifest.metadata.invocation_id = None
    manifest.metadata.generated_at = _EPOCH
    manifest.metadata.invocation_started_at = manifest.metadata.run_started_at = _EPOCH
    (project / PARSED.name).write_bytes(manifest.to_msgpack(extended_mashumaro_encoder))


def _drop_parsed(project: Path) -> None:
    for pattern in _PARSED_ALONE:
        for path in list(project.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _install(environment: Path, architecture: str) -> None:
    """Puts the locked wheels of a platform into a folder."""
    _run(
        *(str(Path(sysconfig.get_path("scripts"), "uv")), "pip", "install", "--quiet"),
        *("--target", str(environment), "--link-mode", "copy", "--no-compile-bytecode"),
        *("--python-platform", f"{architecture}-{_PLATFORM}"),
        *("--python-version", ".".join(map(str, job.PYTHON))),
        *("--only-binary", ":all:", "--no-deps", "--require-hashes"),
        *("--requirements", str(PROJECT / "requirements-job.txt")),
        # Two wheels bring dbt/__init__.py: the one that comes last stays, so the order must too.
        UV_CONCURRENT_INSTALLS="1",
    )
    shutil.rmtree(environment / "bin", ignore_errors=True)
    (environment / ".lock").unlink(missing_ok=True)
    for note in _NOTES:
        for path in environment.glob(f"*.dist-info/{note}"):
            path.unlink()


def _pack(folder: Path, archive: Path) -> None:
    with (
        archive.open("wb") as file,
        gzip.GzipFile("", "wb", compresslevel=6, mtime=0, fileobj=file) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = tarfile.TarInfo(str(path.relative_to(folder)))  # root's, at time 0
            entry.size = path.stat().st_size
            with path.open("rb") as content:
                tar.addfile(entry, content)


def _run(*command: str, **environment: str) -> str:
    done = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CannotPackage(f"{Path(command[0]).name} failed: {done.stderr.strip()}")
    return done.stdout


@click.command()
@click.option(
    "--dist", type=click.Path(path_type=Path), default=PROJECT / "dist", help="[default: dist]"
)
@click.option(
    "--architecture",
    "architectures",
    type=click.Choice(ARCHITECTURES),
    multiple=True,
    default=ARCHITECTURES,
    help="[default: both]",
)
def main(dist: Path, architectures: Sequence[str]) -> None:
    """Build the artifact in dist/VERSION."""
    with told():
        out = dist / version()
        package(out, architectures)
    for path in sorted(out.iterdir()):
        click.echo(f"{path.stat().st_size / 1e6:6.1f} MB  {path}")


if __name__ == "__main__":
    main()
