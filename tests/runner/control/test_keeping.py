"""How a lease is renewed, and when no more; who loses one: test_lease.py."""

import threading
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from local.control import SqliteControlTable
from runner.control import lease as leases
from runner.control.items import ControlItem, Outcome, Status
from runner.control.lease import LEASE, LONGEST, Lease, LeaseLost
from runner.control.table import ControlTableUnavailable
from tests.runner.control.test_control import HOUR, item

THIRD = 0.1
SHORT = timedelta(seconds=3 * THIRD)


class Watched(SqliteControlTable):
    """A control table that notes when it is asked to renew what."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.renewals: list[tuple[float, list[str]]] = []
        self.away = False

    def renew(self, items: Iterable[ControlItem], lease: timedelta) -> list[ControlItem]:
        found = list(items)
        self.renewals.append((time.monotonic(), [one.control_id for one in found]))
        if self.away:
            raise ControlTableUnavailable("it is away")
        return super().renew(found, lease)


@pytest.fixture
def control(tmp_path: Path) -> Watched:
    found = Watched(tmp_path / "control.db")
    found.enqueue([item("a"), item("b")])
    return found


def until(control: Watched, renewals: int) -> None:
    end = time.monotonic() + 10
    while len(control.renewals) < renewals and time.monotonic() < end:
        time.sleep(0.01)
    assert len(control.renewals) >= renewals


def test_a_lease_is_of_minutes_and_of_hours_at_most() -> None:
    assert (timedelta(minutes=10), timedelta(hours=6)) == (LEASE, LONGEST)


def test_it_is_renewed_each_third_of_its_time_until_its_block_ends(control: Watched) -> None:
    mine = control.claim(control.claimable(), "me", HOUR)
    began = time.monotonic()
    with Lease(control, mine, SHORT) as lease:
        assert isinstance(lease, Lease)
        until(control, 3)
        threads = [thread for thread in threading.enumerate() if thread.daemon]
    first, *_, last = [when for when, _ in control.renewals]
    assert 0.9 * THIRD <= first - began < 1.25 * THIRD
    assert last - first >= 1.8 * THIRD
    assert threads  # a process that ends does not wait for one that hangs
    count = len(control.renewals)
    assert not any(thread.is_alive() for thread in threads if "_keep" in thread.name)
    time.sleep(1.5 * THIRD)
    assert len(control.renewals) == count


def test_what_is_released_is_renewed_no_more(control: Watched) -> None:
    mine = control.claim(control.claimable(), "me", HOUR)
    with Lease(control, mine, HOUR) as lease:
        lease.check()
        lease.release(mine[:1])
        control.finish([(mine[0], Outcome(Status.SUCCESS))])
        lease.check()
    assert [ids for _, ids in control.renewals] == [["a", "b"], ["b"]]


def test_a_table_that_is_away_for_a_moment_loses_no_lease(control: Watched) -> None:
    mine = control.claim(control.claimable(), "me", HOUR)
    with Lease(control, mine, SHORT) as lease:
        control.away = True
        until(control, 2)
        with pytest.raises(ControlTableUnavailable):
            lease.check()
        control.away = False
        until(control, len(control.renewals) + 2)
        lease.check()


def test_who_has_lost_one_item_tries_no_more_and_never_has_it_back(control: Watched) -> None:
    mine = control.claim(control.claimable(), "me", HOUR)
    with Lease(control, mine, SHORT) as lease:
        control.finish([(mine[0], Outcome(Status.PENDING))])
        (keeps,) = [thread for thread in threading.enumerate() if "_keep" in thread.name]
        keeps.join(10)
        assert not keeps.is_alive()
        assert len(control.renewals) == 1
        again = control.claim(control.claimable(), "me", HOUR)
        assert [one.control_id for one in again] == ["a"]
        with pytest.raises(LeaseLost, match="another run has taken its work"):
            lease.check()


def test_a_run_that_hangs_gives_its_items_up(
    control: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LONGEST", 2.5 * SHORT / 3)
    mine = control.claim(control.claimable(), "me", HOUR)
    with Lease(control, mine, SHORT):
        time.sleep(6 * THIRD)
    assert len(control.renewals) == 2
