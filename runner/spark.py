"""Starts Spark while something else is done: it takes seconds, most of them in another process."""

from contextlib import suppress
from functools import cache
from threading import Thread


@cache
def start() -> None:
    """Begins to start Spark and its catalog, by Spark's own settings; dbt then finds the session.

    Once in a process: the session stays.

    An error is not told here: whoever needs the session meets it again.
    """
    Thread(target=_start, daemon=True).start()


def _start() -> None:
    from pyspark.sql import SparkSession  # slow to import

    with suppress(Exception):
        SparkSession.builder.getOrCreate().sql("show namespaces").collect()
