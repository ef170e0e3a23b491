"""What jobs on EMR Serverless were billed for, as the account tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from dm.terminal.output import Row
from runner.aws.calls import calling, session

VCPU_HOUR, GB_HOUR = 0.042094, 0.004628
"""Dollars: us-east-1, ARM64."""


@dataclass(frozen=True)
class Billed:
    """What a job run was billed for.

    Attributes:
        day: on which it began, in UTC, such as 2026-11-26.
        job: its name: the tables that it built.
        minutes: how long it ran.
        vcpu_hours: of all its workers.
        gb_hours: of all its workers' memory.
    """

    day: str
    job: str
    minutes: float
    vcpu_hours: float
    gb_hours: float


@dataclass(frozen=True)
class Prices:
    """Dollars for an hour of a vCPU and of a GB of memory."""

    vcpu: float = VCPU_HOUR
    gb: float = GB_HOUR

    def of(self, jobs: Iterable[Billed]) -> float:
        """What the jobs cost, in dollars."""
        return sum(job.vcpu_hours * self.vcpu + job.gb_hours * self.gb for job in jobs)


def billed(application: str, days: int, limit: int) -> list[Billed]:
    """The job runs of an application of the last days that have ended, newest first.

    Args:
        application: its name, such as dm-analytics-app.
        days: how many days back.
        limit: how many runs at most: each takes a call.

    Raises:
        AwsCallFailed: they could not be read.
    """
    client: Any = session().client("emr-serverless")
    with calling("ListJobRuns", f"application {application}"):
        pages = client.get_paginator("list_applications").paginate()
        ids = [a["id"] for page in pages for a in page["applications"] if a["name"] == application]
        since = datetime.now(UTC) - timedelta(days=days)
        runs = [
            (found_id, run["id"])
            for found_id in ids
            for page in client.get_paginator("list_job_runs").paginate(
                applicationId=found_id,
                createdAtAfter=since,
                states=["SUCCESS", "FAILED", "CANCELLED"],
            )
            for run in page["jobRuns"]
        ]
    with calling("GetJobRun", f"application {application}"):
        found = [
            client.get_job_run(applicationId=found_id, jobRunId=run)["jobRun"]
            for found_id, run in runs[:limit]
        ]
    return [
        Billed(
            day=f"{run['createdAt'].astimezone(UTC):%Y-%m-%d}",
            job=run.get("name", run["jobRunId"]),
            minutes=run.get("totalExecutionDurationSeconds", 0) / 60,
            vcpu_hours=run.get("billedResourceUtilization", {}).get("vCPUHour", 0.0),
            gb_hours=run.get("billedResourceUtilization", {}).get("memoryGBHour", 0.0),
        )
        for run in found
    ]


def rows(jobs: Sequence[Billed], prices: Prices) -> list[Row]:
    """A row for each kind of job, with means, and one for what a day costs."""
    kinds: dict[str, list[Billed]] = defaultdict(list)
    days: dict[str, list[Billed]] = defaultdict(list)
    for job in jobs:
        kinds[job.job].append(job)
        days[job.day].append(job)
    found = [_row(kind, some, len(some), prices) for kind, some in sorted(kinds.items())]
    return found + ([_row("a day", jobs, len(days), prices)] if days else [])


def _row(what: str, jobs: Sequence[Billed], number: int, prices: Prices) -> Row:
    return {
        "what": what,
        "how many": number,
        "minutes": round(sum(job.minutes for job in jobs) / number, 1),
        "vCPU hours": round(sum(job.vcpu_hours for job in jobs) / number, 3),
        "GB hours": round(sum(job.gb_hours for job in jobs) / number, 3),
        "$": round(prices.of(jobs) / number, 4),
    }
