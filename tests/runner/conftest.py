"""Both control tables: SQLite, and DynamoDB on moto's server or on your endpoint."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from local.control import SqliteControlTable
from runner.control.dynamodb import DynamoControlTable
from runner.control.table import ControlTable
from tests.aws.moto_gaps import dynamodb as dynamodb_gap

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-west-1",
}
KEYS = {
    "dm-gsi-schema-status": ("schema_name", "status"),
    "dm-gsi-schema-table": ("schema_name", "table_name"),
    "dm-gsi-object-key": ("object_key",),
}


@pytest.fixture(scope="session")
def dynamodb() -> Iterator[None]:
    if "AWS_ENDPOINT_URL_DYNAMODB" in os.environ:
        yield
        return
    patch = pytest.MonkeyPatch()
    dynamodb_gap.close(patch)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    host, port = server.get_host_and_port()
    settings = {**CREDENTIALS, "AWS_ENDPOINT_URL_DYNAMODB": f"http://{host}:{port}"}
    for name, value in settings.items():
        patch.setenv(name, value)
    yield
    patch.undo()
    server.stop()


@pytest.fixture
def dynamodb_table(dynamodb: None) -> Iterator[str]:
    """The name of a new, empty control table."""
    with new_table() as name:
        yield name


@contextmanager
def new_table() -> Iterator[str]:
    """Makes a control table with the keys and indexes of the contract, and drops it at the end."""
    client = boto3.client("dynamodb")
    name = f"dm-processing-control-{uuid4().hex[:8]}"
    attributes = {"control_id", *(key for keys in KEYS.values() for key in keys)}
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "control_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": a, "AttributeType": "S"} for a in attributes],
        GlobalSecondaryIndexes=[
            {
                "IndexName": index,
                "KeySchema": [
                    {"AttributeName": key, "KeyType": kind}
                    for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
            for index, keys in KEYS.items()
        ],
    )
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    life = {"AttributeName": "expires_at", "Enabled": True}
    client.update_time_to_live(TableName=name, TimeToLiveSpecification=life)
    yield name
    client.delete_table(TableName=name)


@pytest.fixture(params=["sqlite", "dynamodb"])
def control(request: pytest.FixtureRequest, tmp_path: Path) -> ControlTable:
    if request.param == "sqlite":
        return SqliteControlTable(tmp_path / "control.db")
    return DynamoControlTable(request.getfixturevalue("dynamodb_table"))
