"""Each test of files has an empty lake of its own, which dm uses."""

from pathlib import Path

import pytest

from local.lake import Lake


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    monkeypatch.setenv("DM_LAKE", str(tmp_path / "lake"))
    return Lake(tmp_path / "lake")
