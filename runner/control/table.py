"""What the runner asks of a control table."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Protocol

from runner.control.items import ControlItem, Outcome, Status
from runner.errors import DataMasterError

SCHEMA = "dm_gold"
NAME = "dm-processing-control"


class ControlTableUnavailable(DataMasterError):
    """The control table could not be read or written."""


class ControlTable(Protocol):
    """The control items of the schema `dm_gold`; those of other schemas are never touched."""

    def items(self, *statuses: Status) -> list[ControlItem]:
        """All items in these states, oldest first."""
        ...

    def enqueue(self, items: Iterable[ControlItem]) -> None:
        """Adds items; one whose control_id is there already is left as it is."""
        ...

    def claim(self, item: ControlItem, owner: str, lease: timedelta) -> ControlItem | None:
        """Makes an item RUNNING for `owner`, if it is PENDING, or RUNNING with its lease over.

        Returns:
            The item as claimed; None if somebody else has it, or it is settled.
        """
        ...

    def finish(self, item: ControlItem, outcome: Outcome) -> bool:
        """Settles an item that its owner holds.

        Returns:
            Whether its owner still held it; if not, nothing was written.
        """
        ...

    def retry(self, item: ControlItem) -> bool:
        """Makes an item that ended in ERROR PENDING again, with all its attempts.

        Returns:
            Whether it was still in ERROR; if not, nothing was written.
        """
        ...
