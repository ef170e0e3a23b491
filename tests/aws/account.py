"""An AWS account on this machine: moto's server, with the project's own stacks deployed."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import boto3
from boto3.dynamodb.conditions import Key
from moto.emrserverless.models import JobRun, emrserverless_backends

from tests.aws.deployer import ACCOUNT, REGION

DATALAKE = f"dm-datalake-{ACCOUNT}"
OBSERVER = f"dm-observer-{ACCOUNT}"
CONTROL = "dm-processing-control"
_POLL = 0.2


@dataclass(frozen=True)
class Ended:
    """An execution that has ended; `told` is its output, or the cause of its failure."""

    arn: str
    status: str
    error: str | None
    told: str

    @property
    def results(self) -> dict[str, dict[str, Any]]:
        """What it tells of each table."""
        return {result["table"]: result for result in json.loads(self.told)["results"]}

    @property
    def name(self) -> str:
        return self.arn.rpartition(":")[2]


@dataclass(frozen=True)
class Account:
    """The account, with the outputs of the deployed stack."""

    dispatcher: str
    application: str

    def start(self, input_: Mapping[str, Any], dispatcher: str = "") -> str:
        """Starts the state machine as a person does; gives the execution's ARN."""
        return self._start(dispatcher or self.dispatcher, json.dumps(input_))

    def fire_schedule(self) -> str:
        """Starts what the schedule's target names; gives the execution's ARN."""
        schedule = boto3.client("scheduler").get_schedule(Name="dm-analytics-daily")
        assert schedule["State"] == "ENABLED"
        return self._start(schedule["Target"]["Arn"], schedule["Target"]["Input"])

    def wait(self, execution: str, seconds: float = 240) -> Ended:
        """Waits for an execution to end."""
        client, deadline = boto3.client("stepfunctions"), time.monotonic() + seconds
        while (found := client.describe_execution(executionArn=execution))["status"] == "RUNNING":
            assert time.monotonic() < deadline, "the execution does not end"
            time.sleep(_POLL)
        told = found.get("output") or found.get("cause") or ""
        return Ended(execution, found["status"], found.get("error"), told)

    def jobs(self) -> list[JobRun]:
        """All job runs up to now, in the order in which they were started."""
        found: list[JobRun] = emrserverless_backends[ACCOUNT][REGION].job_runs.get(
            self.application, []
        )
        return list(found)

    def items(self, **wanted: str) -> list[dict[str, Any]]:
        """The control items whose fields have these values."""
        table = boto3.resource("dynamodb").Table(CONTROL)
        pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=CONTROL)
        del pages
        found = table.query(
            IndexName="dm-gsi-schema-table",
            KeyConditionExpression=Key("schema_name").eq("dm_gold"),
        )["Items"]
        return [i for i in found if all(i.get(key) == value for key, value in wanted.items())]

    @staticmethod
    def _start(dispatcher: str, input_: str) -> str:
        client = boto3.client("stepfunctions")
        return client.start_execution(
            stateMachineArn=dispatcher, name=f"test-{uuid4()}", input=input_
        )["executionArn"]
