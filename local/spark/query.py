"""Asks Spark for the rows of a query."""

from __future__ import annotations

from collections.abc import Iterator

from runner.dbt.messages import one_line
from runner.errors import DataMasterError


class QueryRefused(DataMasterError):
    """Spark cannot answer a query."""


def rows(query: str) -> tuple[list[str], Iterator[dict[str, object]]]:
    """The names of the columns and the rows of a query of Spark's SQL, which cannot write.

    Raises:
        QueryRefused: it is no query, or Spark cannot answer it.
    """
    from py4j.protocol import Py4JError  # slow to import
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    try:
        session = SparkSession.builder.getOrCreate()
        # What is not a query cannot stand in brackets.
        found = session.sql(f"select * from (\n{query.strip().rstrip(';')}\n)")  # noqa: S608
        answer = found.collect()
    except (Py4JError, PySparkException) as error:
        raise QueryRefused(f"Spark cannot answer this query: {one_line(str(error))}") from error
    return found.columns, (
        {name: _plain(value) for name, value in zip(found.columns, row, strict=True)}
        for row in answer
    )


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | None) else str(value)
