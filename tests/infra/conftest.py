"""The artifact for EMR Serverless, built once."""

import subprocess
import sys
from pathlib import Path

import pytest

from runner.project import PROJECT
from tests.runner.conftest import dynamodb, dynamodb_table

__all__ = ["dynamodb", "dynamodb_table"]


def build(dist: Path, *options: str) -> Path:
    """The folder of a new artifact."""
    command = [sys.executable, "-m", "infra.package", "--dist", str(dist), *options]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    (folder,) = dist.iterdir()
    return folder


@pytest.fixture(scope="session")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("dist"))
