"""A control table that is watched: who holds each item, and which answers cannot be true."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from runner.control.items import ControlItem, Outcome
from runner.control.table import ControlTable
from runner.job import ATTEMPTS
from tests.runner.model.process import Process


class Ledger:
    """Who holds each item by what the control table answered, and which answers cannot be true."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.owner: dict[str, str | None] = {}
        self.interrupted: set[tuple[str, str | None]] = set()
        self._claims: Counter[tuple[str, int]] = Counter()

    def claimed(self, item: ControlItem) -> None:
        """The control table has given an item."""
        self.owner[item.control_id] = item.lease_owner
        self._claims[item.control_id, item.attempt_count] += 1
        if self._claims[item.control_id, item.attempt_count] > 1:
            self.faults.append(f"{item.control_id}: attempt {item.attempt_count} has two owners")

    def confirmed(self, item: ControlItem, call: str) -> None:
        """The control table has let an owner renew or settle an item."""
        if self.owner.get(item.control_id) != item.lease_owner:
            self.faults.append(f"{item.control_id}: {call} by {item.lease_owner}, not its owner")
        if call == "finish":
            self.owner[item.control_id] = None

    def given_back(self, item: ControlItem) -> None:
        """An interrupted run has given an item back, which was no attempt."""
        self.interrupted.add((item.control_id, item.lease_owner))
        self._claims.pop((item.control_id, item.attempt_count + 1), None)

    def set_free(self, item: ControlItem) -> None:
        """An item has all its attempts again."""
        for attempt in range(item.attempt_count + 2 * ATTEMPTS):
            self._claims.pop((item.control_id, attempt), None)


class Watched:
    """A control table as a process sees it: it may stop or die before each item of each call."""

    def __init__(self, table: ControlTable, process: Process, ledger: Ledger) -> None:
        self.items, self.enqueue, self.retry = table.items, table.enqueue, table.retry
        self.mend = table.mend
        self._table, self._process, self._ledger = table, process, ledger

    def claimable(self) -> list[ControlItem]:
        """See ControlTable.claimable."""
        self._process.pause("claimable")
        return self._table.claimable()

    def claim(
        self, items: Iterable[ControlItem], owner: str, lease: timedelta
    ) -> list[ControlItem]:
        """See ControlTable.claim."""
        won = []
        for item in items:
            self._process.pause("claim")
            for mine in self._table.claim([item], owner, lease):
                self._ledger.claimed(mine)
                won.append(mine)
        return won

    def renew(self, items: Iterable[ControlItem], lease: timedelta) -> list[ControlItem]:
        """See ControlTable.renew."""
        held = []
        for item in items:
            self._process.pause("renew")
            for mine in self._table.renew([item], lease):
                self._ledger.confirmed(mine, "renew")
                held.append(mine)
        return held

    def finish(self, outcomes: Iterable[tuple[ControlItem, Outcome]]) -> list[ControlItem]:
        """See ControlTable.finish."""
        settled = []
        for pair in outcomes:
            self._process.pause("finish")
            for mine in self._table.finish([pair]):
                self._ledger.confirmed(mine, "finish")
                if pair[1].interrupted:
                    self._ledger.given_back(mine)
                settled.append(mine)
        return settled
