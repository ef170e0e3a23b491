"""The control table on AWS: the DynamoDB table `dm-processing-control`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import MISSING, asdict, fields
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import boto3
from boto3.dynamodb.conditions import Attr, ConditionBase, Key
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from runner.aws import what_to_do
from runner.control.items import ControlItem, Outcome, Status, claimed, freed, settled, timestamp
from runner.control.table import NAME, SCHEMA, ControlTableUnavailable

if TYPE_CHECKING:
    from types_boto3_dynamodb.service_resource import Table

_CONFIG = Config(
    connect_timeout=5, read_timeout=10, retries={"mode": "standard", "max_attempts": 8}
)
_NUMBERS = {"attempt_count", "duration", "record_count", "gold_snapshot_id"}
_TEXTS = {field.name for field in fields(ControlItem)} - _NUMBERS
_REQUIRED = [field.name for field in fields(ControlItem) if field.default is MISSING]


class DynamoControlTable:
    """A `ControlTable` in a DynamoDB table; boto3's usual settings say where."""

    def __init__(self, name: str = NAME) -> None:
        self._name = name
        self._table: Table = boto3.resource("dynamodb", config=_CONFIG).Table(name)

    def items(self, *statuses: Status) -> list[ControlItem]:
        """See ControlTable.items."""
        with self._errors("Query"):
            found = [_item(raw) for status in statuses for raw in self._query(status)]
        return sorted(found, key=lambda item: (item.created_at, item.control_id))

    def enqueue(self, items: Iterable[ControlItem]) -> None:
        """See ControlTable.enqueue."""
        for item in items:
            raw = {key: value for key, value in asdict(item).items() if value is not None}
            raw |= {"review_year": int(item.review_year), "review_month": int(item.review_month)}
            self._write("put_item", Item=raw, ConditionExpression=Attr("control_id").not_exists())

    def claim(self, item: ControlItem, owner: str, lease: timedelta) -> ControlItem | None:
        """See ControlTable.claim."""
        mine = claimed(item, owner, lease)
        pending = Attr("status").eq(Status.PENDING)
        expired = Attr("status").eq(Status.RUNNING) & Attr("lease_expires_at").lt(timestamp())
        return mine if self._update(item, mine, pending | expired) else None

    def finish(self, item: ControlItem, outcome: Outcome) -> bool:
        """See ControlTable.finish."""
        held = Attr("status").eq(Status.RUNNING) & Attr("lease_owner").eq(item.lease_owner)
        return self._update(item, settled(item, outcome), held)

    def retry(self, item: ControlItem) -> bool:
        """See ControlTable.retry."""
        return self._update(item, freed(item), Attr("status").eq(Status.ERROR))

    def _query(self, status: Status) -> Iterator[dict[str, Any]]:
        condition = Key("schema_name").eq(SCHEMA) & Key("status").eq(status)
        page: dict[str, Any] = {}
        while True:
            answer = self._table.query(
                IndexName="dm-gsi-schema-status", KeyConditionExpression=condition, **page
            )
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            page = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def _update(self, before: ControlItem, after: ControlItem, condition: ConditionBase) -> bool:
        # Only what changes is written: the fields of others stay as they are.
        old = asdict(before)
        changes = {key: value for key, value in asdict(after).items() if value != old[key]}
        values = {f":{key}": value for key, value in changes.items() if value is not None}
        sets = ", ".join(f"#{key[1:]} = {key}" for key in values)
        removes = ", ".join(f"#{key}" for key, value in changes.items() if value is None)
        return self._write(
            "update_item",
            Key={"control_id": after.control_id},
            UpdateExpression=f"set {sets}" + (f" remove {removes}" if removes else ""),
            ExpressionAttributeNames={f"#{key}": key for key in changes},
            ExpressionAttributeValues=values,
            ConditionExpression=Attr("schema_name").eq(SCHEMA) & condition,
        )

    def _write(self, call: str, **arguments: Any) -> bool:
        with self._errors(call):
            try:
                getattr(self._table, call)(**arguments)
            except self._table.meta.client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    @contextmanager
    def _errors(self, call: str) -> Iterator[None]:
        try:
            yield
        except (BotoCoreError, ClientError) as error:
            raise ControlTableUnavailable(
                f"DynamoDB table {self._name}: {call}: {error}",
                what_to_do(error),
            ) from error


def _item(raw: dict[str, Any]) -> ControlItem:
    """Reads an item as it is: what is missing or of another type is left at its default."""
    texts = {key: str(raw[key]) for key in _TEXTS if raw.get(key) is not None}
    numbers = {key: int(raw[key]) for key in _NUMBERS if isinstance(raw.get(key), Decimal)}
    required: dict[str, Any] = dict.fromkeys(_REQUIRED, "")
    return ControlItem(**(required | texts | numbers | {"status": Status(raw["status"])}))
