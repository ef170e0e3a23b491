"""Bugs in SQL, macros and commands that decide what is stale, tested, published and told.

A bug is a text of a file, what stands there instead, and the tests that have to notice: Python code
alone is changed by itself (see mutants.py).
"""

from dataclasses import dataclass

_CONTROL = ("tests/runner/control/test_control.py",)
_LEFT = ("tests/dm/past/test_left.py",)
_ITEMS = ("tests/dm/commands/test_pending.py",)
_MISTAKES = ("tests/dm/commands/test_mistakes.py",)
_CHANGED = ("tests/gold/test_stale.py::test_a_change_builds_only_the_months_it_touches",)
_CODE = (
    "tests/gold/test_stale.py::test_a_model_whose_sql_changes_is_built_for_all_months_and_no_other_is",
)
_ASKED = ("tests/gold/test_stale.py::test_a_changed_month_that_was_not_asked_for_stays_stale",)
_UNTESTED = ("tests/gold/test_noticed.py::test_untested_months_are_told_until_they_have_passed",)
_FOREIGN = ("tests/gold/test_noticed.py::test_a_table_without_any_row_is_no_fault",)
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


@dataclass(frozen=True)
class Bug:
    """A text of a file, what stands there instead, and the tests that have to notice."""

    file: str
    text: str
    instead: str
    tests: tuple[str, ...]


_SQLITE, _DYNAMODB = "local/control.py", "runner/control/dynamodb.py"
_VERDICT = "dm/terminal/verdict.py"
_STALE, _FILES = "macros/1_plan/stale_periods.sql", "macros/silver/files/hash_of_file.sql"
_WHY, _AUDIT = "macros/3_audit/why_failed.sql", "macros/2_write/assert_audited.sql"

BUGS = (
    Bug(_SQLITE, '" and attempt_count = ?",', '" and ? is not null",', _CONTROL),
    Bug("local/processes/owners.py", "fcntl.LOCK_SH | fcntl.LOCK_NB", "fcntl.LOCK_UN", _LEFT),
    Bug("local/place.py", "if not is_one(here):", "if False:", _MISTAKES),
    Bug(_DYNAMODB, "free & unchanged", "free", _CONTROL),
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
