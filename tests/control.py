"""Works with single control items, for tests."""

from datetime import timedelta

from runner.control.items import ControlItem, Outcome
from runner.control.table import ControlTable


def claim(
    control: ControlTable, item: ControlItem, owner: str, lease: timedelta
) -> ControlItem | None:
    """The item as claimed; None if it is not to be had."""
    (mine,) = control.claim([item], owner, lease) or [None]
    return mine


def finish(control: ControlTable, item: ControlItem, outcome: Outcome) -> bool:
    """Whether its owner still held the item."""
    return bool(control.finish([(item, outcome)]))
