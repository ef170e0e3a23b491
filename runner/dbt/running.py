"""Runs the dbt project in this process."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.parser.manifest import extended_mashumuro_decoder
from dbt_common.events.base_types import EventMsg

from runner.dbt.messages import one_line, unanswered
from runner.dbt.problems import FAILED, Problem, failed_hook, problem_of
from runner.errors import DataMasterError
from runner.project import PROJECT, tables
from runner.startup import hush_spark, reset_spark

MAX_ROWS = 20_000_000
"""How many rows of silver a run of dbt reads for a table: see the macro later_periods."""
PARSED = PROJECT / "manifest.msgpack"
"""The parsed project, in what ships to EMR Serverless: nothing there changes any more."""


class DbtFailed(DataMasterError):
    """The dbt project could not be run at all.

    Args:
        message: what is wrong.
        hint: what to do.
        transient: whether it may run if nothing changes but the time.
    """

    def __init__(self, message: str, hint: str = "", *, transient: bool = False) -> None:
        super().__init__(message, hint)
        self.transient = transient


class DbtProject:
    """The dbt project.

    Args:
        progress: gets a line for each table that is built.
        target: the target of the profile.
        folder: where dbt leaves `target/` and its log, `logs/dbt.log`.
        now: gets what is being done, whenever that changes.
        max_rows: how many rows of silver one build reads for a table, at most.
    """

    def __init__(
        self,
        progress: Callable[[str], None],
        target: str = "local",
        folder: Path = PROJECT,
        now: Callable[[str], None] = lambda text: None,
        max_rows: int = MAX_ROWS,
    ) -> None:
        self._progress = progress
        self._now = now
        self._target = target
        self._folder = folder
        self._max_rows = max_rows
        self.left: dict[str, dict[str, str]] = {}
        """The months that the builds left stale of each table, each with the reason."""
        hush_spark()

    def build(
        self,
        periods: Mapping[str, Collection[str]],
        run_id: str,
        publishing: Callable[[], None] = lambda: None,
        *,
        force: bool = False,
    ) -> dict[str, Problem | None]:
        """Builds, tests and publishes periods of tables.

        Args:
            periods: the periods of each table.
            run_id: what the tables' snapshots name as their run.
            publishing: called just before tables are published; what it raises prevents that.
            force: build those, too, that are built from the present input.

        Returns:
            For each table, why it was not published; None if it was, or had nothing to build. Of
            very many reviews it builds some months alone, and says which are to be built later.

        Raises:
            DbtFailed: no table was begun.
            DataMasterError: what `publishing` raised.
        """
        asked = self._with_what_they_read(periods)
        variables = {
            "periods": {table: sorted(months) for table, months in asked.items()},
            "only_stale": not force,
            "allow_future": True,  # what silver announces is there
            "run_id": run_id,
            "max_rows": self._max_rows,
        }
        result = self._invoke(
            dbtRunner(self._manifest, callbacks=[self._report, _before_end(publishing)]),
            # Tests run while other tables are built; the audit runs what is left of them.
            *("build", "--exclude-resource-type", "unit_test", "--select", *asked),
            *("--vars", json.dumps(variables)),
        )
        if untold := failed_hook("write_run_history", result.results):
            self._progress(f"This run is not in run_history: {untold}")
        if lost := failed_hook("keep_states", result.results):
            self._progress(f"What the tables say of themselves is not kept: {lost}")
        problems = {table: problem_of(table, result.results, periods[table]) for table in periods}
        # What fails for another reason than its months is not tried with more of them.
        sound = {table for table, problem in problems.items() if not problem or problem.periods}
        self.left |= {
            found.node.name: found.adapter_response["left"]
            for found in result.results
            if "left" in found.adapter_response and found.node.name in sound
        }
        return problems

    def operate(
        self,
        operation: str,
        arguments: Mapping[str, object] | None = None,
        variables: Mapping[str, object] | None = None,
    ) -> None:
        """Runs an operation of the project, a macro.

        Args:
            operation: its name.
            arguments: those that are not its defaults.
            variables: vars of the project that are not as dbt_project.yml has them.

        Raises:
            DbtFailed: it failed.
        """
        faults: list[str] = []

        def note(event: EventMsg) -> None:
            if event.info.name.startswith("RunningOperation"):
                faults.append(event.data.exc)

        self._invoke(
            dbtRunner(self._manifest, callbacks=[self._report, note]),
            "run-operation",
            operation,
            *("--args", json.dumps(arguments or {}), "--vars", json.dumps(variables or {})),
        )
        if faults:
            raise self._failed(operation, faults[0])

    def compile(self) -> Path:
        """Renders the SQL of all models and tests, for which it needs no Spark.

        Returns:
            The file `manifest.json` of dbt, which then has it.

        Raises:
            DbtFailed: a model or test has a fault.
        """
        for result in self._invoke(dbtRunner(), "compile", "--no-populate-cache").results:
            if result.status in FAILED:
                raise self._failed("compile", result.message or "")
        return self._folder / "target" / "manifest.json"

    def _with_what_they_read(self, periods: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
        """The periods of tables, and the same of the gold tables that they read."""
        nodes = self._manifest.nodes
        named = {node.name: node for node in nodes.values() if node.name in tables()}
        found: dict[str, set[str]] = defaultdict(set)
        for table, months in periods.items():
            waiting = [named[table]] if table in named else []
            found[table] |= set(months)
            while waiting:
                node = waiting.pop()
                if node.name in named:
                    found[node.name] |= set(months)
                waiting += [nodes[i] for i in node.depends_on_nodes if i in nodes]
        return found

    @property
    def log(self) -> Path:
        """All that dbt says, its SQL included."""
        return self._folder / "logs" / "dbt.log"

    @cached_property
    def _manifest(self) -> Manifest:
        # Parsed once, and without the vars: dbt parses everything anew when those change.
        if PARSED.exists():
            return Manifest.from_msgpack(PARSED.read_bytes(), decoder=extended_mashumuro_decoder)
        manifest: Manifest = self._invoke(dbtRunner(), "parse")
        return manifest

    def _invoke(self, runner: dbtRunner, *command: str) -> Any:
        answer = runner.invoke(
            [
                *("--log-level", "none", "--log-level-file", "debug"),
                *("--log-path", str(self.log.parent), *command, "--target", self._target),
                *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
                *("--target-path", str(self._folder / "target")),
            ]
        )
        if not answer.success:
            reset_spark()  # the run's own end, which does it, may not have been reached
        if isinstance(answer.exception, KeyboardInterrupt | DataMasterError):
            raise answer.exception
        if answer.result is None:
            raise self._failed(command[0], str(answer.exception))
        return answer.result

    def _failed(self, command: str, message: str) -> DbtFailed:
        return DbtFailed(
            f"dbt {command}: {one_line(message)}",
            f"The whole of it is in {self.log}.",
            transient=bool(unanswered(message)),
        )

    def _report(self, event: EventMsg) -> None:
        if event.info.name == "LogStartLine":
            self._now(f"{event.data.index} of {event.data.total}: {event.data.description}")
        elif event.info.name == "LogHookStartLine":
            self._now("publishing" if "on-run-end" in event.data.statement else "planning")
        elif event.info.name == "LogModelResult":
            data = event.data
            self._progress(
                f"{data.node_info.node_name}: {data.status} in {data.execution_time:.1f} s"
            )
        elif event.info.name == "JinjaLogWarning" or (
            event.info.name == "JinjaLogInfo"
            and "on-run-start" not in event.data.node_info.unique_id
        ):
            self._progress(event.data.msg)


def _before_end(call: Callable[[], None]) -> Callable[[EventMsg], None]:
    """Calls just before dbt runs the first of what on-run-end gave it, which is what publishes."""

    def note(event: EventMsg) -> None:
        if event.info.name == "LogHookStartLine" and "on-run-end.0" in event.data.statement:
            call()

    return note
