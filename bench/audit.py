"""What the audit costs: dbt with and without branch and tests, on one changed month."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.lakes import Bench
from bench.measure import Cost
from runner.project import PROJECT

BUILD = ("build", "--exclude-resource-type", "unit_test")
AUDITED, BARE = "branch, a statement for each test", "no branch, no tests"


def ways(bench: Bench, month: str, folder: Path) -> Mapping[str, Callable[[], Cost]]:
    """With all, as the runner does it and as `dbt run`, without tests, and without the branch."""
    without = _without_branch(folder)

    def run(project: Path, *command: str, untested: bool = False) -> Callable[[], Cost]:
        return lambda: bench.dbt(
            *(*command, "--project-dir", str(project), "--profiles-dir", str(project)),
            *("--vars", f'{{periods: ["{month}"], publish_untested: {str(untested).lower()}}}'),
        )

    return {
        AUDITED: run(PROJECT, *BUILD),
        "branch, tests in one statement": run(PROJECT, "run"),
        "branch, no tests": run(PROJECT, "run", untested=True),
        BARE: run(without, "run", untested=True),
    }


def _without_branch(folder: Path) -> Path:
    """A copy of the project that writes to main at once."""
    for name in ("models", "macros", "tests/data"):
        shutil.copytree(PROJECT / name, folder / name)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT / name, folder / name)
    for macro in ("begin_audit()", "publish_audited(results)"):
        _file(folder, macro.split("(")[0]).write_text(f"{{% macro {macro} %}}{{% endmacro %}}")
    demands = _file(folder, "assert_audited")
    text = demands.read_text()
    check = " or branch != audit_branch()"
    assert check in text  # noqa: S101
    demands.write_text(text.replace(check, ""))
    return folder


def _file(project: Path, macro: str) -> Path:
    (path,) = (project / "macros").rglob(f"{macro}.sql")
    return path
