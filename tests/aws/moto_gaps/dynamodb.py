"""DynamoDB changes an item in one step; moto does not, so its calls wait for each other.

And an index of DynamoDB knows of a write some time after it; moto's knows at once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from threading import RLock
from typing import Any

import pytest
from moto.dynamodb.exceptions import DynamodbException
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler


class ProvisionedThroughputExceeded(DynamodbException):
    error_type = "ProvisionedThroughputExceededException"

    def __init__(self) -> None:
        super().__init__(self.error_type, "The level of configured throughput was exceeded")


def close(patch: pytest.MonkeyPatch) -> None:
    call_action, one_at_a_time = DynamoHandler.call_action, RLock()

    def serialized(handler: DynamoHandler) -> object:
        with one_at_a_time:
            return call_action(handler)

    patch.setattr(DynamoHandler, "call_action", serialized)


@contextmanager
def lagging_index() -> Iterator[None]:
    """All indexes stay as they are while the block lasts, whatever is written."""
    query, known = Table.query, {}

    def old(table: Table, *arguments: Any, **options: Any) -> Any:
        name = options.get("index_name") or next((a for a in arguments[7:8] if a), None)
        if not name:
            return query(table, *arguments, **options)
        now = table.items
        table.items = known.get(table.name, {})
        try:
            return query(table, *arguments, **options)
        finally:
            table.items = now

    with pytest.MonkeyPatch.context() as patch:
        from moto.dynamodb.models import dynamodb_backends

        for backends in dynamodb_backends.values():
            for backend in backends.values():
                known |= {name: deepcopy(table.items) for name, table in backend.tables.items()}
        patch.setattr(Table, "query", old)
        yield


@contextmanager
def refused(operation: str, error: str, times: int) -> Iterator[list[str]]:
    """Refuses the first calls of an operation, such as put_item, with an error of this name.

    Yields:
        The calls up to now.
    """
    call, seen = getattr(DynamoHandler, operation), list[str]()

    def called(handler: DynamoHandler) -> Any:
        seen.append(operation)
        if len(seen) <= times:
            raise DynamodbException(error, "not now")
        return call(handler)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DynamoHandler, operation, called)
        yield seen


@contextmanager
def throttled(refuse: Callable[[int], bool]) -> Iterator[list[int]]:
    """Refuses some updates as an index does that is written to too fast.

    Args:
        refuse: whether to refuse the update of this number, from 1 on.

    Yields:
        The numbers of the updates up to now.
    """
    update, seen = DynamoHandler.update_item, list[int]()

    def updated(handler: DynamoHandler) -> Any:
        seen.append(len(seen) + 1)
        if refuse(seen[-1]):
            raise ProvisionedThroughputExceeded
        return update(handler)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DynamoHandler, "update_item", updated)
        yield seen
