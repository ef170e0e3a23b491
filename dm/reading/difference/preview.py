"""What a change would do to a gold table: what a preview tells, for people and programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dm.reading.difference import changes
from runner import periods
from runner.dbt.messages import count


@dataclass(frozen=True)
class Preview:
    """What a change would do to a table.

    Attributes:
        table: its name.
        branch: where its rows are; None if nothing was built, or nothing of it is left.
        why: for each month that was built, the reason.
        held: the months that are left out, for somebody holds them.
        tests: how many tests passed.
        warnings: those that only warned, by name.
        problem: why it could not be published; None if all its tests passed.
        changes: what differs from what readers see; None if nothing was built.
        columns: what would bring its columns in line; its rows were built beside it, and are gone.
    """

    table: str
    branch: str | None
    why: Mapping[str, str]
    held: tuple[str, ...]
    tests: int
    warnings: str
    problem: str | None
    changes: changes.Changes | None
    columns: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """What the tests say, in a clause."""
        out = f"; held, so left out: {periods.in_words(self.held)}" if self.held else ""
        if self.columns:
            out += f"; its columns change, by dm migrate {self.table}: {'; '.join(self.columns)}"
        if self.problem:
            return f"it cannot be published, for {self.problem}{out}"
        if not self.changes:
            return f"nothing to build: no month is stale{out}"
        warned = f", of which warned: {self.warnings}" if self.warnings else ""
        return f"{count(self.tests, 'test')} passed{warned}{out}"


def read(told: Mapping[str, Any]) -> Preview:
    """A preview of what a run told of a table: see Previews.preview."""
    name, held, problem = told["table"], tuple(told["held"]), told["problem"]
    columns = tuple(told.get("columns", ()))
    if "branch" not in told:
        return Preview(name, None, {}, held, 0, "", problem, None, columns)
    return Preview(
        table=name,
        branch=told["branch"],
        why={month: told["why"].get(month, "asked for") for month in told["periods"]},
        held=held,
        tests=told["tests"],
        warnings=told["warnings"] or "",
        problem=problem,
        changes=changes.read(name, told["key"], told["lines"], told["periods"]),
        columns=columns,
    )
