"""Keeps claimed items while their run works, and tells when they are lost."""

from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from threading import Event, Lock, Thread
from time import monotonic

from runner.control.items import ControlItem
from runner.control.table import ControlTable, ControlTableUnavailable
from runner.errors import DataMasterError

LEASE = timedelta(minutes=10)
LONGEST = timedelta(hours=6)
"""How long a run may hold its items: one that hangs gives them up after it."""


class LeaseLost(DataMasterError):
    """Another run may have taken over the items of this one."""


class Lease(AbstractContextManager["Lease"]):
    """The items of a run, renewed by a thread of its own until the block ends.

    Args:
        control: the control table.
        items: the claimed items.
        duration: how long the items are held after each renewal.
    """

    def __init__(
        self, control: ControlTable, items: Iterable[ControlItem], duration: timedelta = LEASE
    ) -> None:
        self._control = control
        self._items = list(items)
        self._duration = duration
        self._lost = False
        self._one_at_a_time = Lock()
        self._ended = Event()
        self._thread = Thread(target=self._keep, daemon=True)

    def __enter__(self) -> "Lease":
        """Begins to renew."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the renewals; the items stay as they are."""
        self._ended.set()
        self._thread.join()

    def check(self) -> None:
        """Renews all items now.

        Raises:
            LeaseLost: another run has one of them, so nothing may be published any more.
            ControlTableUnavailable: nobody can tell.
        """
        with self._one_at_a_time:
            held = self._control.renew(self._items, self._duration)
            self._lost = self._lost or len(held) < len(self._items)
        if self._lost:
            raise LeaseLost("This run's lease was over, and another run has taken its work")

    def release(self, items: Iterable[ControlItem]) -> None:
        """Renews some of the items no more, for they are about to be settled."""
        with self._one_at_a_time:
            settled = {item.control_id for item in items}
            self._items = [item for item in self._items if item.control_id not in settled]

    def _keep(self) -> None:
        end = monotonic() + LONGEST.total_seconds()
        while not self._ended.wait(self._duration.total_seconds() / 3) and monotonic() < end:
            try:
                # It may be there again before the lease is over; if not, check() tells.
                with suppress(ControlTableUnavailable):
                    self.check()
            except LeaseLost:
                return
