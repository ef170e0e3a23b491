"""What `make scaling` asks of a table is what a run asks."""

import pytest
from pyspark.sql import SparkSession

from bench import scaling
from local.lake import Lake


def test_a_state_of_many_periods_is_read(
    lake: Lake, session: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scaling, "STATES", ((240, 2),))
    monkeypatch.setattr(scaling, "TIMES", 1)
    assert scaling.states(lake, session).splitlines()[-1].startswith("| 240 | 2 | 9 | 0.0 | ")
