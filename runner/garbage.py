"""Spares a process that is soon over most of Python's looks for garbage."""

import atexit
import gc
from functools import cache


@cache
def collect_rarely() -> None:
    """Looks less often, and not at the end: most of what dbt and others load stays till then."""
    gc.set_threshold(10_000, 50, 100)
    atexit.register(gc.freeze)
