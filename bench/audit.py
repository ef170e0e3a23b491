"""What the audit costs: CPU time of whole dbt processes, with and without branch and tests.

Each way builds one changed month of all five tables of the project's lake (`make demo` makes it).
The ways take turns, so that a busy machine is busy for all of them. Linux only.
"""

import argparse
import contextlib
import ctypes
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from runner.project import PROJECT

MONTH = "2010-12"
PR_SET_CHILD_SUBREAPER = 36  # prctl(2)
BUILD = ("build", "--exclude-resource-type", "unit_test")
WAYS = {"no branch, no tests": ("run",), "branch, no tests": ("run",), "branch and tests": BUILD}


def main() -> None:
    """Runs each way several times and prints its CPU seconds, and the ratio to the first way's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds: int = parser.parse_args().rounds
    # dbt does not wait for its Java process: as its next of kin, this one can, and counts its time.
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory() as folder:
        bare = _without_branch(Path(folder))
        projects = {way: bare if way.startswith("no branch") else PROJECT for way in WAYS}
        seconds: dict[str, list[float]] = {way: [] for way in WAYS}
        for turn in range(rounds + 1):
            for way, command in WAYS.items():
                used = _cpu_seconds(projects[way], *command)
                if turn:  # the first turn parses the project
                    seconds[way].append(used)
    base = statistics.median(seconds["no branch, no tests"])
    for way, used in seconds.items():
        middle = statistics.median(used)
        print(  # noqa: T201
            f"{way:<22}{middle:6.1f} s of CPU ({min(used):.1f} to {max(used):.1f})"
            f"{middle / base:8.2f}"
        )


def _without_branch(folder: Path) -> Path:
    """A copy of the project that writes to main at once."""
    for name in ("models", "macros", "tests/data"):
        shutil.copytree(PROJECT / name, folder / name)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT / name, folder / name)
    begin = folder / "macros" / "publish" / "begin_audit.sql"
    text = begin.read_text()
    branch = "run_query('set `spark.wap.branch` = ' ~ audit_branch())"
    assert branch in text  # noqa: S101
    begin.write_text(text.replace(branch, "none"))
    (folder / "macros" / "publish" / "publish_audited.sql").write_text(
        "{% macro publish_audited(results) %}{% endmacro %}"
    )
    return folder


def _cpu_seconds(project: Path, *command: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [
            *(Path(sys.executable).parent / "dbt", *command, "--select", "gold", "--quiet"),
            *("--project-dir", project, "--profiles-dir", project),
            *("--vars", f'{{periods: ["{MONTH}"]}}'),
        ],
        check=True, cwd=project,
    )  # fmt: skip
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
