"""What a run of the gold job works on, and how it ended."""

from dataclasses import dataclass

from runner.control.items import ControlItem


@dataclass(frozen=True)
class Work:
    """A period of a table, and the claimed items that announce it: one computation."""

    table: str
    period: str
    items: tuple[ControlItem, ...]


@dataclass(frozen=True)
class Result:
    """How the items of a period ended.

    Attributes:
        table: the table.
        period: the period; empty if the items name none.
        items: how many they were.
        error: None if the period was built.
        again: whether it may be built if nothing changes but the time.
    """

    table: str
    period: str
    items: int
    error: str | None
    again: bool = False
