"""What DynamoDB alone does: it refuses what is too fast, and forgets what is over."""

import json
import os
import time
from datetime import timedelta
from typing import Any

import boto3
import pytest
import yaml

from runner.control.dynamodb import KEEP, DynamoControlTable
from runner.control.items import ControlItem, Outcome, Status
from runner.control.table import ControlTableUnavailable
from runner.project import PROJECT
from tests.aws.moto_gaps.dynamodb import throttled
from tests.control import claim, finish
from tests.faults.harness.proxy import Answer, Proxy, Request
from tests.runner.control.test_control import item, only

LEASE = timedelta(minutes=1)
ANALYTICS = PROJECT / "infra" / "templates" / "analytics.yaml"
BROKEN: Answer = (500, b'{"__type": "com.amazonaws.dynamodb.v20120810#InternalServerError"}')
BARE = {"control_id": "a", "schema_name": "dm_gold", "status": "pending"}


def raw_table(name: str) -> Any:
    return boto3.resource("dynamodb").Table(name)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent again is sent at once."""

    def sleep(seconds: float) -> None:
        assert 0 < seconds <= 30

    monkeypatch.setattr("time.sleep", sleep)
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


def test_what_is_always_refused_is_tried_so_often_and_then_told(
    control: DynamoControlTable,
) -> None:
    one, *_ = control.claimable()
    with throttled(lambda number: True) as sent, pytest.raises(ControlTableUnavailable):
        control.claim([one], "run", LEASE)
    assert len(sent) == 8 * 9  # eight times by boto3, which waits shortly; nine times that


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


def test_what_is_settled_expires_and_no_other(
    control: DynamoControlTable, dynamodb_table: str
) -> None:
    good, bad, again, mended, gone, unwanted, *_ = control.claim(control.claimable(), "run", LEASE)
    failed = Outcome(Status.ERROR, "it is bad")
    outcomes: list[tuple[ControlItem, Outcome]] = [
        (good, Outcome(Status.SUCCESS)),
        *((found, failed) for found in (bad, mended, gone)),
        *((found, Outcome(Status.PENDING, "it is bad")) for found in (again, unwanted)),
    ]
    after = {found.control_id: found for found in control.finish(outcomes)}
    control.mend([after[mended.control_id]])
    control.withdraw(after[found.control_id] for found in (gone, unwanted))
    ends = {
        found["control_id"]: found["expires_at"]
        for found in raw_table(dynamodb_table).scan()["Items"]
        if "expires_at" in found
    }
    assert ends.keys() == {found.control_id for found in (good, mended, gone, unwanted)}
    for end in ends.values():
        left = int(str(end)) - time.time()
        assert timedelta(days=29).total_seconds() < left < timedelta(days=31).total_seconds()


def test_a_person_who_withdraws_an_item_lets_it_expire(dynamodb_table: str) -> None:
    """Their commands know nothing of the deployment's parameter: its default holds."""
    template = yaml.load(ANALYTICS.read_text(), yaml.BaseLoader)
    assert timedelta(days=int(template["Parameters"]["KeepItemsDays"]["Default"])) == KEEP
    control = DynamoControlTable(dynamodb_table)
    control.enqueue([item()])
    assert control.withdraw(control.items(Status.PENDING))
    (raw,) = raw_table(dynamodb_table).scan()["Items"]
    assert raw["expires_at"] > time.time() + (KEEP - timedelta(days=1)).total_seconds()


@pytest.mark.parametrize("answer", [BROKEN, None], ids=["a 500", "no answer"])
def test_what_was_written_and_not_answered_is_the_writers(
    dynamodb_table: str, monkeypatch: pytest.MonkeyPatch, answer: Answer | None
) -> None:
    """It is sent again, and then the item is no more as it was: by this run's own hand."""
    lost: set[bytes] = set()

    def once(request: Request) -> Answer | None:
        if request.operation != "UpdateItem" or request.body in lost:
            return None
        lost.add(request.body)
        if answer is None:
            raise ConnectionError
        return answer

    with Proxy(os.environ["AWS_ENDPOINT_URL_DYNAMODB"]).serving() as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", proxy.url)
        control = DynamoControlTable(dynamodb_table)
        control.enqueue(item(name) for name in "abc")
        proxy.lost = once
        mine = control.claim(control.claimable(), "me", LEASE)
        assert len(mine) == len(control.renew(mine, LEASE)) == 3
        assert not control.claim(control.items(Status.RUNNING), "you", LEASE)
        bad = Outcome(Status.ERROR, "it is bad")
        failed = control.finish((found, bad) for found in mine)
        assert len(failed) == 3
        assert control.mend(failed[:1])
        assert control.withdraw(failed[1:2])
        (freed,) = control.retry(failed[2:])
        (again,) = control.claim([freed], "you", LEASE)
        assert control.finish([(again, Outcome(Status.SUCCESS))])
        assert not control.finish([(again, Outcome(Status.ERROR, "late"))])
        assert proxy.faults == len(lost) > 12
    assert again.attempt_count == 1


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
