"""A job whose builds answer as a test says, and its control table."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import pytest

from local.control import SqliteControlTable
from runner.control.items import ControlItem, Status
from runner.dbt.problems import Problem
from runner.gold import Published
from runner.job import GoldJob
from runner.work import Result
from tests.runner.control.test_control import item

NAME, OTHER = "top_drinkers", "top_beers_by_rating"
BAD = Problem("no beer has a name")
BUSY = Problem("S3 did not answer", transient=True)
Asked = dict[str, list[str]]
Told = Mapping[str, Problem | None]


class Builds:
    """Answers as it is told, one build after the other, and then that all is well."""

    def __init__(self, *answers: Told | BaseException) -> None:
        self.asked: list[Asked] = []
        self._answers = list(answers)

    def __call__(
        self, asked: Mapping[str, Collection[str]], run_id: str, publishing: Callable[[], None]
    ) -> dict[str, Problem | None]:
        self.asked.append({table: sorted(months) for table, months in asked.items()})
        publishing()
        answer = self._answers.pop(0) if self._answers else {}
        if isinstance(answer, BaseException):
            raise answer
        return {table: answer.get(table) for table in asked}


@pytest.fixture
def control(tmp_path: Path) -> SqliteControlTable:
    return SqliteControlTable(tmp_path / "control.db")


def months(*numbers: int, table: str = NAME) -> list[ControlItem]:
    return [item(f"{table}-{n}", table_name=table, review_month=str(n)) for n in numbers]


def published(tables: Collection[str]) -> dict[str, Published]:
    return {table: Published(7, {"2010-01": 42}) for table in tables}


def job(control: SqliteControlTable, builds: Builds, **more: object) -> GoldJob:
    return GoldJob(control, (NAME, OTHER), builds, published, **more)  # type: ignore[arg-type]


def run(
    control: SqliteControlTable, *answers: Told | BaseException
) -> tuple[list[Result], list[Asked]]:
    builds = Builds(*answers)
    mine = job(control, builds)
    work, refused = mine.claim((NAME, OTHER))
    results = [*refused, *mine.run(work)]
    assert mine.results == results  # which tell how the job ended
    return results, builds.asked


def ends(control: SqliteControlTable) -> dict[str, tuple[str, int, str | None]]:
    found = control.items(*Status)
    return {
        one.control_id: (one.status.value, one.attempt_count, one.error_message) for one in found
    }
