"""Whether a run of the bench is worse than an earlier one, by more than rounds differ anyway."""

import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bench.turns import Costs, ratios

LEAST = 0.05
"""What nobody would notice: a median that is worse by less is not told."""


@dataclass(frozen=True)
class Worse:
    """A ratio to the other way to do the same that has grown.

    Attributes:
        what: which case, which ways and which measure.
        before: the median of the earlier rounds' ratios.
        now: that of the present ones.
    """

    what: str
    before: float
    now: float

    def __str__(self) -> str:
        """In a line, such as `one changed month: dm process / DuckDB, CPU time: 1.20 -> 1.51`."""
        return f"{self.what}: {self.before:.2f} -> {self.now:.2f}"


def worse(before: Mapping[str, Costs | None], now: Mapping[str, Costs | None]) -> Iterator[Worse]:
    """What has become worse between two runs of the bench, on whatever machines.

    Seconds are those of a machine, so ratios are compared: of each case's first way to each of its
    others. One is worse if each of its rounds is worse than each round before: of three and three
    rounds that differ by chance alone, that is one in twenty.

    Args:
        before: the costs of each case, as they were.
        now: the same, as they are.
    """
    for case in before.keys() & now.keys():
        old, new = before[case] or {}, now[case] or {}
        first, *others = [name for name in new if name in old] or [""]
        for other in others:
            for measure, name in (("cpu", "CPU time"), ("peak_mb", "memory")):
                was, is_ = (ratios(costs, first, other, measure) for costs in (old, new))
                grown = statistics.median(is_) / statistics.median(was) - 1
                if min(is_) > max(was) and grown > LEAST:
                    told = f"{case}: {first} / {other}, {name}"
                    yield Worse(told, statistics.median(was), statistics.median(is_))
