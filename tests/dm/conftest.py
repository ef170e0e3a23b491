"""A new lake for the commands that a module types."""

from pathlib import Path

import pytest

from local.lake import Lake
from local.spark import conf
from tests.runner.conftest import dynamodb, dynamodb_table  # noqa: F401


@pytest.fixture(scope="module")
def new_lake(tmp_path_factory: pytest.TempPathFactory, jar_paths: list[Path]) -> Path:
    here = Lake(tmp_path_factory.mktemp("terminal"))
    conf.write_settings(here.root / "conf", here, jar_paths)
    return here.root
