"""The control table on AWS: the DynamoDB table `dm-processing-control`."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from boto3.dynamodb.conditions import Attr, ConditionBase, Key
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from runner.aws.calls import session, what_to_do
from runner.control import attributes
from runner.control.items import (
    ControlItem,
    Outcome,
    Status,
    claimed,
    freed,
    is_claimable,
    mended,
    renewed,
    settled,
    timestamp,
    utc_now,
    withdrawn,
)
from runner.control.table import NAME, SCHEMA, ControlTableUnavailable

if TYPE_CHECKING:
    from types_boto3_dynamodb.service_resource import Table

T = TypeVar("T")

_AT_ONCE = 16
"""How many writes are under way at a time."""
_PACED = Config(retries={"mode": "adaptive", "total_max_attempts": 8})
"""All changes of a status go through one partition of an index, which takes 1,000 writes a second:
what it refuses makes all writes slower."""
_PAUSES = (1, 2, 4, 8, 16, 30, 30, 30)
"""Seconds, about, after which what is refused is sent again, for boto3 gives up where much is."""
_REFUSED = {
    *("ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"),
    "InternalServerError",
}

KEEP = timedelta(days=400)
"""How long a settled item stays, unless the deployment's KeepItemsDays says otherwise."""
_OVER = {Status.SUCCESS, Status.WITHDRAWN}
"""What nobody has to do anything about any more."""


