"""Answers SQL over the tables of a lake, read only and without Spark; and exports a gold table."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import duckdb
from pyiceberg.table import Table

from dm.reading import duck
from dm.reading.past import states
from dm.reading.show import NothingToShow, Row, Unreadable, gold_table
from dm.reading.tables import find
from local import damage
from local.duck import literal
from local.lake import SILVER, Lake
from runner.control.table import SCHEMA
from runner.errors import DataMasterError
from runner.project import tables

HISTORY = "run_history"
PERSONAL = ("email",)
"""Columns of silver that no query here reads."""


class BadQuery(DataMasterError):
    """A query is none, or is not one that reads."""


class CannotExport(DataMasterError):
    """The file of an export cannot be written."""


@contextmanager
def query(
    lake: Lake, sql: str, as_of: str | None = None
) -> Iterator[tuple[list[str], Iterator[Row]]]:
    """Runs a query over the tables of a lake, which it can only read.

    Args:
        lake: the lake.
        sql: one select of DuckDB's SQL; its tables are dm_gold.top_drinkers and the like, also
            without the schema, and dm_silver.review_flat, which has no e-mail addresses here.
        as_of: see states.snapshot_of: for all gold tables.

    Yields:
        The names of the columns, and the rows.

    Raises:
        BadQuery: it is no query, it does more than read, or DuckDB refuses it.
    """
    sql = _one_select(sql)
    when = states.moment_of(lake, as_of)
    with duck.connect() as db:
        allowed: list[str] = []
        absent: list[str] = []
        for (schema, name), table in _named(lake, sql):
            if table is None:
                absent.append(f"{schema}.{name}")
                continue
            snapshot = (
                states.snapshot_of(table, name, when)
                if schema == SCHEMA and name != HISTORY
                else table.metadata.current_snapshot_id
            )
            rows = duck.select(db, table, snapshot, without=PERSONAL)
            allowed += duck.local_files(table, snapshot)
            db.execute(f"create schema if not exists {schema}")
            db.execute(f"create view {schema}.{name} as {rows}")
        db.execute(f"set search_path = '{_search_path(db)}'")
        db.execute(f"set allowed_paths = [{', '.join(map(literal, allowed))}]")
        db.execute("set enable_external_access = false")
        db.execute("set lock_configuration = true")
        try:
            answer = db.execute(sql)
            columns = _distinct([column[0] for column in answer.description or ()])
            yield columns, _rows(answer, columns)
        except duckdb.CatalogException as error:
            if not absent:
                raise _refused(error) from error
            raise BadQuery(
                f"This query cannot be run: there is no table {absent[0]} yet",
                "`dm status` says what is built, and what to do.",
            ) from error
        except duckdb.Error as error:
            raise _why(error, lake, allowed) from error


def export(
    lake: Lake,
    name: str,
    output: Path,
    format_: str,
    months: tuple[str, str] | None = None,
    as_of: str | None = None,
) -> int:
    """Writes rows of a gold table to a file, by month and rank, without holding them in memory.

    Args:
        lake: the lake.
        name: the table.
        output: the file; it is there when all of it is.
        format_: csv or parquet.
        months: the first and the last month; None for all.
        as_of: see states.snapshot_of.

    Returns:
        How many rows.

    Raises:
        NothingToShow: there is no such table or state, or it has no such rows.
        CannotExport: the file cannot be written.
    """
    table = gold_table(lake, name)
    snapshot = states.snapshot_of(table, name, as_of)
    part = output.with_name(f".{output.name}.part")
    options = "format csv, header" if format_ == "csv" else "format parquet"
    with duck.connect() as db:
        db.execute(f"set temp_directory = {literal(str(output.parent / f'.{output.name}.tmp'))}")
        rows = duck.select(db, table, snapshot)
        try:
            counted = db.execute(
                f"copy (select * from ({rows}) where {duck.in_span(months)}"  # noqa: S608
                f" order by review_year, review_month, period_rank)"
                f" to {literal(str(part))} ({options})"
            ).fetchone()
            total = int(counted[0]) if counted else 0
            if total:
                part.replace(output)
        except (duckdb.IOException, OSError) as error:
            found = duck.local_files(table, snapshot)
            damaged = damage.anywhere(lake) if any(path in str(error) for path in found) else None
            raise damaged or CannotExport(
                f"{output} cannot be written: {str(error).splitlines()[0]}"
            ) from error
        finally:
            part.unlink(missing_ok=True)
    if not total:
        raise NothingToShow(
            f"{SCHEMA}.{name} has no rows {'of these months' if months else ''}".strip()
        )
    return total


def _one_select(sql: str) -> str:
    try:
        found = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise _refused(error) from error
    kinds = {str(statement.type).rpartition(".")[2] for statement in found}
    if len(found) != 1 or not kinds <= {"SELECT", "EXPLAIN"}:
        raise BadQuery(
            "dm sql reads only, one query at a time" if found else "There is no query",
            'Such as: dm sql "select * from dm_gold.top_drinkers limit 5"',
        )
    return found[0].query


def _named(lake: Lake, sql: str) -> Iterator[tuple[tuple[str, str], Table | None]]:
    """The tables whose name is in a query; None for one that is not there."""
    words = set(re.findall(r"\w+", sql.lower()))
    for schema, name in (*((SCHEMA, name) for name in (*tables(), HISTORY)), SILVER):
        if name in words:
            try:
                yield (schema, name), find(lake, (schema, name))
            except FileNotFoundError as error:
                raise Unreadable(name) from error


def _search_path(db: duckdb.DuckDBPyConnection) -> str:
    there = db.execute("select distinct schema_name from information_schema.schemata").fetchall()
    mine = [s for s in (SCHEMA, SILVER[0]) if (s,) in there]
    return ",".join([*mine, "main"])


def _rows(answer: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> Iterator[Row]:
    while batch := answer.fetchmany(1_000):
        for row in batch:
            yield dict(zip(columns, map(_plain, row), strict=True))


def _plain(value: object) -> object:
    """A value as JSON has it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return str(value)
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _distinct(names: Sequence[str]) -> list[str]:
    """Names of columns, each of them once."""
    found: list[str] = []
    for name in names:
        again = sum(1 for other in names[: len(found)] if other == name)
        found.append(f"{name}_{again}" if again else name)
    return found


def _why(error: duckdb.Error, lake: Lake, files: Sequence[str]) -> DataMasterError:
    """Why a query failed: if it may be no fault of its own, the files are looked at."""
    of_files = type(error) is duckdb.Error or any(path in str(error) for path in files)
    return (damage.anywhere(lake) if of_files else None) or _refused(error)


def _refused(error: duckdb.Error) -> BadQuery:
    lines = [line for line in str(error).splitlines() if line.strip()]
    first, *rest = lines or ["it cannot be run"]
    hint = next((line for line in rest if line.startswith(("Did you mean", "Candidate"))), "")
    return BadQuery(f"This query cannot be run: {first}", hint or "`dm sql --help` has examples.")
