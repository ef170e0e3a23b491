"""Puts one bug after the other into the code that decides, and says which the fast tests let pass.

A bug is a text of a file and what stands there instead; each is put into a copy of the project. Run
by `make mutate`: a quarter of an hour, for those in SQL and macros start Spark; `ONLY=macros` tries
those in files whose path begins so. The exit code is 1 if a bug survives, or its text is not there.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from runner.project import PROJECT

_CONTROL = ("tests/runner/control/test_control.py",)
_LEFT = ("tests/dm/past/test_left.py",)
_ITEMS = ("tests/dm/commands/test_pending.py",)
_MISTAKES = ("tests/dm/commands/test_mistakes.py",)
_CHANGED = ("tests/gold/test_stale.py::test_a_change_builds_only_the_months_it_touches",)
_CODE = (
    "tests/gold/test_stale.py::test_a_model_whose_sql_changes_is_built_for_all_months_and_no_other_is",
)
_ASKED = (
    "tests/gold/test_noticed.py::test_what_is_stale_beside_what_was_asked_for_is_built_by_the_same_command",
)
_UNTESTED = ("tests/gold/test_noticed.py::test_untested_months_are_told_until_they_have_passed",)
_FOREIGN = (
    "tests/gold/test_noticed.py::test_what_another_engine_writes_is_noticed_and_built_again",
)
_LOSES = ("tests/gold/test_noticed.py::test_a_month_that_collapses_is_held",)
_SEALED = (
    "tests/gold/test_noticed.py::test_a_branch_that_failed_is_untested_whoever_publishes_it",
)
_STRANGER = ("tests/gold/test_write.py::test_a_row_of_another_period",)
_CONTRACT = ("tests/gold/test_write.py::test_a_first_build_makes_no_table_of_a_wrong_contract",)
_FAILS = ("tests/gold/test_trust.py::test_a_run_says_at_its_end_what_it_did_not_publish",)
_NO_AUDIT = ("tests/gold/test_trust.py::test_a_pre_hook_that_ends_the_audit_stops_its_model",)
_OVERTAKEN = ("tests/gold/test_publish.py::test_a_run_does_not_publish_over_another",)
_ONE, _TWO = (
    "test_two_builds_of_all_of_it_and_the_second_builds_nothing",
    "test_what_reads_a_table_that_failed_is_not_published",
)
_UPSTREAM = (f"tests/gold/test_models.py::{_ONE}", f"tests/gold/test_models.py::{_TWO}")
_DELETED = (
    "tests/gold/test_stale.py::test_a_month_whose_reviews_are_all_deleted_disappears_once_that_is_accepted",
)
_NUMBERS = ("tests/gold/test_numbers.py",)
_NOT_COPIED = (".venv", ".git", ".lake", "target", "logs", "*_cache", "__pycache__", "dist")


@dataclass(frozen=True)
class Bug:
    """A text of a file, what stands there instead, and the tests that have to notice."""

    file: str
    text: str
    instead: str
    tests: tuple[str, ...]


_SQLITE, _DYNAMODB = "local/control.py", "runner/control/dynamodb.py"
_RULES, _VERDICT = "runner/control/items.py", "dm/terminal/verdict.py"
_STALE, _FILES = "macros/1_plan/stale_periods.sql", "macros/silver/files/hash_of_file.sql"
_WHY, _AUDIT = "macros/3_audit/why_failed.sql", "macros/2_write/assert_audited.sql"
_RUNS, _COUNTS = "item.attempt_count + 1", "item.attempt_count - outcome.interrupted"

BUGS = (
    Bug(_SQLITE, '" and attempt_count = ?",', '" and ? is not null",', _CONTROL),
    Bug(_SQLITE, "status = 'running' and lease_owner = ?", "lease_owner = ?", _CONTROL),
    Bug(_SQLITE, "insert or ignore", "insert or replace", _CONTROL),
    Bug(_SQLITE, "or self._owners.is_dead(item.lease_owner)", "", _LEFT),
    Bug(_SQLITE, "f\"status = '{status}'\",", '"true",', _CONTROL),
    Bug("local/processes/owners.py", "fcntl.LOCK_SH | fcntl.LOCK_NB", "fcntl.LOCK_UN", _LEFT),
    Bug("local/place.py", "if not is_one(here):", "if False:", _MISTAKES),
    Bug(_DYNAMODB, "free & unchanged", "free", _CONTROL),
    Bug(_DYNAMODB, "expires.lt(timestamp(now))", "expires.gt(timestamp(now))", _CONTROL),
    Bug(_RULES, _RUNS, "item.attempt_count", _CONTROL),
    Bug(_RULES, _COUNTS, "item.attempt_count", _CONTROL),
    Bug(_RULES, "attempt_count=0, updated_at", "updated_at", _CONTROL),
    Bug("runner/job.py", "interrupted=True", "interrupted=False", _LEFT),
    Bug("runner/job.py", "self._control.mend(", "list(", _LEFT),
    Bug("runner/job.py", "self._force if forced", "self._build if forced", _LEFT),
    Bug("runner/periods.py", "if end < begin:", "if end > begin:", _ITEMS),
    Bug("runner/periods.py", "range(begin, end + 1)", "range(begin, end)", _ITEMS),
    Bug("runner/dbt/messages.py", "if number == 1", "if number <= 0", _LEFT),
    Bug(_VERDICT, "if found.given_up or found.lost:", "if found.lost:", _LEFT),
    Bug(_VERDICT, "return LEFT if found.held else 0", "return 0", _LEFT),
    Bug("dm/commands/work/status.py", "(untested or failed)", "untested", _LEFT),
    Bug("dm/reading/stale/asking.py", "if end not in known:", "if False:", _ITEMS),
    # What is stale.
    Bug(_STALE, "'silver changed'}) if changed", "'silver changed'}) if false", _CHANGED),
    Bug(_STALE, "for period in table.untested", "for period in []", _UNTESTED),
    Bug(
        _STALE, "for period, writer in table.foreign.items()", "for period, writer in []", _FOREIGN
    ),
    Bug(_STALE, "local_md5(code ~ since | join)", "local_md5('' ~ since | join)", _CODE),
    Bug(_FILES, "{{ file }}file_path, ", "", _CHANGED),
    Bug("macros/1_plan/plan_model.sql", "table.inputs if period in left or", "now if", _ASKED),
    # What is written.
    Bug(
        "macros/2_write/replace_periods.sql",
        "where if({{ filter }}, true",
        "where if(true, true",
        _STRANGER,
    ),
    Bug(
        "macros/2_write/incremental.sql",
        "do assert_sql_is_contract(sql)",
        "set unused = sql",
        _CONTRACT,
    ),
    Bug("macros/2_write/ensure_table.sql", "not has_had_rows(relation)", "false", _CONTRACT),
    # What is tested.
    Bug(_WHY, "in ('error', 'fail')", "in ('error',)", _FAILS),
    Bug(_AUDIT, "not plan or branch != audit_branch()", "not plan", _NO_AUDIT),
    Bug("macros/3_audit/audited_result.sql", "if fails else", "if false else", _FAILS),
    Bug("macros/3_audit/tests/row_loss.sql", "sum(built) <", "sum(built) >", _LOSES),
    # What is published.
    Bug("macros/4_publish/table_outcomes.sql", "if state.main == plan.main", "if true", _OVERTAKEN),
    Bug(
        "macros/4_publish/why_void.sql", "not in ('published', 'previewed')", "== 'none'", _UPSTREAM
    ),
    Bug(
        "macros/4_publish/seal_branches.sql",
        "if outcome.status == 'failed' else []",
        "if false else []",
        _SEALED,
    ),
    # What is counted.
    Bug("models/gold/top_drinkers.sql", "deleted_at is null and", "", _DELETED),
    Bug("macros/expressions/latest.sql", "struct(updated_at, review_id)", "review_id", _NUMBERS),
    Bug("macros/expressions/exact_avg.sql", "count({{ column }})", "count(*)", _NUMBERS),
)


def passes(tests: Iterable[str], copy: Path) -> bool:
    """Whether tests pass in a copy of the project."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests],
        cwd=copy, env=os.environ | {"PYTHONPATH": str(copy)}, capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode == 0


