"""The state machine `dm-analytics-dispatcher`, which starts the jobs on AWS.

Its contract: the input is `{"tables": [...]}`, or `{}` for all. A table's result is an object with
`table` and `status`, and `job_run_id`, `logs` and `error` if there are any; the state in which a
table ends puts out its result, or a list of several tables'. The output is `{"results": [...]}`; if
a table failed, the execution fails with the error `GoldTablesFailed`, and that output is its cause.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from runner.aws.calls import calling, session
from runner.errors import DataMasterError

if TYPE_CHECKING:
    from types_boto3_stepfunctions.client import SFNClient
    from types_boto3_sts.client import STSClient

NAME = "dm-analytics-dispatcher"

_STATUSES = ("SUCCEEDED", "SKIPPED", "HELD", "FAILED")
_TABLES_FAILED = "GoldTablesFailed"
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 20.0  # seconds


class AlreadyRunning(DataMasterError):
    """An execution is running, and another one would only get in its way."""


@dataclass(frozen=True)
class TableResult:
    """How an execution ended for a table.

    SUCCEEDED; SKIPPED: nothing was pending; HELD: another run has its items; or FAILED.
    """

    table: str
    status: str
    job_run_id: str | None = None
    logs: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class Execution:
    """An execution of the state machine.

    Attributes:
        name: what the ids of its runs begin with.
        status: RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED.
        started: when it began.
        ended: when it ended; None while it runs.
        results: of the tables that have ended.
        error: why it failed, unless the results say it.
    """

    name: str
    status: str
    started: datetime
    ended: datetime | None = None
    results: tuple[TableResult, ...] = ()
    error: str | None = None


_KEYS = [field.name for field in fields(TableResult)]


class Dispatcher:
    """The state machine with this ARN.

    Args:
        client: of Step Functions, in the state machine's region.
        arn: the state machine's.
    """

    def __init__(self, client: SFNClient, arn: str) -> None:
        self._client = client
        self._arn = arn

    def start(self, tables: Sequence[str]) -> str:
        """Starts an execution.

        Two who start at the same moment may both succeed; that is harmless, for an item of work
        goes to one of them.

        Args:
            tables: to build only these; empty for all.

        Returns:
            The execution's name.

        Raises:
            AlreadyRunning: there is an execution that has not ended; nothing was started.
            AwsCallFailed: nothing was started.
        """
        with self._calling("ListExecutions"):
            running = self._client.list_executions(
                stateMachineArn=self._arn, statusFilter="RUNNING", maxResults=1
            )["executions"]
        if running:
            since = running[0]["startDate"].astimezone(UTC)
            raise AlreadyRunning(
                f"Execution {running[0]['name']} has been running since {since:%Y-%m-%d %H:%M} UTC",
                "No other was started; `dm runs --target aws` tells how far it is.",
            )
        return self.start_task({"tables": sorted(tables)} if tables else {})

    def start_task(self, given: Mapping[str, object]) -> str:
        """Starts an execution with this input, whether or not another one runs; gives its name.

        Raises:
            AwsCallFailed: nothing was started.
        """
        name = f"dm-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid4().hex[:6]}"
        with self._calling("StartExecution"):
            self._client.start_execution(
                stateMachineArn=self._arn, name=name, input=json.dumps(given)
            )
        return name

    def definition(self) -> tuple[str, str]:
        """The state machine's definition, and the ARN of its role.

        Raises:
            AwsCallFailed: for example, there is no such state machine.
        """
        with self._calling("DescribeStateMachine"):
            found = self._client.describe_state_machine(stateMachineArn=self._arn)
        return found["definition"], found["roleArn"]

    def execution(self, name: str) -> Execution:
        """An execution as it is now.

        Raises:
            AwsCallFailed: for example, there is none of this name.
        """
        with self._calling("DescribeExecution"):
            found = self._client.describe_execution(executionArn=self._execution_arn(name))
        output, error = found.get("output"), found.get("error")
        if error == _TABLES_FAILED:
            output, error = found.get("cause"), None
        elif error or found["status"] in ("TIMED_OUT", "ABORTED"):
            error = f"{found['status']}: {error or ''} {found.get('cause', '')}".strip()
        results = _results(json.loads(output)) if output else self._results_so_far(name)
        by_table = {result.table: result for result in results}
        return Execution(
            name=name,
            status=found["status"],
            started=found["startDate"],
            ended=found.get("stopDate"),
            results=tuple(by_table.values()),
            error=error,
        )

    def latest(self, limit: int) -> list[Execution]:
        """The newest executions, newest first.

        Raises:
            AwsCallFailed: they could not be read.
        """
        with self._calling("ListExecutions"):
            found = self._client.list_executions(stateMachineArn=self._arn, maxResults=limit)
        return [self.execution(each["name"]) for each in found["executions"]]

    def follow(self, name: str, tell: Callable[[TableResult], None]) -> Execution:
        """Waits for the end of an execution, and tells of each table as it ends.

        Raises:
            AwsCallFailed: it could not be read; it goes on all the same.
        """
        told: set[str] = set()
        pause = _FIRST_PAUSE
        while True:
            now = self.execution(name)
            for result in now.results:
                if result.table not in told:
                    told.add(result.table)
                    tell(result)
            if now.status != "RUNNING":
                return now
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)

    def console(self, name: str) -> str:
        """The address of an execution's page in the console of AWS."""
        region = self._arn.split(":")[3]
        return (
            f"https://{region}.console.aws.amazon.com/states/home?region={region}"
            f"#/v2/executions/details/{self._execution_arn(name)}"
        )

    def _results_so_far(self, name: str) -> Iterator[TableResult]:
        """The results that states of the execution have put out; some of them twice."""
        pages = self._client.get_paginator("get_execution_history")
        with self._calling("GetExecutionHistory"):
            for page in pages.paginate(executionArn=self._execution_arn(name)):
                for event in page["events"]:
                    output = event.get("stateExitedEventDetails", {}).get("output")
                    yield from _results(json.loads(output or "null"))

    def _execution_arn(self, name: str) -> str:
        return f"{self._arn.replace(':stateMachine:', ':execution:')}:{name}"

    def _calling(self, call: str) -> AbstractContextManager[None]:
        *_, region, _, _, name = self._arn.split(":")
        return calling(call, f"state machine {name} in {region}")


def connect(name: str = NAME) -> Dispatcher:
    """The state machine of this name in the account and region that AWS's settings name.

    Raises:
        AwsCallFailed: there are no credentials, they have expired, or there is no region.
    """
    with calling("GetCallerIdentity", "this account"):
        aws = session()
        sts: STSClient = aws.client("sts")
        client: SFNClient = aws.client("stepfunctions")
        _, partition, *_, account, _ = sts.get_caller_identity()["Arn"].split(":")
    region = client.meta.region_name
    return Dispatcher(client, f"arn:{partition}:states:{region}:{account}:stateMachine:{name}")


def _results(output: object) -> Iterator[TableResult]:
    """The results in what a state put out; a key that nobody knows is passed over."""
    if isinstance(output, list):
        for each in output:
            yield from _results(each)
    elif isinstance(output, dict) and "results" in output:
        yield from _results(output["results"])
    elif isinstance(output, dict) and "table" in output and output.get("status") in _STATUSES:
        yield TableResult(**{key: output[key] for key in _KEYS if key in output})
