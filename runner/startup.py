"""Spares time where a process starts: Spark starts meanwhile, and garbage is looked for rarely."""

from __future__ import annotations

import atexit
import gc
import logging
from contextlib import suppress
from functools import cache
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@cache
def start_spark() -> None:
    """Begins to start Spark and its catalog, by Spark's own settings; dbt then finds the session.

    It takes seconds, most of them in another process, so something else is done meanwhile. Once in
    a process: the session stays.

    An error is not told here: whoever needs the session meets it again.
    """
    # Not in the thread: two that import PySpark at once now and then get halves of its modules.
    from pyspark.sql import SparkSession  # slow to import

    Thread(target=_start_spark, args=(SparkSession.builder,), daemon=True).start()


@cache
def hush_spark() -> None:
    """Leaves what PySpark and py4j print on their own to whoever meets the error.

    PySpark prints each failed statement with its whole Java stack; dbt's log has it, too. And py4j
    prints what interrupts it, which goes on to whoever asked for it.
    """
    from pyspark.logger import PySparkLogger  # slow to import

    for logger in (PySparkLogger.getLogger("SQLQueryContextLogger"), logging.getLogger("py4j")):
        logger.setLevel(logging.CRITICAL + 1)
    # Of a call that is interrupted, py4j tells the root logger.
    logging.getLogger().addFilter(lambda record: "py4j" not in record.pathname)


def reset_spark() -> None:
    """Makes the session of this process, if there is one, do again as Spark's configuration says.

    What a run sets for itself, such as the branch that it writes and reads, ends with it.
    """
    from py4j.protocol import Py4JError  # slow to import
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    # One that is gone has nothing to reset.
    with suppress(Py4JError, PySparkException, OSError):
        if session := SparkSession.getActiveSession():
            session.sql("reset")


@cache
def collect_rarely() -> None:
    """Looks for garbage less often, and not at the end: most of what dbt loads stays till then."""
    gc.set_threshold(10_000, 50, 100)
    atexit.register(gc.freeze)


def _start_spark(builder: SparkSession.Builder) -> None:
    with suppress(Exception):
        builder.getOrCreate().sql("show namespaces").collect()
