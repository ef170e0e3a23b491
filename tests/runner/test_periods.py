"""Months as texts: which are some, which come between two, and how people read many."""

import pytest

from runner import periods
from runner.periods import InvalidPeriod, NoMonth


@pytest.mark.parametrize(
    ("year", "month", "period"),
    [(2010, 1, "2010-01"), ("2010", "12", "2010-12"), (7, 3, "0007-03")],
)
def test_a_year_and_a_month_are_a_period(year: object, month: object, period: str) -> None:
    assert periods.of(year, month) == periods.parse(period) == period


@pytest.mark.parametrize(
    "text", ["0000-01", "2010-00", "2010-13", "2010-1", " 2010-01", "2010-011"]
)
def test_what_is_no_period_is_told(text: str) -> None:
    with pytest.raises(InvalidPeriod) as told:
        periods.parse(text)
    assert told.value.message == f"{text!r} is no period"
    assert "such as 2010-12" in told.value.hint


def test_of_a_long_text_as_much_is_told_as_a_line_holds() -> None:
    with pytest.raises(InvalidPeriod) as told:
        periods.parse("x" * 100)
    assert told.value.message == f"'{'x' * 40}' is no period"
    with pytest.raises(NoMonth) as told:
        periods.of("y" * 100, "m" * 100)
    assert told.value.message == (
        f"review_year '{'y' * 40}' and review_month '{'m' * 40}' name no month"
    )
    assert "such as 2010-12" in told.value.hint


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2010-12", "2010-12", ["2010-12"]),
        ("2010-11", "2011-02", ["2010-11", "2010-12", "2011-01", "2011-02"]),
        ("0001-01", "0001-02", ["0001-01", "0001-02"]),
        ("9999-11", "9999-12", ["9999-11", "9999-12"]),
    ],
)
def test_a_span_has_both_its_ends(first: str, last: str, months: list[str]) -> None:
    assert periods.span(first, last) == months


def test_a_span_that_ends_before_it_begins_is_told() -> None:
    with pytest.raises(InvalidPeriod, match="2010-01 is before 2010-02"):
        periods.span("2010-02", "2010-01")


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([], ""),
        (["2010-02", "2010-01", "2010-02"], "2010-01, 2010-02"),
        (["2010-03", "2010-02", "2010-01"], "2010-01, 2010-02, 2010-03"),
        (periods.span("2010-01", "2010-04"), "4 months, 2010-01 ... 2010-04"),
    ],
)
def test_many_months_are_told_by_their_ends(names: list[str], told: str) -> None:
    assert periods.in_words(names) == told
