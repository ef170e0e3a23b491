"""Runs of the dbt project that publish nothing, and tell what they would change."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from dbt.cli.main import dbtRunner

from runner import periods
from runner.dbt.problems import problem_of
from runner.dbt.running import PARSED, DbtProject

_EARLIEST, _LATEST = "1900-01", "2100-12"


class Previews(DbtProject):
    """The dbt project, also for runs that publish nothing."""

    def preview(
        self,
        tables: Collection[str],
        first: str | None = None,
        last: str | None = None,
        variables: Mapping[str, object] | None = None,
    ) -> list[dict[str, Any]]:
        """Builds and tests the stale months of tables on a branch, and compares them.

        Args:
            tables: the tables.
            first: only months from this one on.
            last: only months up to this one.
            variables: vars of the project that are not as dbt_project.yml has them.

        Returns:
            For each table, as JSON has it, its name, why it could not be published (`problem`) and
            the months that are left out, for somebody holds them (`held`); what would bring its
            columns in line (`columns`); and, if it was built, what tell_previews says of it.

        Raises:
            DbtFailed: no table was begun.
            InvalidPeriod: the first or the last month is none.
        """
        said: dict[str, object] = {**(variables or {}), "preview": True}
        if first or last:
            only = periods.span(first or _EARLIEST, last or _LATEST)
            said |= {"periods": list(only), "only_stale": True, "allow_future": True}
        # A var may change what dbt parses; in what ships to EMR Serverless, nothing changes.
        parsed = self._manifest if PARSED.exists() else None
        result = self._invoke(
            dbtRunner(parsed, callbacks=[self._report]),
            *("run", "--select", *tables, "--vars", json.dumps(said)),
        )
        return [_told(name, result.results) for name in sorted(tables)]

    def branches(self) -> list[dict[str, Any]]:
        """What runs and previews have left in branches: see the macro tell_branches.

        Raises:
            DbtFailed: they could not be read.
        """
        told: list[str] = []
        DbtProject(told.append, self._target, self._folder).operate("tell_branches")
        return [json.loads(line) for line in told if line.startswith("{")]


def _told(name: str, results: Sequence[Any]) -> dict[str, Any]:
    mine = [found.adapter_response for found in results if found.node.name == name]
    problem = problem_of(name, results)
    return {
        "table": name,
        "problem": problem.message if problem else None,
        "held": list(mine[0].get("held", ())) if mine else [],
        "columns": list(mine[0].get("columns", ())) if mine else [],
        **(mine[0].get("preview") or {} if mine else {}),
    }
