"""Builds what a change would do to the gold tables on branches, and publishes or drops these."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from dbt.cli.main import dbtRunner
from pyiceberg.exceptions import NoSuchTableError

from dm.reading import changes
from dm.reading.show import months
from local.lake import Lake
from local.silver import TABLE as SILVER
from runner import periods
from runner.control.table import SCHEMA
from runner.dbt import DbtProject
from runner.problems import problem_of
from runner.project import tables


@dataclass(frozen=True)
class Preview:
    """What a change would do to a table.

    Attributes:
        table: its name.
        branch: where its rows are; None if nothing was built.
        why: for each month that was built, the reason.
        held: the months that are left out, for somebody holds them.
        tests: how many tests passed.
        warnings: those that only warned, by name.
        problem: why it could not be published; None if all its tests passed.
        changes: what differs from what readers see; None if nothing was built.
    """

    table: str
    branch: str | None
    why: Mapping[str, str]
    held: tuple[str, ...]
    tests: int
    warnings: str
    problem: str | None
    changes: changes.Changes | None

    @property
    def verdict(self) -> str:
        """What the tests say, in a clause."""
        out = f"; held, so left out: {periods.in_words(self.held)}" if self.held else ""
        if self.problem:
            return f"it cannot be published, for {self.problem}{out}"
        if not self.branch:
            return f"nothing to build: no month is stale{out}"
        warned = f", of which warned: {self.warnings}" if self.warnings else ""
        return f"its {self.tests} tests passed{warned}{out}"


def known_months(lake: Lake) -> set[str]:
    """The months that silver or a gold table has rows of."""
    found: set[str] = set()
    for name in (SILVER, *((SCHEMA, table) for table in tables())):
        with suppress(NoSuchTableError, FileNotFoundError):
            table = lake.catalog.load_table(name)
            found |= set(months(table, table.metadata.current_snapshot_id))
    return found


class Previews(DbtProject):
    """The dbt project, for runs that publish nothing."""

    def preview(
        self,
        chosen: Collection[str],
        only: Sequence[str] | None = None,
        variables: Mapping[str, object] | None = None,
    ) -> list[Preview]:
        """Builds and tests the stale months of tables on a branch, and compares them.

        Args:
            chosen: the tables.
            only: only these months; None for all.
            variables: vars of the project that are not as dbt_project.yml has them.

        Raises:
            DbtFailed: no table was begun.
        """
        said = {
            **(variables or {}),
            **({"periods": only, "only_stale": True} if only is not None else {}),
            "preview": True,
        }
        result = self._invoke(
            dbtRunner(callbacks=[self._report]),
            *("run", "--select", *chosen, "--vars", json.dumps(said)),
        )
        by_name = {found.node.name: found for found in result.results}
        return [self._of(name, by_name.get(name), result.results) for name in sorted(chosen)]

    def publish(self, preview: Preview) -> None:
        """Publishes what a preview built, after its tests have passed once more.

        Raises:
            DbtFailed: its reviews, its SQL or the table have changed since, or a test fails.
        """
        self.operate("publish_branch", {"table": preview.table, "branch": preview.branch})

    def drop(self, preview: Preview) -> None:
        """Drops what a preview built.

        Raises:
            DbtFailed: the branch is not there any more.
        """
        self.operate("drop_branch", {"table": preview.table, "branch": preview.branch})

    def _of(self, name: str, result: Any, results: Sequence[Any]) -> Preview:
        problem = problem_of(name, results)
        found = result.adapter_response.get("preview") if result else None
        if not found:
            held = tuple(result.adapter_response.get("held", ())) if result else ()
            return Preview(name, None, {}, held, 0, "", problem.message if problem else None, None)
        return Preview(
            table=name,
            branch=found["branch"],
            why={month: found["why"].get(month, "asked for") for month in found["periods"]},
            held=tuple(found["held"]),
            tests=found["tests"],
            warnings=found["warnings"] or "",
            problem=problem.message if problem else None,
            changes=changes.read(name, found["key"], found["lines"], found["periods"]),
        )
