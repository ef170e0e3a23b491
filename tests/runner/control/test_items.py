"""What each change of an item writes, field by field; how a table refuses it: test_control.py."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest

from runner.control import items
from runner.control.items import ControlItem, Outcome, Status
from tests.runner.control.test_control import item

NOW = datetime(2012, 2, 1, 7, 0, 5, 123456, tzinfo=UTC)
TEXT = "2012-02-01T07:00:05.123+00:00"
EARLIER = "2012-02-01T07:00:03.123+00:00"
HOUR, IN_AN_HOUR = timedelta(hours=1), "2012-02-01T08:00:05.123+00:00"
TRIED = item(
    status=Status.ERROR, attempt_count=2, started_at=EARLIER, finished_at=EARLIER, duration=7,
    error_message="no beer", record_count=3, lease_owner="me", lease_expires_at=EARLIER,
    gold_snapshot_id=9,
)  # fmt: skip
DONE = {"finished_at": TEXT, "duration": 2000, "lease_expires_at": None, "updated_at": TEXT}

CHANGES: dict[str, tuple[Callable[[ControlItem], ControlItem], dict[str, object]]] = {
    "claimed": (
        lambda found: items.claimed(found, "you", HOUR, NOW),
        {
            "status": Status.RUNNING, "attempt_count": 3, "updated_at": TEXT, "started_at": TEXT,
            "finished_at": None, "duration": None, "lease_owner": "you",
            "lease_expires_at": IN_AN_HOUR,
        },
    ),
    "renewed": (
        lambda found: items.renewed(found, HOUR, NOW),
        {"updated_at": TEXT, "lease_expires_at": IN_AN_HOUR},
    ),
    "succeeded": (
        lambda found: items.settled(found, Outcome(Status.SUCCESS, None, 42, 8), NOW),
        {
            **DONE, "status": Status.SUCCESS, "error_message": None, "record_count": 42,
            "gold_snapshot_id": 8,
        },
    ),
    "interrupted": (
        lambda found: items.settled(found, Outcome(Status.PENDING, "it", interrupted=True), NOW),
        {
            **DONE, "status": Status.PENDING, "error_message": "it", "record_count": None,
            "gold_snapshot_id": None, "attempt_count": 1,
        },
    ),
    "freed": (
        lambda found: items.freed(found, NOW),
        {"status": Status.PENDING, "attempt_count": 0, "updated_at": TEXT},
    ),
    "withdrawn": (
        lambda found: items.withdrawn(found, NOW),
        {"status": Status.WITHDRAWN, "updated_at": TEXT, "finished_at": TEXT},
    ),
    "mended": (
        lambda found: items.mended(found, NOW),
        {
            "status": Status.SUCCESS, "updated_at": TEXT, "finished_at": TEXT,
            "error_message": None,
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_writes_these_fields_and_no_other(name: str) -> None:
    change, fields = CHANGES[name]
    assert asdict(change(TRIED)) == asdict(TRIED) | fields


def test_what_has_no_start_has_taken_no_time() -> None:
    assert items.settled(item(), Outcome(Status.ERROR, "it"), NOW).duration == 0


@pytest.mark.parametrize(
    ("status", "expires", "free"),
    [
        (Status.PENDING, None, True),
        (Status.PENDING, IN_AN_HOUR, True),
        (Status.RUNNING, None, True),
        (Status.RUNNING, EARLIER, True),
        (Status.RUNNING, TEXT, False),
        (Status.RUNNING, IN_AN_HOUR, False),
        (Status.SUCCESS, EARLIER, False),
        (Status.ERROR, EARLIER, False),
        (Status.WITHDRAWN, None, False),
    ],
)
def test_an_item_is_claimable_while_nobody_holds_it(
    status: Status, expires: str | None, free: bool
) -> None:
    assert items.is_claimable(item(status=status, lease_expires_at=expires), NOW) is free


def test_a_new_item_waits_and_nobody_has_tried_it() -> None:
    new = item()
    assert (new.status, new.attempt_count, Outcome(Status.ERROR).interrupted) == (
        "pending",
        0,
        False,
    )
    assert item(review_month="1").month == "2010-01"
    assert not new.forced
    assert item(object_key="forced/1").forced


def test_a_time_is_told_in_utc_to_the_millisecond() -> None:
    assert items.timestamp(NOW) == TEXT
    now = datetime.fromisoformat(items.timestamp())
    assert now.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - now) < timedelta(minutes=1)


def test_a_run_has_the_items_of_its_tables_and_those_of_none() -> None:
    found = [item(name, table_name=name) for name in ("mine", "other", "gone")]
    mine = items.of_tables(found, ["mine"], ["mine", "other"])
    assert [one.control_id for one in mine] == ["mine", "gone"]
