"""Reads files of reviews, in the columns of `dm_silver.review_flat`."""

import csv as text_csv
import io
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv
from pyiceberg.schema import Schema
from pyiceberg.types import DoubleType, IntegerType, LongType, NestedField, StringType
from pyiceberg.types import TimestamptzType as Timestamp

from runner.errors import DataMasterError

_COLUMNS = {
    "review_id": LongType(),
    "brewery_id": LongType(),
    "beer_id": LongType(),
    "profile_id": LongType(),
    "brewery_name": StringType(),
    "beer_name": StringType(),
    "beer_style": StringType(),
    "beer_abv": DoubleType(),
    "profile_name": StringType(),
    "email": StringType(),
    "state": StringType(),
    "review_overall": DoubleType(),
    "review_aroma": DoubleType(),
    "review_appearance": DoubleType(),
    "review_palate": DoubleType(),
    "review_taste": DoubleType(),
    "review_time": LongType(),
    "created_at": Timestamp(),
    "updated_at": Timestamp(),
    "deleted_at": Timestamp(),
    "review_year": IntegerType(),
    "review_month": IntegerType(),
}
SCHEMA = Schema(
    *(NestedField(i, name, type_) for i, (name, type_) in enumerate(_COLUMNS.items(), start=1))
)
ARROW_SCHEMA: pa.Schema = pa.schema(
    # Without the Iceberg field ids, which a file of reviews does not have.
    [pa.field(field.name, field.type) for field in SCHEMA.as_arrow()]
)
_YEARS = (1970, 2100)
_CONVERSION = re.compile(r"In CSV column #(\d+): Row #(\d+): CSV conversion error to (\S+?)[:\[ ]")


class UnreadableReviews(DataMasterError):
    """A file of reviews that cannot be loaded as it is; nothing of it was loaded."""


def read(path: Path) -> pa.Table:
    """Reads a file of reviews and checks it as a whole.

    Args:
        path: CSV (UTF-8, a header row, timestamps with a zone), such a CSV gzipped, or Parquet.

    Returns:
        A table of ARROW_SCHEMA, one row per review_id.

    Raises:
        UnreadableReviews: names the file and, where there is one, the row and the column.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(4)
        if magic == b"PAR1":
            table = _read_parquet(path)
        elif path.suffix == ".parquet":
            raise UnreadableReviews(f"{path}: not a Parquet file")
        elif magic[:2] != b"\x1f\x8b" and path.suffix == ".gz":
            raise UnreadableReviews(f"{path}: not a gzip file")
        else:
            table = _read_csv(path, "gzip" if magic[:2] == b"\x1f\x8b" else None)
    except OSError as error:
        reason = error.strerror or f"{error} (a broken or incomplete file)"
        raise UnreadableReviews(f"{path}: {reason}") from error
    _check(path, table)
    return table


def _read_csv(path: Path, compression: str | None) -> pa.Table:
    header = _header(path, compression)
    _check_columns(path, header)
    short_rows: list[csv.InvalidRow] = []

    def note(row: csv.InvalidRow) -> str:
        short_rows.append(row)
        return "error"

    try:
        with pa.input_stream(str(path), compression=compression) as stream:
            return csv.read_csv(
                stream,
                csv.ReadOptions(use_threads=False),  # with threads, errors have no row number
                csv.ParseOptions(newlines_in_values=True, invalid_row_handler=note),
                csv.ConvertOptions(
                    column_types=ARROW_SCHEMA, null_values=[""], strings_can_be_null=True
                ),
            ).select(ARROW_SCHEMA.names)
    except pa.ArrowInvalid as error:
        # Arrow's own text quotes the row, which may hold personal data.
        if short_rows:
            row = short_rows[0]
            problem = f"{row.actual_columns} values for {row.expected_columns} columns"
            raise UnreadableReviews(f"{path}: row {row.number}: {problem}") from None
        if match := _CONVERSION.match(str(error)):
            column, number, kind = match.groups()
            where = f"row {number}, column {header[int(column)]}"
            raise UnreadableReviews(f"{path}: {where}: not a {kind}") from None
        raise UnreadableReviews(f"{path}: not a CSV file with a header and reviews") from None


def _header(path: Path, compression: str | None) -> list[str]:
    with pa.input_stream(str(path), compression=compression) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
        return next(text_csv.reader(text), [])


def _read_parquet(path: Path) -> pa.Table:
    try:
        table = pq.read_table(path)
    except pa.ArrowException as error:
        raise UnreadableReviews(f"{path}: not a readable Parquet file") from error
    _check_columns(path, table.schema.names)
    columns = []
    for field in ARROW_SCHEMA:
        try:
            columns.append(table[field.name].cast(field.type))
        except pa.ArrowException:
            found = table[field.name].type
            raise UnreadableReviews(
                f"{path}: column {field.name}: {found} does not fit {field.type}"
            ) from None
    return pa.table(columns, schema=ARROW_SCHEMA)


def _check_columns(path: Path, found: list[str]) -> None:
    missing = [name for name in ARROW_SCHEMA.names if name not in found]
    if missing:
        raise UnreadableReviews(
            f"{path}: no column {', '.join(missing)}",
            f"The header must name the columns of review_flat: {', '.join(ARROW_SCHEMA.names)}.",
        )


def _check(path: Path, table: pa.Table) -> None:
    time = pc.cast(table["review_time"], pa.timestamp("s", "UTC"))
    year = pc.year(time)
    ids = table["review_id"]
    problems = {
        "review_id: it is empty": pc.is_null(ids),
        "review_time: it is empty": pc.is_null(time),
        f"review_time: not in seconds since 1970 (years {_YEARS[0]} to {_YEARS[1]})": pc.or_(
            pc.less(year, _YEARS[0]), pc.greater(year, _YEARS[1])
        ),
        "review_year: it is not the year of review_time in UTC": _differ(
            table["review_year"], year
        ),
        "review_month: it is not the month of review_time in UTC": _differ(
            table["review_month"], pc.month(time)
        ),
    }
    for problem, rows in problems.items():
        row = pc.index(rows, True).as_py()
        if row >= 0:
            raise UnreadableReviews(f"{path}: row {row + 2}, column {problem}")
    counts = pc.value_counts(ids.combine_chunks())
    twice = counts.filter(pc.greater(counts.field("counts"), 1))
    if len(twice):
        raise UnreadableReviews(
            f"{path}: review_id {twice[0]['values']} is there {twice[0]['counts']} times",
            "A file holds one row per review: keep the latest version of each.",
        )


def _differ(left: pa.ChunkedArray, right: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.fill_null(pc.not_equal(left, right), True)
