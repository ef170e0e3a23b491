"""What a job does with what its builds tell: rounds, and how each item ends. None is of dbt."""

from pathlib import Path

import pytest

from local.control import SqliteControlTable
from runner.control.items import Status
from runner.dbt.problems import Problem
from runner.dbt.running import DbtFailed
from runner.job import ATTEMPTS, ROUNDS
from tests.runner.control.test_control import item
from tests.runner.rounds.builds import (
    BAD,
    BUSY,
    NAME,
    OTHER,
    Builds,
    control,
    ends,
    job,
    months,
    run,
)

__all__ = ["control"]


def test_all_months_of_all_tables_are_built_together(control: SqliteControlTable) -> None:
    control.enqueue([*months(2, 1), *months(1, table=OTHER), item("again", review_month="1")])
    results, asked = run(control)
    assert asked == [{NAME: ["2010-01", "2010-02"], OTHER: ["2010-01"]}]
    assert sorted((r.table, r.period, r.items, r.error, r.again) for r in results) == [
        (OTHER, "2010-01", 1, None, False),
        (NAME, "2010-01", 2, None, False),
        (NAME, "2010-02", 1, None, False),
    ]
    rows = {one.control_id: (one.record_count, one.gold_snapshot_id)
            for one in control.items(Status.SUCCESS)}  # fmt: skip
    assert rows == {
        f"{NAME}-1": (42, 7),
        "again": (42, 7),
        f"{NAME}-2": (0, 7),
        f"{OTHER}-1": (42, 7),
    }


def test_work_is_in_the_order_of_tables_and_months(control: SqliteControlTable) -> None:
    control.enqueue([*months(3, 1), *months(2, table=OTHER)])
    work, _ = job(control, Builds()).claim((NAME, OTHER))
    assert [(one.table, one.period) for one in work] == [
        (OTHER, "2010-02"), (NAME, "2010-01"), (NAME, "2010-03"),
    ]  # fmt: skip


def test_months_at_fault_fail_and_the_others_are_built_again(control: SqliteControlTable) -> None:
    control.enqueue(months(1, 2, 3))
    results, asked = run(control, {NAME: Problem("bad", frozenset({"2010-02"}))})
    assert asked == [{NAME: ["2010-01", "2010-02", "2010-03"]}, {NAME: ["2010-01", "2010-03"]}]
    assert {r.period: r.error for r in results} == {
        "2010-01": None, "2010-02": "bad", "2010-03": None,
    }  # fmt: skip
    assert ends(control)[f"{NAME}-2"] == ("pending", 1, "bad")


def test_where_nobody_knows_the_month_at_fault_each_is_tried_alone(
    control: SqliteControlTable,
) -> None:
    control.enqueue([*months(1, 2), *months(2, table=OTHER)])
    results, asked = run(control, {NAME: BAD}, {NAME: BAD})
    first, *alone = asked
    assert first == {NAME: ["2010-01", "2010-02"], OTHER: ["2010-02"]}
    assert sorted(alone, key=str) == [{NAME: ["2010-01"]}, {NAME: ["2010-02"]}]
    assert sorted(str(r.error) for r in results) == ["None", "None", BAD.message]


def test_one_month_that_fails_is_tried_once(control: SqliteControlTable) -> None:
    control.enqueue(months(1))
    results, asked = run(control, {NAME: BAD})
    assert len(asked) == 1
    assert [(r.error, r.again) for r in results] == [(BAD.message, False)]


def test_what_waits_for_its_turn_is_built_after_the_others_are_settled(
    control: SqliteControlTable,
) -> None:
    control.enqueue(months(1, 2))
    seen: list[set[str]] = []

    class Watching(Builds):
        def __call__(self, *given: object) -> dict[str, Problem | None]:
            seen.append({one.control_id for one in control.items(Status.SUCCESS)})
            return super().__call__(*given)  # type: ignore[arg-type]

    mine = job(control, Watching({NAME: Problem("later", frozenset({"2010-02"}), later=True)}))
    results = mine.run(mine.claim((NAME,))[0])
    assert seen == [set(), {f"{NAME}-1"}]
    assert [r.error for r in results] == [None, None]


def test_a_service_that_does_not_answer_is_asked_so_often_and_no_more(
    control: SqliteControlTable,
) -> None:
    assert (ATTEMPTS, ROUNDS) == (3, 3)
    control.enqueue(months(1, 2))
    results, asked = run(control, *[{NAME: BUSY}] * 10)
    assert asked == [{NAME: ["2010-01", "2010-02"]}] * 4
    assert {(r.error, r.again) for r in results} == {(BUSY.message, True)}
    control.enqueue(months(3))
    results, asked = run(control, *[{NAME: BUSY}] * 3)
    assert len(asked) == 4
    assert {r.error for r in results} == {None}


