"""DynamoDB changes an item in one step; moto does not, so its calls wait for each other."""

from threading import RLock

import pytest
from moto.dynamodb.responses import DynamoHandler


def close(patch: pytest.MonkeyPatch) -> None:
    call_action, one_at_a_time = DynamoHandler.call_action, RLock()

    def serialized(handler: DynamoHandler) -> object:
        with one_at_a_time:
            return call_action(handler)

    patch.setattr(DynamoHandler, "call_action", serialized)
