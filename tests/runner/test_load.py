"""10,000 items that wait at once cost no more each than a few do."""

from collections.abc import Callable
from time import perf_counter

import pytest

from runner import periods
from runner.control.items import Status
from runner.control.table import ControlTable
from runner.gold import Published
from runner.job import GoldJob
from runner.project import tables
from tests.report import Report
from tests.runner.test_control import item

MONTHS = periods.span("1996-08", "2012-01")
SIZES = (1_250, 2_500, 5_000, 10_000)


def published(table: str) -> Published:
    return Published(1, dict.fromkeys(MONTHS, 1))


def enqueue(control: ControlTable, size: int) -> None:
    """Items of all months and tables, in turn."""
    control.enqueue(
        item(
            f"{size}-{number}",
            table_name=tables()[number % len(tables())],
            review_year=MONTHS[number % len(MONTHS)][:4],
            review_month=MONTHS[number % len(MONTHS)][5:],
        )
        for number in range(size)
    )


def seconds(do: Callable[[], object]) -> float:
    begin = perf_counter()
    do()
    return perf_counter() - begin


def test_the_time_of_claim_and_finish_grows_with_the_number_of_items(
    control: ControlTable, long: bool, report: Report
) -> None:
    kind = type(control).__name__.removesuffix("ControlTable")
    if kind == "Dynamo" and not long:
        pytest.skip("moto takes a minute for it: make faults")
    claims: dict[int, float] = {}
    for size in SIZES:
        enqueue(control, size)
        job = GoldJob(control, tables(), lambda asked, *_: dict.fromkeys(asked), published)
        work = []
        claims[size] = seconds(lambda job=job, work=work: work.extend(job.claim(tables())[0]))
        assert sum(len(piece.items) for piece in work) == size
        settle = seconds(lambda job=job, work=work: job.run(work))
        assert not control.items(Status.PENDING, Status.RUNNING, Status.ERROR)
        report.add(
            "load",
            control_table={"Sqlite": "SQLite", "Dynamo": "DynamoDB (moto)"}[kind],
            pending_items=f"{size:,}",
            claim=f"{claims[size]:.2f} s",
            settle=f"{settle:.2f} s",
            claim_of_one_item=f"{1_000 * claims[size] / size:.2f} ms",
        )
    assert claims[10_000] / 10_000 <= 2 * claims[2_500] / 2_500
