"""A lake with gold tables, to which each test brings changes that a run has to build."""

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from local.lake import Lake
from tests.faults.harness.stage import Stage
from tests.runner.conftest import dynamodb, dynamodb_table  # noqa: F401


@pytest.fixture(scope="module")
def stage(lake: Lake, session: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Silver, and gold built of it."""
    found = Stage(lake, tmp_path_factory.mktemp("stage"))
    found.build_first()
    return found


@pytest.fixture
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty control table: the path of the SQLite file, or the name of DynamoDB's table."""
    if request.node.callspec.params["kind"] == "SQLite":
        return str(tmp_path / "control.db")
    name: str = request.getfixturevalue("dynamodb_table")
    return name
