"""The modules that are changed by themselves, and the tests that have to notice.

They need neither Spark nor what conftest.py imports, which would cost more than the tests.
"""

_ALONE = "--noconftest"
_WITH_TABLES = (_ALONE, "-p", "tests.runner.conftest")
_TABLES = "tests/runner/control/test_control.py"

_DYNAMODB = (
    *(*_WITH_TABLES, "tests/runner/control/test_dynamodb.py", _TABLES),
    *("-k", "not sqlite"),
)

MODULES: dict[str, tuple[str, ...]] = {
    "runner/control/items.py": (_ALONE, "tests/runner/control/test_items.py"),
    "runner/control/announce.py": (_ALONE, "tests/runner/control/test_announce.py"),
    "runner/control/lease.py": (_ALONE, "tests/runner/control/test_keeping.py"),
    "runner/periods.py": (_ALONE, "tests/runner/test_periods.py"),
    "runner/dbt/messages.py": (
        *(_ALONE, "tests/runner/test_messages.py"),
        *("-k", "not cannot_be_read"),
    ),
    "runner/job.py": (_ALONE, "tests/runner/rounds"),
    "local/control.py": (
        *(*_WITH_TABLES, "tests/local/test_control.py", _TABLES),
        *("-k", "not dynamodb and not is_told_in_one_sentence"),
    ),
    "runner/control/dynamodb.py": _DYNAMODB,
    "runner/control/attributes.py": _DYNAMODB,
}
