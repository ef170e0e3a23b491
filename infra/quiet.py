"""Brings the scheduled path to rest: AWS changes and deletes no application that is started."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    import boto3

_POLL = 10.0  # seconds
_GRACE = 120
"""Seconds in which a cancelled job gives its items back; the least that helps is 15."""

_TO_CANCEL = ["SUBMITTED", "PENDING", "SCHEDULED", "RUNNING", "QUEUED"]
_OPEN = [*_TO_CANCEL, "CANCELLING"]
_AT_REST = {"CREATED", "STOPPED", "TERMINATED"}
_ONLY_TOLD = {"Arn", "CreationDate", "LastModificationDate", "ResponseMetadata"}


@contextmanager
def schedules_off(
    session: boto3.Session, outputs: Mapping[str, str], tell: Callable[[str], None]
) -> Iterator[None]:
    """Switches off what would start another execution meanwhile.

    If the block does not end, by a fault or Ctrl-C, the schedules are again as they were.

    Args:
        session: of the account.
        outputs: of the stack: its Schedules.
        tell: gets a line for a schedule that could not be switched on again.
    """
    client: Any = session.client("scheduler")
    former: list[dict[str, Any]] = []
    try:
        for name in filter(None, outputs.get("Schedules", "").split(",")):
            try:
                found = client.get_schedule(Name=name)
            except client.exceptions.ResourceNotFoundException:
                continue
            kept = {key: value for key, value in found.items() if key not in _ONLY_TOLD}
            former.append(kept)
            client.update_schedule(**(kept | {"State": "DISABLED"}))
        yield
    except BaseException:
        for kept in former:
            try:
                client.update_schedule(**kept)
            except client.exceptions.ResourceNotFoundException:
                continue  # it is deleted already
            except (BotoCoreError, ClientError) as error:
                tell(f"Schedule {kept['Name']} may be off, and was {kept['State']}: {error}")
        raise


def bring_to_rest(
    session: boto3.Session,
    outputs: Mapping[str, str],
    tell: Callable[[str], None],
    *,
    cancel: bool = False,
) -> None:
    """Waits for executions and jobs to end, and stops the application.

    Args:
        session: of the account.
        outputs: of the stack: its Dispatcher and its Application; what is not named is not there.
        tell: gets a line where there is something to wait for.
        cancel: end executions and jobs, with time to give back their items; that is waited for.
    """
    application, dispatcher = outputs.get("Application", ""), outputs.get("Dispatcher", "")
    while running := [
        *(f"execution {arn.rpartition(':')[2]}" for arn in _executions(session, dispatcher)),
        *(f"job {job}" for job in _jobs(session, application, _OPEN)),
    ]:
        if cancel:
            _cancel(session, application, dispatcher, tell)
        else:
            tell(f"Waiting for {', '.join(running)} to end")
        time.sleep(_POLL)
    _stop(session, application, tell)


def _executions(session: boto3.Session, dispatcher: str) -> list[str]:
    if not dispatcher:
        return []
    client = session.client("stepfunctions")
    try:
        found = client.list_executions(stateMachineArn=dispatcher, statusFilter="RUNNING")
    except client.exceptions.StateMachineDoesNotExist:
        return []
    return [execution["executionArn"] for execution in found["executions"]]


def _jobs(session: boto3.Session, application: str, states: list[str]) -> list[str]:
    client: Any = session.client("emr-serverless")
    if _state(client, application) in _AT_REST:
        return []
    pages = client.get_paginator("list_job_runs").paginate(applicationId=application, states=states)
    return [job["id"] for page in pages for job in page["jobRuns"]]


def _cancel(
    session: boto3.Session, application: str, dispatcher: str, tell: Callable[[str], None]
) -> None:
    """Jobs first: Step Functions cancels those of an execution, too, and gives them no time."""
    client: Any = session.client("emr-serverless")
    for job in _jobs(session, application, _TO_CANCEL):
        tell(f"Cancelling job {job}, which gives its items back")
        client.cancel_job_run(
            applicationId=application, jobRunId=job, shutdownGracePeriodInSeconds=_GRACE
        )
    for execution in _executions(session, dispatcher):  # it would start the next table's job
        tell(f"Stopping execution {execution.rpartition(':')[2]}")
        session.client("stepfunctions").stop_execution(
            executionArn=execution, error="Cancelled", cause="make destroy with --cancel"
        )


def _stop(session: boto3.Session, application: str, tell: Callable[[str], None]) -> None:
    client: Any = session.client("emr-serverless")
    asked = False
    while (state := _state(client, application)) not in _AT_REST:
        if state == "STARTED" and not asked:  # what starts or stops takes no order
            tell(f"Stopping application {application}; it starts by itself with the next job")
            client.stop_application(applicationId=application)
            asked = True
            continue
        time.sleep(_POLL)


def _state(client: Any, application: str) -> str:
    if not application:
        return "TERMINATED"
    try:
        found = client.get_application(applicationId=application)["application"]
    except client.exceptions.ResourceNotFoundException:
        return "TERMINATED"
    return str(found["state"])
