"""Lets what Spark is asked for end at a step, as when the command is killed there."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from dbt.adapters.spark.session import Cursor

STEPS = {
    "the branch": r"create branch audit_by_hand_\w{8} ",
    "the commit": r"insert into \S+\.branch_audit",
    "the move of main": r"fast_forward",
    "the end of the branch": r"drop branch audit",
    "the history": r"insert into \S+\.run_history",
}
"""What a command of a person does, in its order, as Spark is asked for it."""


@contextmanager
def dying_at(step: str) -> Iterator[None]:
    """Spark gets no statement from this one on; of a script, what is before it is done."""
    execute, dead = Cursor.execute, []

    def died(self: Cursor, sql: str, *parameters: Any) -> None:
        found = re.search(step, sql)
        if found and sql.lstrip().startswith("begin") and "fast_forward" not in step:
            first = re.search(r"call system\.fast_forward\([^)]*\);", sql)
            if first:
                execute(self, f"begin {first[0]} end")
        if found or dead:
            dead.append(sql)
            raise KeyboardInterrupt
        execute(self, sql, *parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Cursor, "execute", died)
        yield
    assert dead, f"nothing came to {step}"
