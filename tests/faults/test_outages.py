"""What the runs stand on fails: DynamoDB, the disk, a file of Iceberg's."""

import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.control import SqliteControlTable
from runner.control.dynamodb import DynamoControlTable
from runner.control.items import Status
from runner.control.table import ControlTableUnavailable
from tests.faults.harness.proxy import Answer, Proxy, Request
from tests.faults.harness.stage import Stage, proven
from tests.faults.harness.victim import TABLES
from tests.faults.harness.waiting import wait_for_leases
from tests.report import Report
from tests.tables import gold

THROTTLED: Answer = (
    400,
    b'{"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",'
    b' "message": "slow down"}',
)


@pytest.fixture
def proxy(dynamodb: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    with Proxy(os.environ["AWS_ENDPOINT_URL_DYNAMODB"]).serving() as found:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", found.url)
        yield found


def test_dynamodb_that_throttles_every_other_call_costs_time_alone(
    stage: Stage, dynamodb_table: str, proxy: Proxy, report: Report, long: bool
) -> None:
    if not long:
        pytest.skip("make faults")
    control, calls = DynamoControlTable(dynamodb_table), itertools.count()
    with proven(stage, control, report, "DynamoDB throttles every other call", 0):
        proxy.fault = lambda request: THROTTLED if next(calls) % 2 else None
        assert {result.error for result in stage.run(control)} == {None}
        assert proxy.faults > 20


def test_slow_dynamodb_costs_time_alone(
    stage: Stage, dynamodb_table: str, proxy: Proxy, report: Report, long: bool
) -> None:
    if not long:
        pytest.skip("make faults")
    with proven(
        stage, control := DynamoControlTable(dynamodb_table), report,
        "DynamoDB takes a second for each call", 0,
    ):  # fmt: skip
        proxy.fault = lambda request: time.sleep(1)
        assert {result.error for result in stage.run(control)} == {None}


def test_without_dynamodb_a_run_publishes_nothing(
    stage: Stage, dynamodb_table: str, proxy: Proxy, report: Report, long: bool
) -> None:
    if not long:
        pytest.skip("make faults")
    control = DynamoControlTable(dynamodb_table)

    def refuse(request: Request) -> None:
        raise ConnectionError

    def cut_off(line: str) -> None:
        proxy.fault = refuse

    with proven(stage, control, report, "DynamoDB is away from the first model on", 1):
        before = stage.mains()
        with pytest.raises(ControlTableUnavailable, match="DynamoDB table"):
            stage.run(control, cut_off)
        assert stage.mains() == before
        proxy.fault = lambda request: None
        wait_for_leases(control)
        assert {result.error for result in stage.run(control)} == {None}


@pytest.mark.parametrize("damage", ["half of it is gone", "it is gone"])
def test_a_damaged_metadata_file_is_told_and_healed_by_its_restoration(
    stage: Stage, tmp_path: Path, report: Report, damage: str, long: bool
) -> None:
    if damage == "half of it is gone" and not long:  # Iceberg reads it for a minute and a half
        pytest.skip("make faults")
    control = SqliteControlTable(tmp_path / "control.db")
    with proven(stage, control, report, f"a table's metadata.json: {damage}", 1):
        file = Path(gold(stage.lake, TABLES[0]).metadata_location.removeprefix("file:"))
        whole = file.read_bytes()
        before = stage.mains()
        try:
            file.write_bytes(whole[: len(whole) // 2]) if "half" in damage else file.unlink()
            results = stage.run(control)
        finally:
            file.write_bytes(whole)
        told = {result.error for result in results if result.table == TABLES[0]}
        assert all(file.name in str(error) for error in told), told
        assert stage.mains()[TABLES[0]] == before[TABLES[0]]
        waiting = control.items(Status.PENDING)
        assert all(item.error_message for item in waiting)
        assert {result.error for result in stage.run(control)} == {None}
