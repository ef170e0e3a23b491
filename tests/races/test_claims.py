"""Eight runs claim what is pending at the same moment: each item is won once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from runner.control.items import Status
from runner.control.table import ControlTable
from runner.gold import Published
from runner.job import GoldJob
from runner.project import tables
from tests.report import Report
from tests.runner.control.test_control import item

RUNS, ITEMS = 8, 12


def test_of_eight_runs_one_wins_each_item(
    control: ControlTable, long: bool, report: Report
) -> None:
    rounds = 200 if long else 10
    won: Counter[str] = Counter()
    together = Barrier(RUNS)

    def run(number: int) -> None:
        job = GoldJob(
            control,
            tables(),
            lambda asked, *_: dict.fromkeys(asked),
            lambda built: dict.fromkeys(built, Published(1, {})),
        )
        together.wait(timeout=60)
        work, _ = job.claim(tables())
        won.update(claimed.control_id for piece in work for claimed in piece.items)
        job.run(work)

    with ThreadPoolExecutor(RUNS) as threads:
        for number in range(rounds):
            control.enqueue(
                item(f"{number}-{i}", table_name=tables()[i % 5], review_month=str(1 + i % 3))
                for i in range(ITEMS)
            )
            list(threads.map(run, range(RUNS)))
    wanted = rounds * ITEMS
    done = control.items(Status.SUCCESS)
    row = {
        "lost": wanted - len(won),
        "doubled": won.total() - len(won),
        "stuck": wanted - len(done),
    }
    kind = "SQLite" if "Sqlite" in type(control).__name__ else "DynamoDB"
    report.add("races", race=f"8 runs claim {ITEMS} items, {kind}", rounds=rounds, **row)
    assert row == {"lost": 0, "doubled": 0, "stuck": 0}
    assert {found.attempt_count for found in done} == {1}
