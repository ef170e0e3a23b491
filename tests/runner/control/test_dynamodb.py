"""What DynamoDB alone does: it refuses what is too fast, and forgets what is over."""

import json
import time
from datetime import timedelta
from typing import Any

import boto3
import pytest

from runner.control.dynamodb import DynamoControlTable
from runner.control.items import ControlItem, Outcome, Status
from runner.control.table import ControlTableUnavailable
from tests.aws.moto_gaps.dynamodb import throttled
from tests.control import claim, finish
from tests.runner.control.test_control import item, only

LEASE = timedelta(minutes=1)
BARE = {"control_id": "a", "schema_name": "dm_gold", "status": "pending"}


def raw_table(name: str) -> Any:
    return boto3.resource("dynamodb").Table(name)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent again is sent at once."""
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.setattr(
        "botocore.retries.adaptive.ClientRateLimiter.on_sending_request", lambda *_, **__: None
    )


@pytest.fixture
def control(dynamodb_table: str) -> DynamoControlTable:
    control = DynamoControlTable(dynamodb_table, keep=timedelta(days=30))
    control.enqueue(item(str(number)) for number in range(60))
    return control


def test_no_more_is_read_than_is_asked_for(control: DynamoControlTable) -> None:
    """Page by page: DynamoDB ends one after a megabyte."""
    asked: list[int] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        asked.append(json.loads(params["body"])["Limit"])
        params["body"] = params["body"].replace(b'"Limit": 50', b'"Limit": 20')

    events = control._table.meta.client.meta.events
    events.register("before-call.dynamodb.Query", note)
    assert len(control.items(Status.PENDING, Status.SUCCESS, most=50)) == 50
    assert asked == [50, 30, 50]


def test_what_is_refused_is_sent_again(control: DynamoControlTable) -> None:
    with throttled(lambda number: number <= 100) as sent:
        mine = control.claim(control.claimable(), "run", LEASE)
        assert len(mine) == 60
        assert len(control.renew(mine, LEASE)) == 60
        done = control.finish((found, Outcome(Status.SUCCESS)) for found in mine)
    assert len(done) == len(control.items(Status.SUCCESS)) == 60
    assert len(sent) == 100 + 3 * 60


def test_a_claim_that_is_refused_for_good_leaves_what_it_has(control: DynamoControlTable) -> None:
    """What is claimed is built; what is not is pending, for the next run."""
    with throttled(lambda number: number > 25):
        mine = control.claim(control.claimable(), "run", LEASE)
    assert 0 < len(mine) <= 25
    running = {found.control_id for found in control.items(Status.RUNNING)}
    assert running == {found.control_id for found in mine}
    assert len(control.items(Status.PENDING)) == 60 - len(mine)


def test_a_claim_of_nothing_for_want_of_an_answer_is_told(control: DynamoControlTable) -> None:
    with (
        throttled(lambda number: True),
        pytest.raises(ControlTableUnavailable, match="ProvisionedThroughputExceeded") as caught,
    ):
        control.claim(control.claimable()[:3], "run", LEASE)
    assert "busy" in caught.value.hint


def test_only_what_succeeded_expires(control: DynamoControlTable, dynamodb_table: str) -> None:
    good, bad, again, *_ = control.claim(control.claimable(), "run", LEASE)
    outcomes: list[tuple[ControlItem, Outcome]] = [
        (good, Outcome(Status.SUCCESS)),
        (bad, Outcome(Status.ERROR, "it is bad")),
        (again, Outcome(Status.PENDING, "it is bad")),
    ]
    control.finish(outcomes)
    table = boto3.resource("dynamodb").Table(dynamodb_table)
    ends = {
        found["control_id"]: found["expires_at"]
        for found in table.scan()["Items"]
        if "expires_at" in found
    }
    assert ends.keys() == {good.control_id}
    left = int(str(ends[good.control_id])) - time.time()
    assert timedelta(days=29).total_seconds() < left < timedelta(days=31).total_seconds()


def test_dynamodb_keeps_fields_that_it_does_not_know(dynamodb_table: str) -> None:
    control, raw = DynamoControlTable(dynamodb_table), raw_table(dynamodb_table)
    raw.put_item(Item={**BARE, "note": "x"})
    mine = claim(control, only(control, Status.PENDING), "me", LEASE)
    assert mine is not None
    assert finish(control, mine, Outcome(Status.ERROR, "it has no table"))
    assert raw.get_item(Key={"control_id": "a"})["Item"]["note"] == "x"


@pytest.mark.parametrize(
    "field", [{"review_year": "2010"}, {"attempt_count": "two"}, {"created_at": 7}]
)
def test_dynamodb_reads_a_field_of_another_type(dynamodb_table: str, field: dict[str, Any]) -> None:
    control = DynamoControlTable(dynamodb_table)
    raw_table(dynamodb_table).put_item(Item={**BARE, **field})
    mine = claim(control, only(control, Status.PENDING), "me", LEASE)
    assert mine is not None
    assert mine.attempt_count == 1
    assert finish(control, mine, Outcome(Status.SUCCESS))
