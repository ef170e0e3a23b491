"""What a control table means: the same on both."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from runner.control.dynamodb import DynamoControlTable
from runner.control.items import ControlItem, Outcome, Status
from runner.control.table import ControlTable, ControlTableUnavailable
from tests.control import claim, finish

HOUR = timedelta(hours=1)
OVER = timedelta(seconds=-1)


def item(control_id: str = "a", **values: Any) -> ControlItem:
    return ControlItem(
        **{
            "control_id": control_id,
            "object_key": "silver/1",
            "schema_name": "dm_gold",
            "table_name": "top_drinkers",
            "review_year": "2010",
            "review_month": "12",
            "created_at": "2012-02-01T00:00:00.000+00:00",
            "updated_at": "2012-02-01T00:00:00.000+00:00",
            **values,
        }
    )


def only(control: ControlTable, status: Status) -> ControlItem:
    (found,) = control.items(status)
    return found


def test_what_is_enqueued_is_pending_oldest_first(control: ControlTable) -> None:
    late, early = item("late", created_at="2012-02-02"), item("early", created_at="2012-02-01")
    control.enqueue([late, early])
    assert control.items(Status.PENDING) == [early, late]
    assert control.items(Status.RUNNING, Status.SUCCESS, Status.ERROR) == []


def test_so_many_items_of_each_status_are_read(control: ControlTable) -> None:
    control.enqueue(item(str(number)) for number in range(5))
    control.claim(control.claimable()[:1], "me", HOUR)
    found = control.items(Status.PENDING, Status.RUNNING, most=3)
    assert Counter(each.status for each in found) == {Status.PENDING: 3, Status.RUNNING: 1}
    assert len(control.items(Status.PENDING, most=4)) == 4


def test_an_item_is_enqueued_once(control: ControlTable) -> None:
    control.enqueue([item()])
    claim(control, only(control, Status.PENDING), "me", HOUR)
    control.enqueue([item()])
    assert not control.items(Status.PENDING)


def test_a_claimed_item_runs_for_its_owner_alone(control: ControlTable) -> None:
    control.enqueue([item()])
    found = only(control, Status.PENDING)
    mine = claim(control, found, "me", HOUR)
    assert mine is not None
    assert mine == only(control, Status.RUNNING)
    assert (mine.lease_owner, mine.attempt_count) == ("me", 1)
    assert datetime.fromisoformat(str(mine.started_at)).utcoffset() == timedelta(0)
    assert claim(control, found, "you", HOUR) is None
    assert only(control, Status.RUNNING) == mine


def test_an_item_whose_lease_is_over_goes_to_the_next_and_not_back(control: ControlTable) -> None:
    control.enqueue([item()])
    lost = claim(control, only(control, Status.PENDING), "me", OVER)
    assert lost is not None
    taken = claim(control, only(control, Status.RUNNING), "you", HOUR)
    assert taken is not None
    assert taken.attempt_count == 2
    assert not finish(control, lost, Outcome(Status.SUCCESS))
    assert only(control, Status.RUNNING) == taken
    assert finish(control, taken, Outcome(Status.SUCCESS))


def test_dynamodb_renews_in_the_very_moment_of_the_claim(dynamodb_table: str) -> None:
    now = datetime(2012, 2, 1, tzinfo=UTC)
    control = DynamoControlTable(dynamodb_table, clock=lambda: now)
    control.enqueue([item()])
    mine = control.claim(control.claimable(), "me", HOUR)
    assert control.renew(mine, HOUR) == mine == control.items(Status.RUNNING)


def test_success_keeps_what_was_published(control: ControlTable) -> None:
    control.enqueue([item()])
    mine = claim(control, only(control, Status.PENDING), "me", HOUR)
    assert mine is not None
    assert finish(control, mine, Outcome(Status.SUCCESS, None, 42, 8_888_888_888_888_888_888))
    done = only(control, Status.SUCCESS)
    assert (done.record_count, done.gold_snapshot_id) == (42, 8_888_888_888_888_888_888)
    assert done.finished_at is not None
    assert done.duration is not None
    assert 0 <= done.duration < 60_000
    assert done.lease_expires_at is None
    assert claim(control, done, "me", HOUR) is None


def test_what_is_settled_is_not_settled_again(control: ControlTable) -> None:
    control.enqueue([item()])
    mine = claim(control, only(control, Status.PENDING), "me", HOUR)
    assert mine is not None
    assert finish(control, mine, Outcome(Status.PENDING, "no beer"))
    assert not finish(control, mine, Outcome(Status.SUCCESS))
    assert not control.renew([mine], HOUR)
    again = only(control, Status.PENDING)
    assert again.error_message == "no beer"
    mine = claim(control, again, "me", HOUR)
    assert mine is not None
    assert finish(control, mine, Outcome(Status.SUCCESS))
    assert not finish(control, mine, Outcome(Status.SUCCESS))


def test_a_failure_says_why_and_a_later_success_forgets_it(control: ControlTable) -> None:
    control.enqueue([item()])
    mine = claim(control, only(control, Status.PENDING), "me", HOUR)
    assert mine is not None
    assert finish(control, mine, Outcome(Status.PENDING, "no beer"))
    waiting = only(control, Status.PENDING)
    assert (waiting.error_message, waiting.attempt_count) == ("no beer", 1)
    mine = claim(control, waiting, "me", HOUR)
    assert mine is not None
    assert finish(control, mine, Outcome(Status.SUCCESS))
    assert only(control, Status.SUCCESS).error_message is None


def test_an_item_that_failed_is_set_free_with_all_its_attempts(control: ControlTable) -> None:
    control.enqueue([item()])
    mine = claim(control, only(control, Status.PENDING), "me", HOUR)
    assert mine is not None
    assert not control.retry([mine])
    assert finish(control, mine, Outcome(Status.ERROR, "no beer"))
    failed = only(control, Status.ERROR)
    assert control.retry([failed])
    waiting = only(control, Status.PENDING)
    assert (waiting.attempt_count, waiting.error_message) == (0, "no beer")
    assert waiting.updated_at >= failed.updated_at
    assert claim(control, waiting, "you", HOUR)
    assert not control.retry([failed])
    assert only(control, Status.RUNNING).lease_owner == "you"


def test_a_claim_by_an_old_look_is_refused(control: ControlTable) -> None:
    """Else the attempt of whoever claimed and failed meanwhile would not count."""
    control.enqueue([item()])
    seen = only(control, Status.PENDING)
    mine = claim(control, seen, "me", HOUR)
    assert mine is not None
    assert finish(control, mine, Outcome(Status.PENDING, "no beer"))
    assert claim(control, seen, "you", HOUR) is None
    assert only(control, Status.PENDING).attempt_count == 1


def test_an_interruption_is_no_attempt(control: ControlTable) -> None:
    control.enqueue([item()])
    for _ in range(4):
        mine = claim(control, only(control, Status.PENDING), "me", HOUR)
        assert mine is not None
        assert mine.attempt_count == 1
        assert finish(control, mine, Outcome(Status.PENDING, "stopped", interrupted=True))
    assert only(control, Status.PENDING).error_message == "stopped"


def test_what_waits_or_failed_can_be_withdrawn_and_what_runs_cannot(control: ControlTable) -> None:
    control.enqueue([item("waits"), item("fails"), item("runs")])
    for found in control.items(Status.PENDING)[:2]:
        assert found.control_id in ("fails", "runs")
        mine = claim(control, found, "me", HOUR)
        assert mine is not None
        if found.control_id == "fails":
            assert finish(control, mine, Outcome(Status.ERROR, "no beer"))
    stale = item("runs")  # as somebody read it before it was claimed
    found = [*control.items(Status.PENDING, Status.ERROR), *control.items(Status.RUNNING), stale]
    assert {gone.control_id for gone in control.withdraw(found)} == {"waits", "fails"}
    assert only(control, Status.RUNNING).control_id == "runs"
    assert {gone.control_id for gone in control.items(Status.WITHDRAWN)} == {"waits", "fails"}
    assert not control.claimable()
    assert not control.retry(control.items(Status.WITHDRAWN))


def test_a_failed_item_whose_month_was_built_is_settled_and_no_other(control: ControlTable) -> None:
    control.enqueue([item("fails"), item("waits")])
    mine = claim(control, control.items(Status.PENDING)[0], "me", HOUR)
    assert mine is not None
    assert not control.mend([mine, item("waits")])
    assert finish(control, mine, Outcome(Status.ERROR, "no beer"))
    assert control.mend(control.items(Status.ERROR))
    assert only(control, Status.SUCCESS).error_message is None
    assert only(control, Status.PENDING).control_id == "waits"


def test_items_of_other_schemas_are_never_seen_nor_touched(control: ControlTable) -> None:
    foreign = item("theirs", schema_name="dm_silver")
    control.enqueue([foreign])
    assert control.items(*Status) == []
    assert claim(control, foreign, "me", HOUR) is None
    assert not control.retry([replace(foreign, status=Status.ERROR)])


def test_all_pages_are_read(control: ControlTable) -> None:
    # More than the 1 MB that one answer of DynamoDB holds.
    control.enqueue(item(f"{i:04}", error_message="x" * 4_000) for i in range(400))
    assert len(control.items(Status.PENDING)) == 400


def test_of_many_runners_one_gets_each_item(control: ControlTable) -> None:
    control.enqueue(item(f"{i:02}") for i in range(20))
    waiting = control.items(Status.PENDING)

    def work(owner: str) -> list[str]:
        claims = [claim(control, found, owner, HOUR) for found in waiting]
        return [mine.control_id for mine in claims if mine]

    with ThreadPoolExecutor(8) as pool:
        won = [i for ids in pool.map(work, [f"runner {n}" for n in range(8)]) for i in ids]
    assert Counter(won) == Counter(found.control_id for found in waiting)
    assert {found.attempt_count for found in control.items(Status.RUNNING)} == {1}


def test_a_table_that_is_not_there_is_told_in_one_sentence(
    dynamodb: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.raises(ControlTableUnavailable, match=r"DynamoDB table no-such-table: Query: .*"):
        DynamoControlTable("no-such-table").items(Status.PENDING)
