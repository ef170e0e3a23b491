"""Fixtures of the tests of trust."""

from pathlib import Path

import pytest

from tests.gold.drinkers import NAME, edited


@pytest.fixture
def doubled(project_copy: Path) -> Path:
    """The project with a model that gives each drinker twice."""
    return edited(
        project_copy,
        f"models/gold/{NAME}.sql",
        "select * from ranked_drinkers",
        "select * from ranked_drinkers union all select * from ranked_drinkers",
    )
