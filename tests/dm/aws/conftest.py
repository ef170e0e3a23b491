"""The state machine on moto's server, and a control table beside it."""

import json
import logging
from collections.abc import Iterator
from uuid import uuid4

import boto3
import pytest
from moto.core.config import default_user_config
from moto.server import ThreadedMotoServer

from runner.control.dynamodb import DynamoControlTable
from tests.dm.aws.state_machine import definition


@pytest.fixture(scope="module")
def aws(dynamodb: None) -> Iterator[None]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(default_user_config, "stepfunctions", {"execute_state_machine": True})
        for service in ("SFN", "STS", "EMR_SERVERLESS", "IAM", "SERVICE_QUOTAS"):
            patch.setenv(f"AWS_ENDPOINT_URL_{service}", f"http://{host}:{port}")
        yield
    server.stop()


@pytest.fixture
def seconds() -> int:
    """How long the slow table takes."""
    return 1


@pytest.fixture
def state_machine(aws: None, seconds: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    name = f"dispatcher-{uuid4().hex[:8]}"
    client = boto3.client("stepfunctions")
    arn = client.create_state_machine(
        name=name,
        definition=json.dumps(definition(seconds)),
        roleArn="arn:aws:iam::123456789012:role/dispatcher",
    )["stateMachineArn"]
    with monkeypatch.context() as patch:
        patch.setenv("DM_STATE_MACHINE", name)
        patch.setenv("DM_TARGET", "aws")
        yield name
    for execution in client.list_executions(stateMachineArn=arn, statusFilter="RUNNING")[
        "executions"
    ]:
        client.stop_execution(executionArn=execution["executionArn"])


@pytest.fixture
def control(dynamodb_table: str, monkeypatch: pytest.MonkeyPatch) -> DynamoControlTable:
    monkeypatch.setenv("DM_CONTROL_TABLE", dynamodb_table)
    return DynamoControlTable(dynamodb_table)
