"""Reads files into the table `staged`: values of review_flat, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import duckdb

from local.duck import literal
from local.loading.errors import UnreadableReviews
from local.loading.files import columns as columns_of
from local.loading.files import misshapen
from local.loading.files.columns import Columns
from local.loading.files.dialect import Dialect, has_escapes, is_empty, recognise
from local.loading.files.places import Place
from local.loading.options import Options
from local.loading.rows import rules, values
from local.reviews import ARROW_SCHEMA

NAMES = ", ".join(ARROW_SCHEMA.names)
_LENIENT = "store_rejects=true, rejects_limit=0, "
_OBJECTS = "read_json_objects('{}', format='auto', maximum_object_size=33554432)"


@dataclass(frozen=True)
class Rows:
    """The rows of a file in `staged`.

    Attributes:
        name: the file, as it is told.
        header: the names of its columns.
        columns: where its values come from.
        told: what was recognised.
        first: its first row's number for people.
    """

    name: str
    header: Sequence[str]
    columns: Columns
    told: tuple[str, ...]
    first: int


def prepare(db: duckdb.DuckDBPyConnection, options: Options) -> None:
    """Makes the empty tables `staged`, whose row ids are the order of reading, and `misshapen`.

    Raises:
        UnreadableReviews: there is no such time zone as an option names.
    """
    try:
        db.execute("select now() at time zone ?", [options.timezone or "UTC"])
    except duckdb.Error:
        raise UnreadableReviews(
            f"--timezone {options.timezone}: no such time zone", "Such as America/New_York."
        ) from None
    typed = ", ".join(f"{name} {values.kind(name)}" for name in ARROW_SCHEMA.names)
    db.execute(
        f"create or replace table staged"
        f" ({typed}, faults varchar, notes varchar, file integer, content varchar)"
    )
    db.execute(
        "create or replace table misshapen"
        " (file integer, line bigint, told varchar, content varchar)"
    )


def read(db: duckdb.DuckDBPyConnection, place: Place, number: int, options: Options) -> Rows:
    """Reads a file; rows with faults are in `staged`, those of another width in `misshapen`.

    Raises:
        UnreadableReviews: it has not all columns, or where its rows begin and end is not sure.
    """
    if place.form == "csv":
        return _csv(db, place, number, options)
    try:
        return (_json if place.form == "json" else _parquet)(db, place, number, options)
    except (duckdb.IOException, duckdb.OutOfMemoryException):
        raise
    except duckdb.Error as error:
        # DuckDB's own text may quote a value, which may be personal.
        line = misshapen.LINE.search(str(error))
        where = f"near row {line.group(1)}: " if line and place.form == "json" else ""
        what = {"json": "not readable as JSON", "parquet": "not a readable Parquet file"}
        raise UnreadableReviews(f"{place.name}: {where}{what[place.form]}") from None


def _csv(db: duckdb.DuckDBPyConnection, place: Place, number: int, options: Options) -> Rows:
    dialect = recognise(place.name, place.path, options)
    found = columns_of.resolve(place.name, dialect.header, options, place.fixed)
    fill = partial(_fill_from_csv, db, place, number, options, found)
    if options.escape is None and dialect.quote == '"' and has_escapes(place.path):
        dialect = _by_escapes(db, place, dialect)
    try:
        fill(dialect)
    except duckdb.InvalidInputException as error:
        misshapen.note(db, place, number, dialect, _read_csv(place, dialect, _LENIENT), error)
        fill(dialect, _LENIENT)
    rows = db.execute(
        "select (select count(*) from staged where file = $1)"
        " + (select count(*) from misshapen where file = $1)",
        [number],
    ).fetchone()
    if rows == (0,) and not is_empty(place.path):
        raise UnreadableReviews(f"{place.name}: no row of it can be read", "Is its header whole?")
    return Rows(place.name, dialect.header, found, (*place.told, *dialect.told), first=2)


def _fill_from_csv(
    db: duckdb.DuckDBPyConnection,
    place: Place,
    number: int,
    options: Options,
    found: Columns,
    dialect: Dialect,
    more: str = "",
) -> None:
    types = dict.fromkeys(range(len(dialect.header)), "VARCHAR")
    select = rules.staged(found, types, separator=dialect.separator, timezone=options.timezone)
    _insert(db, _read_csv(place, dialect, more), select, dialect.header, found, number)


def _read_csv(place: Place, dialect: Dialect, more: str = "") -> str:
    named = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(dialect.header)))
    separator, quote, escape = (
        _quoted(text) for text in (dialect.separator, dialect.quote, dialect.escape)
    )
    return (
        f"read_csv('{_quoted(str(place.path))}', auto_detect=false, header=true, strict_mode=true,"
        f" delim='{separator}', quote='{quote}', escape='{escape}', {more}columns={{{named}}})"
    )


def _by_escapes(db: duckdb.DuckDBPyConnection, place: Place, dialect: Dialect) -> Dialect:
    r"""Whether a backslash is a character, or stands before one: the reading that is possible.

    Raises:
        UnreadableReviews: both are, so that a value might be mangled.
    """
    escaping = Dialect(dialect.header, dialect.separator, dialect.quote, "\\")
    left = " or ".join(
        rf"regexp_matches(c{i}, '\\') and trim(c{i}) <> '\N'" for i in range(len(dialect.header))
    )

    def parses(reading: Dialect, condition: str = "true") -> bool:
        try:
            rows = db.execute(
                f"select count(*) filter ({condition}) from {_read_csv(place, reading)}"
            ).fetchone()
        except duckdb.InvalidInputException:
            return False
        return condition == "true" or rows == (0,)

    as_escape, as_character = parses(escaping, left), parses(dialect)
    if as_escape and not as_character:
        return escaping
    if as_character and parses(escaping):
        raise UnreadableReviews(
            f"{place.name}: a backslash stands before a quote or another backslash: is it a"
            " character of the value, or does it escape the next one?",
            r"""Say --escape '"' if it is a character, --escape '\' if it escapes.""",
        )
    return dialect


