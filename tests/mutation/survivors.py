"""Bugs that no test notices, and why none has to."""

import re

_REASONS = {
    "runner/control/lease.py": {
        r"Lease\._keep: monotonic\(\) < end -> monotonic\(\) <= end": "no two moments are one",
    },
    "runner/job.py": {
        r"GoldJob\.run: self\.unsettled -= errors\.keys": "a control table settles nothing twice",
        r"GoldJob\._errors: any\(.*forced.*\) -> not any": "the batches change places",
    },
    "runner/control/dynamodb.py": {
        r"DynamoControlTable\.claim\.claim: return None -> nothing": "it only spares time",
        r"DynamoControlTable\.claim: faults\[0\]": "each fault says the same",
        r"DynamoControlTable\._write: return False -> return None": "both are no",
        r"DynamoControlTable\._write: time\.sleep": "how long it waits is measured, and not tested",
        r"DynamoControlTable\._write: random\.uniform\(0\.5, 1\)": "any time less will do",
        r"DynamoControlTable\._write: raise AssertionError": "nobody comes there",
        r"module: 16 -> ": "how many at once is measured, and no promise",
        r"module: \(1, 2, 4": "how long it waits is measured; how often it tries is tested",
    },
    "local/control.py": {
        r"SqliteControlTable\.items: -1 -> -2": "a limit below 0 is none, in SQLite",
        r"SqliteControlTable\._database: timeout=30": "only a writer of five seconds would tell",
        r"SqliteControlTable\._database: 30 -> ": "only a writer of half a minute would tell",
    },
}
"""For each file: what a bug's name begins with, and the reason."""


def reason(file: str, name: str) -> str | None:
    """Why a bug need not be noticed; None if it has to be."""
    found = _REASONS.get(file, {})
    return next((why for bug, why in found.items() if re.match(bug, name)), None)
