"""A lake with gold tables, to which each round brings changes; both control tables."""

import pytest
from pyspark.sql import SparkSession

from local.lake import Lake
from tests.faults.harness.stage import Stage
from tests.runner.conftest import control, dynamodb, dynamodb_table  # noqa: F401


@pytest.fixture(scope="module")
def stage(lake: Lake, session: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Silver, and gold built of it."""
    found = Stage(lake, tmp_path_factory.mktemp("stage"))
    found.build_first()
    return found
