"""How the items of a run end that another one overtakes, or that ends early."""

import pytest

from local.control import SqliteControlTable
from runner.control.items import Outcome, Status
from runner.dbt.problems import Problem
from runner.errors import TimeOver
from tests.runner.control.test_control import HOUR, item
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


@pytest.mark.parametrize(
    ("error", "end"),
    [
        (KeyboardInterrupt(), ("pending", 0, "it was interrupted")),
        (TimeOver("it took too long"), ("pending", 1, "it took too long")),
        (ValueError("no such column"), ("pending", 1, "no such column")),
        (ValueError(), ("pending", 1, "ValueError")),
    ],
)
def test_a_run_that_ends_early_gives_its_items_back(
    control: SqliteControlTable, error: BaseException, end: tuple[str, int, str]
) -> None:
    control.enqueue(months(1, 2))
    with pytest.raises(type(error)):
        run(control, error)
    assert set(ends(control).values()) == {end}
    assert not control.items(Status.RUNNING)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), TimeOver("it took too long")])
def test_what_a_run_did_not_come_to_was_no_attempt(
    control: SqliteControlTable, error: BaseException
) -> None:
    control.enqueue(months(1, 2))
    with pytest.raises(type(error)):
        run(control, {NAME: Problem("later", frozenset({"2010-02"}), later=True)}, error)
    assert ends(control) == {
        f"{NAME}-1": ("success", 1, None), f"{NAME}-2": ("pending", 0, "it was interrupted"),
    }  # fmt: skip


def test_what_another_run_took_over_is_told(control: SqliteControlTable) -> None:
    control.enqueue([*months(1, 2), item("again", review_month="1")])

    class Taken(Builds):
        def __call__(self, *given: object) -> dict[str, Problem | None]:
            built = super().__call__(*given)  # type: ignore[arg-type]
            held = [one for one in control.items(Status.RUNNING) if one.control_id == f"{NAME}-1"]
            control.finish((one, Outcome(Status.PENDING)) for one in held)
            control.claim(control.claimable(), "another", HOUR)
            return built

    mine = job(control, Taken())
    results = mine.run(mine.claim((NAME,))[0])
    assert {r.period: r.error for r in results} == {
        "2010-01": "another run has taken it over, and settles it", "2010-02": None,
    }  # fmt: skip


def test_a_failure_is_told_even_of_what_was_taken_over(control: SqliteControlTable) -> None:
    control.enqueue(months(1))

    class Taken(Builds):
        def __call__(self, *given: object) -> dict[str, Problem | None]:
            built = super().__call__(*given)  # type: ignore[arg-type]
            control.finish((one, Outcome(Status.PENDING)) for one in control.items(Status.RUNNING))
            return built

    mine = job(control, Taken({NAME: BUSY}, {NAME: BAD}))
    with pytest.raises(Exception, match="another run has taken its work"):
        mine.run(mine.claim((NAME,))[0])


def test_a_later_success_settles_what_gave_up_in_that_month_alone(
    control: SqliteControlTable,
) -> None:
    control.enqueue([*months(1, 2), *months(1, table=OTHER)])
    for one in control.claim(control.claimable(), "me", HOUR):
        control.finish([(one, Outcome(Status.ERROR, "it"))])
    control.enqueue([item("new", review_month="1")])
    run(control)
    assert {one.control_id for one in control.items(Status.ERROR)} == {f"{NAME}-2", f"{OTHER}-1"}
    control.enqueue([item("newer", review_month="2")])
    run(control, {NAME: BAD})
    assert ends(control)[f"{NAME}-2"][0] == "error"
