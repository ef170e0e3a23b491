"""10,000 items that wait at once cost no more each than a few do."""

from collections.abc import Collection
from pathlib import Path
from time import process_time

from local.control import SqliteControlTable
from runner import periods
from runner.control.dynamodb import DynamoControlTable
from runner.control.table import ControlTable
from runner.gold import Published
from runner.job import GoldJob
from runner.project import tables
from tests.report import Report
from tests.runner.control.test_control import item

MONTHS = periods.span("1996-08", "2012-01")
SIZES = (1_250, 2_500, 5_000, 10_000)


def published(built: Collection[str]) -> dict[str, Published]:
    return dict.fromkeys(built, Published(1, dict.fromkeys(MONTHS, 1)))


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


def measure(control: ControlTable, size: int) -> tuple[float, float]:
    """The seconds of CPU that a run takes to claim so many items, and to settle them."""
    enqueue(control, size)
    job = GoldJob(control, tables(), lambda asked, *_: dict.fromkeys(asked), published)
    begin = process_time()
    work, _ = job.claim(tables())
    claimed = process_time()
    assert sum(len(piece.items) for piece in work) == size
    assert not any(result.error for result in job.run(work))
    return claimed - begin, process_time() - claimed


def note(report: Report, control: str, size: int, claim: float, settle: float) -> None:
    report.add(
        "load",
        control_table=control,
        items=f"{size:,}",
        claim=f"{claim:.1f} s",
        claim_of_an_item=f"{1_000 * claim / size:.2f} ms",
        settle=f"{settle:.1f} s",
    )


def test_the_time_in_sqlite_grows_with_the_number_of_items(tmp_path: Path, report: Report) -> None:
    control, claims = SqliteControlTable(tmp_path / "control.db"), {}
    for size in SIZES:
        claims[size], settle = measure(control, size)
        note(report, "SQLite", size, claims[size], settle)
    assert claims[10_000] / 10_000 <= 2 * claims[2_500] / 2_500


def test_the_calls_of_dynamodb_grow_with_the_number_of_items(
    dynamodb_table: str, report: Report, long: bool
) -> None:
    # moto's time is not DynamoDB's, and grows with its table: what counts is the number of calls.
    control, calls = DynamoControlTable(dynamodb_table), []
    control._table.meta.client.meta.events.register(
        "before-send.dynamodb", lambda request, **_: calls.append(request.url)
    )
    for size in SIZES if long else (100, 200):
        calls.clear()
        claim, settle = measure(control, size)
        note(report, "DynamoDB (moto)", size, claim, settle)
        # Put, claim, renew and settle each item; and the pages of two queries.
        assert len(calls) <= 4 * size + 2 * (1 + size // 1_000)
