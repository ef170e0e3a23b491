"""Tells the rows of a CSV that have too many or too few values from what might lose rows."""

import re

import duckdb

from local.loading.errors import UnreadableReviews
from local.loading.files.dialect import Dialect, line_ends, not_utf8
from local.loading.files.places import Place

_COUNTED = ("MISSING COLUMNS", "TOO MANY COLUMNS")
_FORGET = "drop table if exists reject_errors; drop table if exists reject_scans"
# A row that lacks three columns is there three times.
_OF_ANOTHER_WIDTH = r"""
    select
        line,
        csv_line,
        coalesce(
            try_cast(regexp_extract(error_message, 'Columns: \d+ Found: (\d+)', 1) as bigint), 0
        ) as has
    from reject_errors
"""
LINE = re.compile(r"[Ll]ine:? (\d+)")
_TOLD = {
    "UNQUOTED VALUE": "a quote that does not close, or text after a closing one",
    "LINE SIZE OVER MAXIMUM": "a row of more than 2 MB, as if a quote did not close",
}


def note(
    db: duckdb.DuckDBPyConnection,
    place: Place,
    number: int,
    dialect: Dialect,
    source: str,
    error: duckdb.Error,
) -> None:
    """Puts rows of another width into the table `misshapen`.

    Args:
        db: the load's own database.
        place: the file.
        number: which of the load's files it is.
        dialect: how it is written.
        source: the SQL that reads it, and keeps what it cannot read.
        error: why it could not be read strictly.

    Raises:
        UnreadableReviews: something else is wrong, so that rows might be lost.
    """
    if len(line_ends(place.path)) > 1 or line_ends(place.path) == {b"\r"}:
        raise UnreadableReviews(
            f"{place.name}: its lines end in different ways, so where rows end is not sure",
            "Give all lines one kind of end: dos2unix does.",
        ) from None
    if at := not_utf8(place.path, dialect):
        raise UnreadableReviews(
            f"{place.name}: row {at[0]}, column {at[1]}: not a UTF-8 text: the file is not UTF-8",
            "If it is Latin-1, load it with --encoding latin-1.",
        ) from None
    db.execute(_FORGET)  # of the files before
    try:
        db.execute(f"select count(*) from {source}").fetchall()
        count = db.execute(
            f"""
            insert into misshapen
            select
                {number}, line,
                'fault||' || min(has) || ' values for {len(dialect.header)} columns',
                arg_min(csv_line, has)
            from ({_OF_ANOTHER_WIDTH})
            group by line
            """
        ).fetchone()
        worse = db.execute(
            f"select line, error_type::varchar from reject_errors"
            f" where error_type::varchar not in {_COUNTED} order by line limit 1"
        ).fetchone()
    except duckdb.InvalidInputException:
        count, worse = (0,), None
    if worse or count == (0,):
        line = worse[0] if worse else next(iter(LINE.findall(str(error))), "?")
        told = _TOLD.get(worse[1], "it cannot be parsed") if worse else "it cannot be parsed"
        raise UnreadableReviews(
            f"{place.name}: line {line}: {told}",
            "Where the rows after it begin is not sure, so nothing is loaded. Mend the line, or say"
            " how the file is written: --separator, --quote, --escape.",
        ) from None
