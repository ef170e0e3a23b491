"""Runs dbt commands in this process, for tests."""

import json
from dataclasses import dataclass
from pathlib import Path

from dbt.cli.main import dbtRunner
from dbt_common.events.base_types import EventMsg

from runner.project import PROJECT


@dataclass(frozen=True)
class Answer:
    success: bool
    lines: list[str]
    messages: dict[str, str]
    """Message of each node, by its name."""

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True)
class Dbt:
    target_path: Path

    def __call__(self, *command: str, project: Path = PROJECT, **variables: object) -> Answer:
        lines: list[str] = []

        def note(event: EventMsg) -> None:
            if event.info.level != "debug":
                lines.append(event.info.msg)

        folders = ("--project-dir", str(project), "--profiles-dir", str(project))
        answer = dbtRunner(callbacks=[note]).invoke(
            [
                *("--log-level", "none", "--log-path", str(self.target_path)),
                *(*command, *folders, "--target-path", str(self.target_path)),
                *("--vars", json.dumps(variables)),
            ]
        )
        results = getattr(answer.result, "results", [])
        return Answer(
            answer.success,
            lines,
            {result.node.name: result.message or "" for result in results},
        )
