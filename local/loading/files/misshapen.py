"""Tells the rows of a CSV that have too many or too few values from what might lose rows."""

import re

import duckdb

from local.loading.errors import UnreadableReviews
from local.loading.files.dialect import Dialect, line_ends, not_utf8
from local.loading.files.places import Place

_COUNTED = ("MISSING COLUMNS", "TOO MANY COLUMNS")
_FOUND = re.compile(r"Columns: (\d+) Found: (\d+)")
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
    try:
        db.execute(f"select count(*) from {source}").fetchall()
        found = db.execute(
            "select line, error_type::varchar, error_message, csv_line from reject_errors"
            " order by line"
        ).fetchall()
        db.execute("drop table if exists reject_errors; drop table if exists reject_scans")
    except duckdb.Error:
        found = []
    worse = [row for row in found if row[1] not in _COUNTED]
    if worse or not found:
        line = worse[0][0] if worse else next(iter(LINE.findall(str(error))), "?")
        told = _TOLD.get(worse[0][1], "it cannot be parsed") if worse else "it cannot be parsed"
        raise UnreadableReviews(
            f"{place.name}: line {line}: {told}",
            "Where the rows after it begin is not sure, so nothing is loaded. Mend the line, or say"
            " how the file is written: --separator, --quote, --escape.",
        ) from None
    rows: dict[int, tuple[int, str]] = {}
    for line, _, message, content in found:  # one for each column that is missing
        match = _FOUND.search(message)
        has = int(match.group(2)) if match else 0
        rows[line] = min(rows.get(line, (has, content)), (has, content))
    width = len(dialect.header)
    misshapen = [
        (number, line, f"fault||{has} values for {width} columns", content)
        for line, (has, content) in rows.items()
    ]
    db.executemany("insert into misshapen values (?, ?, ?, ?)", misshapen)
