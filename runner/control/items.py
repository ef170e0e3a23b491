"""The values of a control table, and how a claim and a finish change them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum


class Status(StrEnum):
    """Where a control item stands."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCESS = "success"
    ERROR = "error"
    WITHDRAWN = "withdrawn"


UNSETTLED = (Status.PENDING, Status.RUNNING, Status.ERROR)
"""What somebody still has to do something about."""


FORCED = "forced/"
"""What the object_key of an item begins with whose month is built in any case."""


@dataclass(frozen=True)
class ControlItem:
    """One announcement: this period of this table has new input.

    Year and month are texts, as they came: what names no month ends in an error, not in a crash.
    Times are ISO-8601 texts in UTC; `duration` is in milliseconds.
    """

    control_id: str
    object_key: str
    schema_name: str
    table_name: str
    review_year: str
    review_month: str
    created_at: str
    updated_at: str
    status: Status = Status.PENDING
    attempt_count: int = 0
    compute_target: str = "emr"
    started_at: str | None = None
    finished_at: str | None = None
    duration: int | None = None
    error_message: str | None = None
    record_count: int | None = None
    lease_owner: str | None = None
    lease_expires_at: str | None = None
    gold_snapshot_id: int | None = None

    @property
    def forced(self) -> bool:
        """Whether the month is to be built although nothing has changed."""
        return self.object_key.startswith(FORCED)

    @property
    def month(self) -> str:
        """Year and month as a period is written, whether or not they name one."""
        return f"{self.review_year}-{self.review_month:0>2}"


@dataclass(frozen=True)
class Outcome:
    """How the work on an item ended: SUCCESS, PENDING (to be tried again) or ERROR.

    An interruption is no attempt, so that nobody gives up what was never tried to its end.
    """

    status: Status
    error_message: str | None = None
    record_count: int | None = None
    gold_snapshot_id: int | None = None
    interrupted: bool = False


def is_claimable(item: ControlItem, now: datetime) -> bool:
    """Whether nobody holds the item, and it is not settled."""
    expired = (item.lease_expires_at or "") < timestamp(now)
    return item.status is Status.PENDING or (item.status is Status.RUNNING and expired)


def of_tables(
    items: Iterable[ControlItem], tables: Collection[str], known: Collection[str]
) -> list[ControlItem]:
    """Those of some tables, and those of no known table, which any run settles as errors."""
    return [i for i in items if i.table_name in tables or i.table_name not in known]


def claimed(item: ControlItem, owner: str, lease: timedelta, now: datetime) -> ControlItem:
    """The item as `owner` holds it: running, with one attempt more, until the lease is over."""
    return replace(
        item,
        status=Status.RUNNING,
        attempt_count=item.attempt_count + 1,
        updated_at=timestamp(now),
        started_at=timestamp(now),
        finished_at=None,
        duration=None,
        lease_owner=owner,
        lease_expires_at=timestamp(now + lease),
    )


def renewed(item: ControlItem, lease: timedelta, now: datetime) -> ControlItem:
    """The claimed item with its lease begun anew."""
    return replace(item, updated_at=timestamp(now), lease_expires_at=timestamp(now + lease))


def settled(item: ControlItem, outcome: Outcome, now: datetime) -> ControlItem:
    """The claimed item as its owner leaves it."""
    started = datetime.fromisoformat(item.started_at) if item.started_at else now
    return replace(
        item,
        status=outcome.status,
        attempt_count=item.attempt_count - outcome.interrupted,
        updated_at=timestamp(now),
        finished_at=timestamp(now),
        duration=round((now - started) / timedelta(milliseconds=1)),
        error_message=outcome.error_message,
        record_count=outcome.record_count,
        lease_expires_at=None,
        gold_snapshot_id=outcome.gold_snapshot_id,
    )


def freed(item: ControlItem, now: datetime) -> ControlItem:
    """The failed item as if it had never been tried; its message stays until it succeeds."""
    return replace(item, status=Status.PENDING, attempt_count=0, updated_at=timestamp(now))


def withdrawn(item: ControlItem, now: datetime) -> ControlItem:
    """The item that waits or failed, as nobody wants it any more; its message stays."""
    return replace(
        item, status=Status.WITHDRAWN, updated_at=timestamp(now), finished_at=timestamp(now)
    )


def mended(item: ControlItem, now: datetime) -> ControlItem:
    """The failed item, whose month a later run has built."""
    return replace(
        item,
        status=Status.SUCCESS,
        updated_at=timestamp(now),
        finished_at=timestamp(now),
        error_message=None,
    )


def utc_now() -> datetime:
    """The time, with its zone."""
    return datetime.now(UTC)


def timestamp(time: datetime | None = None) -> str:
    """A time, by default now, as control items write it: such texts sort as the times do."""
    return (time or utc_now()).isoformat(timespec="milliseconds")
