"""What a run costs on EMR Serverless, and how long it takes, by the size of its jobs.

    python -m bench.cost

The table goes into docs/cost.md. Prices and durations are assumptions: see there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from bench.figures.report import put_between_markers, table
from runner.project import PROJECT, tables

VCPU_HOUR, GB_HOUR = 0.042094, 0.004628
"""Dollars, us-east-1, ARM64."""
LEAST_MINUTES = 1
"""What a worker is billed for, however short it works."""
START_MINUTES = 1
"""Until a job's workers are there."""


@dataclass(frozen=True)
class Worker:
    """A driver or an executor: its vCPUs, and its memory with overhead in GB."""

    vcpu: int
    gb: int


@dataclass(frozen=True)
class Job:
    """A job: its driver, its executors, and the minutes that they work."""

    driver: Worker
    executors: tuple[Worker, ...]
    minutes: float

    @property
    def dollars(self) -> float:
        """What it costs."""
        workers = (self.driver, *self.executors)
        hours = max(self.minutes, LEAST_MINUTES) / 60
        vcpu, gb = sum(worker.vcpu for worker in workers), sum(worker.gb for worker in workers)
        return hours * (vcpu * VCPU_HOUR + gb * GB_HOUR)


@dataclass(frozen=True)
class Run:
    """Jobs of which so many run at once."""

    jobs: tuple[Job, ...]
    at_once: int

    @property
    def dollars(self) -> float:
        """What all jobs cost."""
        return sum(job.dollars for job in self.jobs)

    @property
    def minutes(self) -> float:
        """From the start of the first to the end of the last."""
        turns = ceil(len(self.jobs) / self.at_once)
        return turns * (START_MINUTES + max(job.minutes for job in self.jobs))


SMALL, PRESENT, LARGE = (
    (Worker(1, 3), (Worker(1, 3),)),
    (Worker(2, 6), (Worker(2, 5),)),
    (Worker(4, 12), (Worker(4, 12),) * 4),
)


def rows() -> Iterable[tuple[str, ...]]:
    """A row for each size of job and each way to divide the tables."""
    names = {
        "1 vCPU each": SMALL,
        "2 vCPU each (as deployed)": PRESENT,
        "4 vCPU, 4 executors": LARGE,
    }
    ways = (
        ("a job for each table", len(tables()), 2, (2.0, 1.0)),
        ("one job for all", 1, 1, (3.0, 1.5)),
    )
    for name, (driver, executors) in names.items():
        for way, jobs, at_once, (each, at_least) in ways:
            for minutes in (each, at_least):
                run = Run((Job(driver, executors, minutes),) * jobs, at_once)
                yield (
                    name, way, f"{jobs} x {minutes:g}", f"{run.minutes:g}",
                    f"{run.dollars:.4f}", f"{30 * run.dollars:.2f}",
                )  # fmt: skip


def main() -> None:
    """Puts the table into docs/cost.md."""
    head = ("job", "how", "jobs x minutes", "minutes to the end", "$ a run", "$ for 30 runs")
    put_between_markers(PROJECT / "docs" / "cost.md", "runs", table(head, rows()))


if __name__ == "__main__":
    main()
