"""An AWS account on this machine: moto's server, with the project's own stacks deployed."""

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
from moto.emrserverless.models import JobRun, emrserverless_backends

from runner.control.dynamodb import DynamoControlTable
from runner.control.items import ControlItem, Status, timestamp
from runner.project import PROJECT, tables
from tests.aws.stand_ins.deployer import ACCOUNT, PSEUDO, REGION, make
from tests.aws.stand_ins.template import Made, Template

STORAGE = PROJECT / "infra" / "templates" / "storage.yaml"
ANALYTICS = PROJECT / "infra" / "templates" / "analytics.yaml"
DEFINITION = PROJECT / "infra" / "templates" / "dispatcher.asl.json"

DATALAKE = f"dm-datalake-{ACCOUNT}"
OBSERVER = f"dm-observer-{ACCOUNT}"
CONTROL = "dm-processing-control"
PLACES = {"DatalakeBucket": DATALAKE, "ObserverBucket": OBSERVER, "ControlTable": CONTROL}

BEERS, DRINKERS, STATES = "top_beers_by_rating", "top_drinkers", "state_by_review_volume"

_EMPTY = dict.fromkeys(
    ("MakeDatalakeBucket", "MakeObserverBucket", "MakeControlTable", "MakeGoldDatabase"), "true"
)
_POLL = 0.2


@dataclass(frozen=True)
class Ended:
    """An execution that has ended; `told` is its output, or the cause of its failure."""

    name: str
    status: str
    error: str | None
    told: str

    @property
    def results(self) -> dict[str, dict[str, Any]]:
        """What it tells of each table."""
        return {result["table"]: result for result in json.loads(self.told)["results"]}

    @property
    def statuses(self) -> dict[str, str]:
        """How each table ended."""
        return {table: result["status"] for table, result in self.results.items()}


class Account:
    """The account with both stacks; what is in `dist` is its artifact, of the version `test`.

    Args:
        parameters: those of the stack analytics that differ from their defaults.
    """

    def __init__(self, **parameters: str) -> None:
        self._parameters = {
            **PLACES,
            "Version": "test",
            "Tables": ",".join(tables()),
            **parameters,
        }
        self._made: dict[str, Made] = {}
        Template(STORAGE, PLACES | _EMPTY | {"LogDays": "90"}, PSEUDO, make).make_all()
        self.upload(DEFINITION)
        outputs = Template(ANALYTICS, self._parameters, PSEUDO, self._make).make_all()
        self.dispatcher, self.application = outputs["Dispatcher"], outputs["Application"]

    def upload(self, *files: Path) -> None:
        """Puts files to where the job's code is."""
        for file in files:
            boto3.client("s3").upload_file(str(file), DATALAKE, f"code/gold/test/{file.name}")

    def dispatcher_with(self, name: str, **parameters: str) -> str:
        """Another state machine, of the same template with these parameters; gives its ARN."""

        def only_the_state_machine(id_: str, type_: str, properties: dict[str, Any]) -> Made:
            if type_ != "AWS::StepFunctions::StateMachine":
                return self._made[id_]
            return make(id_, type_, properties | {"StateMachineName": name})

        outputs = Template(
            ANALYTICS, self._parameters | parameters, PSEUDO, only_the_state_machine
        ).make_all()
        return outputs["Dispatcher"]

    def run(self, input_: Mapping[str, Any], dispatcher: str = "") -> Ended:
        """Starts the state machine as a person does, and waits for its end."""
        return self.wait(self.start(input_, dispatcher))

    def start(self, input_: Mapping[str, Any], dispatcher: str = "") -> str:
        """Starts the state machine as a person does; gives the execution's ARN."""
        return _start(dispatcher or self.dispatcher, json.dumps(input_))

    def fire_schedule(self, name: str = "dm-analytics-daily") -> str:
        """Starts what the schedule's target names; gives the execution's ARN."""
        schedule = boto3.client("scheduler").get_schedule(Name=name)
        assert schedule["State"] == "ENABLED"
        return _start(schedule["Target"]["Arn"], schedule["Target"]["Input"])

    def wait(self, execution: str, seconds: float = 600) -> Ended:
        """Waits for an execution to end."""
        client, deadline = boto3.client("stepfunctions"), time.monotonic() + seconds
        while (found := client.describe_execution(executionArn=execution))["status"] == "RUNNING":
            assert time.monotonic() < deadline, "the execution does not end"
            time.sleep(_POLL)
        told = found.get("output") or found.get("cause") or ""
        return Ended(found["name"], found["status"], found.get("error"), told)

    @property
    def jobs(self) -> list[JobRun]:
        """All job runs up to now, in the order in which they were started."""
        backend = emrserverless_backends[ACCOUNT][REGION]
        return list(backend.job_runs.get(self.application, []))

    @cached_property
    def control(self) -> DynamoControlTable:
        """The control table, as the runner sees it."""
        return DynamoControlTable(CONTROL)

    def enqueue(self, table: str, *periods: str, **values: Any) -> None:
        """Puts pending items for periods of a table."""
        self.control.enqueue(replace(item, **values) for item in _items(table, periods))

    def forget_items(self) -> None:
        """Leaves the control table empty."""
        table = boto3.resource("dynamodb").Table(CONTROL)
        for item in table.scan()["Items"]:
            table.delete_item(Key={"control_id": item["control_id"]})

    def end_leases(self) -> None:
        """Lets the leases of all running items be over, as when an hour has passed."""
        table = boto3.resource("dynamodb").Table(CONTROL)
        for item in self.control.items(Status.RUNNING):
            table.update_item(
                Key={"control_id": item.control_id},
                UpdateExpression="set lease_expires_at = :past",
                ExpressionAttributeValues={":past": "2012-01-01T00:00:00.000+00:00"},
            )

    def _make(self, id_: str, type_: str, properties: dict[str, Any]) -> Made:
        self._made[id_] = make(id_, type_, properties)
        return self._made[id_]


def _start(dispatcher: str, input_: str) -> str:
    started = boto3.client("stepfunctions").start_execution(
        stateMachineArn=dispatcher, name=f"test-{uuid4()}", input=input_
    )
    return started["executionArn"]


def _items(table: str, periods: tuple[str, ...]) -> Iterator[ControlItem]:
    now = timestamp()
    for period in periods:
        yield ControlItem(
            control_id=str(uuid4()),
            object_key="silver/review_flat",
            schema_name="dm_gold",
            table_name=table,
            review_year=period[:4],
            review_month=period[5:],
            created_at=now,
            updated_at=now,
        )


def variation(account: Account, pattern: str, by: str, dispatcher: str = "") -> str:
    """The same state machine with another number in it, so that a test need not wait."""
    client = boto3.client("stepfunctions")
    found = client.describe_state_machine(stateMachineArn=dispatcher or account.dispatcher)
    definition, count = re.subn(pattern, by, found["definition"])
    assert count
    return client.create_state_machine(
        name=f"variation-{uuid4()}", roleArn=found["roleArn"], definition=definition
    )["stateMachineArn"]
