"""Brings the scheduled path to rest: AWS changes and deletes no application that is started."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import boto3

_POLL = 10.0  # seconds
_GRACE = 120
"""Seconds in which a cancelled job gives its items back; the least that helps is 15."""

_OPEN = ["SUBMITTED", "PENDING", "SCHEDULED", "RUNNING", "QUEUED"]
_AT_REST = {"CREATED", "STOPPED", "TERMINATED"}
_ONLY_TOLD = {"Arn", "CreationDate", "LastModificationDate", "ResponseMetadata"}


def disable_schedules(session: boto3.Session, outputs: Mapping[str, str]) -> None:
    """Switches off what would start another execution meanwhile."""
    client: Any = session.client("scheduler")
    for name in filter(None, outputs.get("Schedules", "").split(",")):
        try:
            found = client.get_schedule(Name=name)
        except client.exceptions.ResourceNotFoundException:
            continue
        kept = {key: value for key, value in found.items() if key not in _ONLY_TOLD}
        client.update_schedule(**(kept | {"State": "DISABLED"}))


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
        cancel: end the jobs, with time to give back their items, and do not wait for them.
    """
    application = outputs.get("Application", "")
    while running := [
        *_executions(session, outputs.get("Dispatcher")),
        *_jobs(session, application),
    ]:
        if cancel:
            _cancel(session, application, tell)
        else:
            tell(f"Waiting for {', '.join(running)} to end")
        time.sleep(_POLL)
    _stop(session, application, tell)


def _executions(session: boto3.Session, dispatcher: str | None) -> list[str]:
    if not dispatcher:
        return []
    client = session.client("stepfunctions")
    try:
        found = client.list_executions(stateMachineArn=dispatcher, statusFilter="RUNNING")
    except client.exceptions.StateMachineDoesNotExist:
        return []
    return [f"execution {execution['name']}" for execution in found["executions"]]


def _jobs(session: boto3.Session, application: str) -> list[str]:
    return [f"job {job}" for job in _open_jobs(session, application)]


def _open_jobs(session: boto3.Session, application: str) -> list[str]:
    client: Any = session.client("emr-serverless")
    if _state(client, application) in _AT_REST:
        return []
    pages = client.get_paginator("list_job_runs").paginate(applicationId=application, states=_OPEN)
    return [job["id"] for page in pages for job in page["jobRuns"]]


def _cancel(session: boto3.Session, application: str, tell: Callable[[str], None]) -> None:
    client: Any = session.client("emr-serverless")
    for job in _open_jobs(session, application):
        tell(f"Cancelling job {job}, which gives its items back")
        client.cancel_job_run(
            applicationId=application, jobRunId=job, shutdownGracePeriodInSeconds=_GRACE
        )


def _stop(session: boto3.Session, application: str, tell: Callable[[str], None]) -> None:
    client: Any = session.client("emr-serverless")
    if _state(client, application) in _AT_REST:
        return
    tell(f"Stopping application {application}; it starts by itself with the next job")
    client.stop_application(applicationId=application)
    while _state(client, application) not in _AT_REST:
        time.sleep(_POLL)


def _state(client: Any, application: str) -> str:
    if not application:
        return "TERMINATED"
    try:
        found = client.get_application(applicationId=application)["application"]
    except client.exceptions.ResourceNotFoundException:
        return "TERMINATED"
    return str(found["state"])
