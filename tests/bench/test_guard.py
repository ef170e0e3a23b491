"""What has become worse between two runs of the bench."""

import pytest

from bench.figures.guard import worse
from bench.measure import Cost
from bench.turns import Costs

CASE = "one changed month"


def costs(*cpu: float, memory: float = 800) -> dict[str, Costs]:
    """Rounds in which dm took so much, and the other way ten seconds and 800 MB."""
    ours = [Cost(wall=99, cpu=each, peak_mb=memory) for each in cpu]
    return {CASE: {"dm process": ours, "bare": [Cost(wall=1, cpu=10, peak_mb=800) for _ in cpu]}}


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (costs(15.4, 15.2, 15.6), []),  # the rounds differ as they did
        (costs(17, 17.5, 15.9), []),  # one of them is as before
        (costs(16.1, 16.2, 16.3), [f"{CASE}: dm process / bare, CPU time: 1.50 -> 1.62"]),
        (costs(15, memory=1000), [f"{CASE}: dm process / bare, memory: 1.00 -> 1.25"]),
        (costs(15.1, memory=810), []),  # nobody would notice
        (costs(9, 9, 9), []),
        ({"another case": costs(99)[CASE]}, []),
        ({CASE: None}, []),
    ],
)
def test_what_is_worse_than_the_rounds_differ_is_told(
    now: dict[str, Costs | None], told: list[str]
) -> None:
    assert [str(found) for found in worse(costs(15, 14.5, 16), now)] == told


def test_a_busy_machine_is_busy_for_both_ways() -> None:
    now = costs(30, 29, 32)
    slow = [Cost(wall=2, cpu=20, peak_mb=800)] * 3
    assert not list(worse(costs(15, 14.5, 16), {CASE: {**now[CASE], "bare": slow}}))