def _json(db: duckdb.DuckDBPyConnection, place: Place, number: int, options: Options) -> Rows:
    path = _quoted(str(place.path))
    keys = f"select distinct unnest(json_keys(json)) from {_OBJECTS.format(path)} order by 1"
    header = [row[0] for row in db.execute(keys).fetchall()]
    found = columns_of.resolve(place.name, header, options, place.fixed)
    named = ", ".join(f"'{_quoted(name)}': 'VARCHAR'" for name in header)
    source = (
        f"read_json('{path}', format='auto', maximum_object_size=33554432, columns={{{named}}})"
    )
    types = dict.fromkeys(range(len(header)), "VARCHAR")
    _fill(db, source, header, types, found, number, options)
    return Rows(place.name, header, found, place.told, first=1)


def _parquet(db: duckdb.DuckDBPyConnection, place: Place, number: int, options: Options) -> Rows:
    source = f"read_parquet('{_quoted(str(place.path))}', hive_partitioning=false)"
    described = db.execute(f"describe select * from {source}").fetchall()
    header = [row[0] for row in described]
    found = columns_of.resolve(place.name, header, options, place.fixed)
    _fill(db, source, header, dict(enumerate(r[1] for r in described)), found, number, options)
    return Rows(place.name, header, found, place.told, first=2)


def _fill(
    db: duckdb.DuckDBPyConnection,
    source: str,
    header: Sequence[str],
    types: Mapping[int, str],
    found: Columns,
    number: int,
    options: Options,
) -> None:
    named = ", ".join(f'"{_named(name)}" as c{i}' for i, name in enumerate(header))
    select = rules.staged(found, types, separator=None, timezone=options.timezone)
    _insert(db, f"(select {named} from {source})", select, header, found, number)


def _insert(
    db: duckdb.DuckDBPyConnection,
    source: str,
    select: str,
    header: Sequence[str],
    found: Columns,
    number: int,
) -> None:
    # As it was, with what its folders say: so that it can be loaded from elsewhere.
    pairs = [(name or f"column {i + 1}", f"c{i}") for i, name in enumerate(header)]
    pairs += [(name, literal(value)) for name, value in found.fixed.items()]
    content = ", ".join(f"{literal(name)}, {value}" for name, value in pairs)
    db.execute(
        f"insert into staged with source as (select * from {source})"
        f" select {NAMES}, faults, notes, {number},"
        f" case when faults is not null then json_object({content})::varchar end from ({select})"
    )


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _named(text: str) -> str:
    return text.replace('"', '""')