def survives(bug: Bug, copy: Path) -> bool:
    """Whether the tests pass in a copy of the project that has the bug."""
    file = copy / bug.file
    whole = file.read_text()
    if bug.text not in whole:
        click.echo(f"{bug.file} has no {bug.text!r}: mend the list in tests/mutate.py")
        return True
    file.write_text(whole.replace(bug.text, bug.instead))
    try:
        return passes(bug.tests, copy)
    finally:
        file.write_text(whole)


def main(only: str = "") -> int:
    """Tries the bugs in files whose path begins with `only`; the number of those that survive."""
    left, bugs = 0, [bug for bug in BUGS if bug.file.startswith(only)]
    with TemporaryDirectory() as scratch:
        copy = Path(scratch, "project")
        shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns(*_NOT_COPIED))
        # Tests that fail without any bug, or without those before them, would notice nothing.
        good = cache(lambda tests: passes(tests, copy))
        for bug in bugs:
            lives = survives(bug, copy) if good(bug.tests) else None
            told = {True: "SURVIVES", False: "noticed", None: "FAILS WITHOUT IT"}[lives]
            left += lives is not False
            click.echo(f"{told:<9} {bug.file}: {bug.text} -> {bug.instead or 'nothing'}")
    click.echo(f"{len(bugs) - left} of {len(bugs)} bugs are noticed.")
    return left


if __name__ == "__main__":
    sys.exit(1 if main(*sys.argv[1:]) else 0)