class DynamoControlTable:
    """A `ControlTable` in a DynamoDB table; boto3's usual settings say where.

    Args:
        name: the table's.
        clock: tells the time.
        keep: how long the table keeps an item that succeeded or was withdrawn; None is for ever.
    """

    def __init__(
        self,
        name: str = NAME,
        clock: Callable[[], datetime] = utc_now,
        keep: timedelta | None = KEEP,
    ) -> None:
        self._name = name
        self._clock = clock
        self._keep = keep
        with self._errors("connect"):
            self._table: Table = session().resource("dynamodb", config=_PACED).Table(name)

    def items(self, *statuses: Status, most: int | None = None) -> list[ControlItem]:
        """See ControlTable.items."""
        with self._errors("Query"):
            raw = (each for status in statuses for each in self._query(status, most))
            found = list(map(attributes.read, raw))
        return sorted(found, key=lambda item: (item.created_at, item.control_id))

    def enqueue(self, items: Iterable[ControlItem]) -> None:
        """See ControlTable.enqueue."""
        self._all(self._put, items)

    def claimable(self) -> list[ControlItem]:
        """See ControlTable.claimable."""
        return [
            item
            for item in self.items(Status.PENDING, Status.RUNNING)
            if is_claimable(item, self._clock())
        ]

    def claim(
        self, items: Iterable[ControlItem], owner: str, lease: timedelta
    ) -> list[ControlItem]:
        """See ControlTable.claim."""
        now = self._clock()
        expires = Attr("lease_expires_at")
        expired = expires.not_exists() | expires.lt(timestamp(now))
        free = Attr("status").eq(Status.PENDING) | (Attr("status").eq(Status.RUNNING) & expired)

        def claim(item: ControlItem) -> ControlItem | None:
            # Another run may have claimed and failed since the item was read: that attempt counts.
            attempts = Attr("attempt_count")
            if faults:  # the next run takes it
                return None
            unchanged = ~attempts.attribute_type("N") | attempts.eq(item.attempt_count)
            try:
                return self._update(item, claimed(item, owner, lease, now), free & unchanged)
            except ControlTableUnavailable as error:
                faults.append(error)
                return None

        faults: list[ControlTableUnavailable] = []
        mine = self._all(claim, items)
        if faults and not mine:
            raise faults[0]
        return mine  # of the others nothing is known: who claimed one, lets its lease end

    def renew(self, items: Iterable[ControlItem], lease: timedelta) -> list[ControlItem]:
        """See ControlTable.renew."""
        now = self._clock()
        return self._all(
            lambda item: self._update(item, renewed(item, lease, now), _held(item)), items
        )

    def finish(self, outcomes: Iterable[tuple[ControlItem, Outcome]]) -> list[ControlItem]:
        """See ControlTable.finish."""
        now = self._clock()
        return self._all(
            lambda pair: self._update(pair[0], settled(*pair, now), _held(pair[0])), outcomes
        )

    def retry(self, items: Iterable[ControlItem]) -> list[ControlItem]:
        """See ControlTable.retry."""
        now, failed = self._clock(), Attr("status").eq(Status.ERROR)
        return self._all(lambda item: self._update(item, freed(item, now), failed), items)

    def withdraw(self, items: Iterable[ControlItem]) -> list[ControlItem]:
        """See ControlTable.withdraw."""
        now = self._clock()
        return self._all(
            lambda item: self._update(item, withdrawn(item, now), Attr("status").eq(item.status)),
            (item for item in items if item.status in (Status.PENDING, Status.ERROR)),
        )

    def mend(self, items: Iterable[ControlItem]) -> list[ControlItem]:
        """See ControlTable.mend."""
        now, failed = self._clock(), Attr("status").eq(Status.ERROR)
        return self._all(lambda item: self._update(item, mended(item, now), failed), items)

    def _all(
        self, write: Callable[[T], ControlItem | None], items: Iterable[T]
    ) -> list[ControlItem]:
        """Writes items, several at a time; those that were written, in their order."""
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            return [item for item in threads.map(write, items) if item]

    def _query(self, status: Status, most: int | None) -> Iterator[dict[str, Any]]:
        condition = Key("schema_name").eq(SCHEMA) & Key("status").eq(status)
        page: dict[str, Any] = {} if most is None else {"Limit": most}
        while True:
            answer = self._table.query(
                IndexName="dm-gsi-schema-status",
                KeyConditionExpression=condition,
                **page,
            )
            yield from answer["Items"]
            if "Limit" in page:
                page["Limit"] -= len(answer["Items"])
            if "LastEvaluatedKey" not in answer or page.get("Limit") == 0:
                return
            page["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _put(self, item: ControlItem) -> None:
        absent = Attr("control_id").not_exists()
        self._write("put_item", Item=attributes.of(item), ConditionExpression=absent)

    def _update(
        self, before: ControlItem, after: ControlItem, condition: ConditionBase
    ) -> ControlItem | None:
        # Only what changes is written: the fields of others stay as they are. The time is written
        # anyway, for an update must not be empty: a renewal in the moment of the claim would be.
        old = asdict(before) | {"updated_at": None}
        changes = {key: value for key, value in asdict(after).items() if value != old[key]}
        if self._keep and after.status in _OVER:
            changes["expires_at"] = round((self._clock() + self._keep).timestamp())
        values = {f":{key}": value for key, value in changes.items() if value is not None}
        sets = ", ".join(f"#{key[1:]} = {key}" for key in values)
        removes = ", ".join(f"#{key}" for key, value in changes.items() if value is None)
        written = self._write(
            "update_item",
            Key={"control_id": after.control_id},
            UpdateExpression=f"set {sets}" + (f" remove {removes}" if removes else ""),
            ExpressionAttributeNames={f"#{key}": key for key in changes},
            ExpressionAttributeValues=values,
            ConditionExpression=Attr("schema_name").eq(SCHEMA) & (condition | _written(after)),
        )
        return after if written else None

    def _write(self, call: str, **arguments: Any) -> bool:
        send = getattr(self._table.meta.client, call)  # safe for threads, which the table is not
        with self._errors(call):
            for pause in (*_PAUSES, None):
                try:
                    send(TableName=self._name, **arguments)
                except ClientError as error:
                    code = error.response["Error"]["Code"]
                    if code == "ConditionalCheckFailedException":
                        return False
                    if code not in _REFUSED or pause is None:
                        raise
                    time.sleep(pause * random.uniform(0.5, 1))  # noqa: S311
                else:
                    return True
        raise AssertionError  # the last attempt returns or raises

    @contextmanager
    def _errors(self, call: str) -> Iterator[None]:
        try:
            yield
        except (BotoCoreError, ClientError) as error:
            told = f"DynamoDB table {self._name}: {call}: {error}"
            raise ControlTableUnavailable(told, what_to_do(error)) from error


def _held(item: ControlItem) -> ConditionBase:
    return Attr("status").eq(Status.RUNNING) & Attr("lease_owner").eq(item.lease_owner)


def _written(after: ControlItem) -> ConditionBase:
    """Whether this very update is there already: its answer was lost, and it was sent again."""
    owner = Attr("lease_owner")
    return (
        Attr("status").eq(after.status)
        & Attr("updated_at").eq(after.updated_at)
        & (owner.eq(after.lease_owner) if after.lease_owner else owner.not_exists())
    )
