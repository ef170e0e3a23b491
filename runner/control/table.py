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

    def items(self, *statuses: Status, most: int | None = None) -> list[ControlItem]:
        """The items in these states, oldest first: all, or at most so many of a state, any."""
        ...

    def enqueue(self, items: Iterable[ControlItem]) -> None:
        """Adds items; one whose control_id is there already is left as it is."""
        ...

    def claimable(self) -> list[ControlItem]:
        """The items that claim() may give, oldest first: PENDING, or RUNNING for a dead run.

        A run is dead when its lease is over, or when it is known to have ended without settling.
        """
        ...

    def claim(
        self, items: Iterable[ControlItem], owner: str, lease: timedelta
    ) -> list[ControlItem]:
        """Makes items RUNNING for `owner`, where they are PENDING, or RUNNING for a dead run.

        Returns:
            Those that are the owner's now, as claimed; the others somebody else has, or settled.
        """
        ...

    def renew(self, items: Iterable[ControlItem], lease: timedelta) -> list[ControlItem]:
        """Begins the lease of claimed items anew.

        Returns:
            Those that their owner still held; of the others nothing was written.
        """
        ...

    def finish(self, outcomes: Iterable[tuple[ControlItem, Outcome]]) -> list[ControlItem]:
        """Settles claimed items.

        Returns:
            Those that their owner still held, settled; of the others nothing was written.
        """
        ...

    def retry(self, items: Iterable[ControlItem]) -> list[ControlItem]:
        """Makes items that ended in ERROR PENDING again, with all their attempts.

        Returns:
            Those that were still in ERROR, set free.
        """
        ...

    def withdraw(self, items: Iterable[ControlItem]) -> list[ControlItem]:
        """Makes items that are PENDING or ended in ERROR WITHDRAWN: no run works on them.

        Returns:
            Those that were still as they are given, withdrawn.
        """
        ...

    def mend(self, items: Iterable[ControlItem]) -> list[ControlItem]:
        """Makes items that ended in ERROR a SUCCESS, for their month was built meanwhile.

        Returns:
            Those that were still in ERROR, settled.
        """
        ...
