"""Periods: months of reviews, written `2010-12`."""

import re
from collections.abc import Iterable

from runner.errors import DataMasterError

_PERIOD = re.compile(r"(?!0000)[0-9]{4}-(0[1-9]|1[0-2])")
_FEW = 3


class InvalidPeriod(DataMasterError):
    """A text that names no month."""


class NoMonth(InvalidPeriod):
    """A year and a month, as some table or item has them, that name no month."""


def parse(text: str) -> str:
    """The period that a text names.

    Raises:
        InvalidPeriod: the text is no year and month such as 2010-12.
    """
    if not _PERIOD.fullmatch(text):
        raise InvalidPeriod(f"{text[:40]!r} is no period", "A period is a month such as 2010-12.")
    return text


def of(year: object, month: object) -> str:
    """The period of a year and a month, as numbers or as texts.

    Raises:
        NoMonth: they name no month.
    """
    try:
        return parse(f"{year!s:0>4}-{month!s:0>2}")
    except InvalidPeriod as error:
        raise NoMonth(
            f"review_year {str(year)[:40]!r} and review_month {str(month)[:40]!r} name no month",
            error.hint,
        ) from None


def span(first: str, last: str) -> list[str]:
    """All periods from the first to the last, both included.

    Raises:
        InvalidPeriod: one of them is none, or the last is before the first.
    """
    begin, end = (_months(parse(text)) for text in (first, last))
    if end < begin:
        raise InvalidPeriod(f"{last} is before {first}", "Give the earlier month first.")
    return [of(month // 12, month % 12 + 1) for month in range(begin, end + 1)]


def in_words(names: Iterable[str]) -> str:
    """Periods for people: `2010-12, 2011-01`; of many, how many, the first and the last."""
    months = sorted(set(names))
    if len(months) <= _FEW:
        return ", ".join(months)
    return f"{len(months)} months, {months[0]} ... {months[-1]}"


def _months(period: str) -> int:
    """How many months after the year 0 a period is."""
    return int(period[:4]) * 12 + int(period[5:]) - 1
