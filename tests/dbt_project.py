"""Runs dbt commands in this process, and copies the project, for tests."""

import json
import shutil
from collections.abc import Callable
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
    meanwhile: Callable[[], None] | None = None
    """What somebody else does after the run has planned and before it builds its first model."""

    def __call__(self, *command: str, project: Path = PROJECT, **variables: object) -> Answer:
        lines: list[str] = []
        waiting = [self.meanwhile] if self.meanwhile else []

        def note(event: EventMsg) -> None:
            if event.info.level != "debug":
                lines.append(event.info.msg)
            if event.info.name == "LogStartLine" and waiting:
                waiting.pop()()

        folders = ("--project-dir", str(project), "--profiles-dir", str(project))
        answer = dbtRunner(callbacks=[note]).invoke(
            [
                *("--log-level", "none", "--log-path", str(self.target_path)),
                *(*command, *folders, "--target-path", str(self.target_path)),
                *("--vars", json.dumps(variables)),
            ]
        )
        results = [r for r in getattr(answer.result, "results", []) if hasattr(r, "node")]
        return Answer(
            answer.success,
            lines,
            {result.node.name: result.message or "" for result in results},
        )


def copy_project(there: Path, *packages: str) -> Path:
    """Copies the dbt project, and Python packages of this one, to a folder."""
    for folder in ("models", "macros", "tests/data", *packages):
        shutil.copytree(PROJECT / folder, there / folder)
    for file in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT / file, there / file)
    return there
