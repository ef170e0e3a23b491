"""Runs the dbt project in this process."""

import json
import logging
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from typing import Any

from dbt.artifacts.resources.types import NodeType
from dbt.artifacts.schemas.results import NodeResult
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt_common.events.base_types import EventMsg
from pyspark.logger import PySparkLogger

from runner.errors import DataMasterError
from runner.project import PROJECT

_FAILED = {"error", "fail", "skipped"}
_HEADING = re.compile(r"(Runtime|Compilation|Database) Error\b")
_LONGEST = 500


class DbtFailed(DataMasterError):
    """The dbt project could not be run at all."""


class DbtProject:
    """The dbt project, on the default target of its profile.

    Args:
        progress: gets a line for each table that is built.
    """

    def __init__(self, progress: Callable[[str], None]) -> None:
        self._progress = progress
        # PySpark prints each failed statement with its whole Java stack; dbt's log has it, too.
        PySparkLogger.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL + 1)

    def build(self, periods: Mapping[str, Collection[str]]) -> dict[str, str | None]:
        """Builds and tests periods of tables.

        Args:
            periods: the periods of each table.

        Returns:
            For each table, what failed, in one line; None if nothing did.

        Raises:
            DbtFailed: no table was begun.
        """
        variables = {"periods": {table: sorted(months) for table, months in periods.items()}}
        result = self._invoke(
            dbtRunner(self._manifest, callbacks=[self._report]),
            *("build", "--select", *periods, "--exclude-resource-type", "unit_test"),
            *("--vars", json.dumps(variables)),
        )
        built = {node.node.name for node in result.results}
        problems = _problems(result.results)
        return {
            table: problems.get(table) if table in built else "dbt did not build it"
            for table in periods
        }

    @cached_property
    def _manifest(self) -> Manifest:
        # Parsed once, and without the vars: dbt parses everything anew when those change.
        manifest: Manifest = self._invoke(dbtRunner(), "parse")
        return manifest

    def _invoke(self, runner: dbtRunner, *command: str) -> Any:
        folder = str(PROJECT)
        answer = runner.invoke(
            [
                *("--log-level", "none", "--log-level-file", "debug"),
                *(*command, "--project-dir", folder, "--profiles-dir", folder),
            ]
        )
        if answer.result is None:
            raise DbtFailed(
                f"dbt {command[0]}: {_first_line(str(answer.exception))}",
                f"The whole of it is in {PROJECT / 'logs' / 'dbt.log'}.",
            )
        return answer.result

    def _report(self, event: EventMsg) -> None:
        if event.info.name == "LogModelResult":
            data = event.data
            self._progress(
                f"{data.node_info.node_name}: {data.status} in {data.execution_time:.1f} s"
            )


def _problems(results: Iterable[NodeResult]) -> dict[str, str]:
    """The first problem of each table: of its model, else of a test that looks at it."""
    problems: dict[str, str] = {}
    for result in results:
        node = result.node
        if result.status not in _FAILED:
            continue
        message = _first_line(result.message or str(result.status))
        if node.resource_type is NodeType.Model:
            problems[node.name] = message
        else:
            for tested in node.depends_on_nodes:
                problems.setdefault(tested.rpartition(".")[2], f"test {node.name}: {message}")
    return problems


def _first_line(message: str) -> str:
    """What a message of dbt or Spark says, without headings, plans and stack traces."""
    lines = [line.strip() for line in message.splitlines()]
    told = [line for line in lines if line and not _HEADING.match(line)] or ["it does not say why"]
    first = " ".join(told[:2]) if told[0].endswith(":") else told[0]
    return first[:_LONGEST]
