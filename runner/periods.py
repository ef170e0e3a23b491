"""Periods: months of reviews, written `2010-12`."""

import re

from runner.errors import DataMasterError

_PERIOD = re.compile(r"(?!0000)[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII)


class InvalidPeriod(DataMasterError):
    """A text that names no month."""


def parse(text: str) -> str:
    """The period that a text names.

    Raises:
        InvalidPeriod: the text is no year and month such as 2010-12.
    """
    if not _PERIOD.fullmatch(text):
        raise InvalidPeriod(f"{text[:40]!r} is no period", "A period is a month such as 2010-12.")
    return text


def of(year: object, month: object) -> str:
    """The period of a year and a month; both may come as int, Decimal or text.

    Raises:
        InvalidPeriod: they name no month.
    """
    return parse(f"{year!s:0>4}-{month!s:0>2}")
