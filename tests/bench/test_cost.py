"""The arithmetic of docs/cost.md."""

import pytest

from bench.cost import Job, Run, Worker

HOUR = Job(Worker(2, 6), (Worker(2, 5),), 60)


def test_a_job_costs_the_vcpus_and_the_memory_of_all_its_workers() -> None:
    assert pytest.approx(4 * 0.042094 + 11 * 0.004628) == HOUR.dollars


def test_a_worker_is_billed_for_a_minute_at_least() -> None:
    short = Job(HOUR.driver, HOUR.executors, 0.1)
    assert pytest.approx(HOUR.dollars / 60) == short.dollars


def test_jobs_wait_for_their_turn_and_are_all_paid() -> None:
    run = Run((HOUR,) * 5, at_once=2)
    assert run.minutes == 3 * (60 + 1)
    assert pytest.approx(5 * HOUR.dollars) == run.dollars