@pytest.mark.parametrize("transient", [True, False])
def test_what_dbt_cannot_do_at_all_fails_for_all(
    control: SqliteControlTable, transient: bool
) -> None:
    control.enqueue([*months(1, 2), *months(1, table=OTHER)])
    results, asked = run(control, DbtFailed("the cluster is gone", transient=transient))
    assert len(asked) == 1
    assert {(r.error, r.again) for r in results} == {("the cluster is gone", transient)}
    assert len(results) == 3


def test_what_is_settled_when_dbt_cannot_go_on_is_not_told_twice(
    control: SqliteControlTable,
) -> None:
    control.enqueue(months(1, 2))
    later = {NAME: Problem("later", frozenset({"2010-02"}), later=True)}
    results, _ = run(control, later, DbtFailed("the cluster is gone"))
    assert [(r.period, r.error) for r in results] == [
        ("2010-01", None), ("2010-02", "the cluster is gone"),
    ]  # fmt: skip


def test_what_is_forced_is_built_alone(control: SqliteControlTable) -> None:
    control.enqueue([*months(1), item("forced", review_month="2", object_key="forced/1")])
    stale, force = Builds(), Builds()
    mine = job(control, stale, force=force)
    mine.run(mine.claim((NAME,))[0])
    assert (stale.asked, force.asked) == ([{NAME: ["2010-01"]}], [{NAME: ["2010-02"]}])


@pytest.mark.parametrize("attempts", [1, 2, 3])
def test_the_third_failure_is_the_last(control: SqliteControlTable, attempts: int) -> None:
    control.enqueue(months(1))
    for _ in range(attempts):
        run(control, {NAME: BAD})
    status = "error" if attempts == 3 else "pending"
    assert ends(control) == {f"{NAME}-1": (status, attempts, BAD.message)}


def test_what_died_three_times_is_given_up_with_its_last_reason(
    control: SqliteControlTable,
) -> None:
    control.enqueue([*months(1), item("died", attempt_count=3, error_message=None),
                     item("failed", attempt_count=3, error_message="no beer")])  # fmt: skip
    results, asked = run(control)
    assert asked == [{NAME: ["2010-01"]}]
    told = "given up after 3 attempts; the last: "
    assert [r.error for r in results] == [f"{told}it died", f"{told}no beer", None]
    assert ends(control)["died"] == ("error", 4, f"{told}it died")
    assert [(r.table, r.period, r.items, r.again) for r in results[:2]] == [
        (NAME, "2010-12", 1, False)
    ] * 2


def test_items_of_no_table_and_no_month_are_settled_as_errors(control: SqliteControlTable) -> None:
    long = "t" * 50
    control.enqueue([item("a", table_name=long), item("b", review_month="13")])
    results, asked = run(control)
    assert asked == []
    cut = "t" * 40
    assert [(r.table, r.period, r.error) for r in results] == [
        (cut, "2010-12", f"there is no gold table '{cut}': `dm withdraw` takes it off the list"),
        (NAME, "", "review_year '2010' and review_month '13' name no month"),
    ]
    assert {status for status, *_ in ends(control).values()} == {"error"}


def test_a_job_claims_its_tables_and_what_is_asked_of_it(control: SqliteControlTable) -> None:
    control.enqueue([*months(1), *months(1, table=OTHER)])
    (asked,) = months(2)
    control.enqueue([asked])
    mine = job(control, Builds())
    work, _ = mine.claim((NAME,), [asked])
    assert [(one.table, one.period, len(one.items)) for one in work] == [
        (NAME, "2010-01", 1), (NAME, "2010-02", 1),
    ]  # fmt: skip
    assert [one.table_name for one in control.items(Status.PENDING)] == [OTHER]
    assert mine.held() == {NAME}


def test_an_item_that_no_index_knows_yet_is_claimed(control: SqliteControlTable) -> None:
    control.enqueue(months(1))
    mine = job(control, Builds())
    control.claimable = list  # type: ignore[method-assign]
    work, _ = mine.claim((NAME,), months(1))
    assert [one.period for one in work] == ["2010-01"]


def test_what_builds_left_stale_is_announced(control: SqliteControlTable) -> None:
    left = {NAME: {"2010-01": "untested"}}
    mine = job(control, Builds(), left=lambda: left)
    (made,) = mine.announce_left()
    assert not mine.announce_left()
    assert control.items(Status.PENDING) == [made]
    assert made.month == "2010-01"
    assert not job(control, Builds()).announce_left()


def test_a_run_has_the_name_that_it_was_given() -> None:
    control = SqliteControlTable(Path("/nowhere/control.db"))
    named = job(control, Builds(), name="nightly").run_id
    assert named.startswith("nightly-")
    assert len(named) == len("nightly-") + 8
    assert len({job(control, Builds()).run_id for _ in range(9)}) == 9
    assert len(job(control, Builds()).run_id) == 32
