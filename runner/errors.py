"""The root of the errors that a user can mend, and how a command tells of them."""

from collections.abc import Iterator
from contextlib import contextmanager

import click


class DataMasterError(Exception):
    """An error told in one sentence, with what to do about it.

    Args:
        message: what is wrong, and where.
        hint: what to do, a sentence; empty if the message says it.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class TimeOver(KeyboardInterrupt):
    """A job's time is over. What it did was an attempt, unlike that of a job that a person ended.

    It is a KeyboardInterrupt, so that dbt stops its queries and ends.
    """


@contextmanager
def told() -> Iterator[None]:
    """A DataMasterError ends the command with its sentence, its hint and exit code 1."""
    try:
        yield
    except DataMasterError as error:
        raise click.ClickException(f"{error.message}\n{error.hint}".strip()) from error
