"""What differs between two states of a gold table: counted by month, and the most changed rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Values = Mapping[str, object]

KINDS = ("changed", "new", "gone", "moved")
"""What may have become of a row; `moved` is one of which only the rank is another."""


@dataclass(frozen=True)
class Difference:
    """How a column changed, in rows that are in both states.

    Attributes:
        rows: in how many rows.
        largest: of a number: the largest difference; None of a text.
        typical: of a number: the median of the differences.
    """

    rows: int
    largest: float | None
    typical: float | None


@dataclass(frozen=True)
class Counts:
    """How many rows a month, or the table, had before and has after, and what became of them."""

    before: int
    after: int
    new: int
    gone: int
    changed: int
    moved: int
    columns: Mapping[str, Difference]

    @property
    def differ(self) -> bool:
        """Whether any row does."""
        return any((self.new, self.gone, self.changed, self.moved))

    @property
    def share(self) -> float:
        """Which share of the rows is another, 0 to 1; a move of rank does not count."""
        return min(1.0, self.others / max(self.before, self.after, 1))

    @property
    def others(self) -> int:
        """How many rows are new, gone or changed."""
        return self.new + self.gone + self.changed


@dataclass(frozen=True)
class Changed:
    """A row that differs: its values before and after; None where it is not there."""

    change: str
    period: str
    before: Values | None
    after: Values | None


@dataclass(frozen=True)
class Changes:
    """What differs between two states of a table.

    Attributes:
        table: its name.
        key: the columns that name a row within a month.
        months: for each month that was compared, its counts.
        total: those of all of them.
        rows: the most changed rows of each kind: by the largest difference that is a share of the
            value, then by rank; what moved, by how far.
    """

    table: str
    key: tuple[str, ...]
    months: Mapping[str, Counts]
    total: Counts
    rows: tuple[Changed, ...]

    @property
    def differing(self) -> dict[str, Counts]:
        """The months in which a row differs."""
        return {month: counts for month, counts in self.months.items() if counts.differ}


_BOTH = ("changed", "moved")
NOTHING = Counts(0, 0, 0, 0, 0, 0, {})


def read(
    table: str,
    key: Sequence[str],
    lines: Sequence[Mapping[str, Any]],
    months: Iterable[str] = (),
) -> Changes:
    """Changes of what a comparison gives: see the macro compare_states.

    Args:
        table: the name.
        key: the columns of its key.
        lines: one for each month with `period` and the counts, one with no period for all of them,
            and one for each row, with `change`.
        months: those that were compared; of one that no line tells of, no row differs.
    """
    counted = {line["period"]: _counts(line) for line in lines if not line.get("change")}
    rows = [
        Changed(line["change"], line["period"], line.get("was"), line.get("becomes"))
        for line in lines
        if line.get("change")
    ]
    total = counted.pop(None, NOTHING)
    counted = dict.fromkeys(months, NOTHING) | counted
    return Changes(table, tuple(key), dict(sorted(counted.items())), total, tuple(rows))


def _counts(line: Mapping[str, Any]) -> Counts:
    columns = {
        name: Difference(found["rows"], found.get("largest"), found.get("typical"))
        for name, found in line["columns"].items()
        if found["rows"]
    }
    before, after = int(line["rows_before"] or 0), int(line["rows_after"] or 0)
    new, gone, changed, moved = (int(line[name] or 0) for name in ("new", "gone", *_BOTH))
    return Counts(before, after, new, gone, changed, moved, columns)
