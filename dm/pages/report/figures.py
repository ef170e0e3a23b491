"""Reads what the page shows: rows of the gold tables, and which run wrote each month."""

from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

import duckdb
from pyiceberg.table import Table

from dm.reading.past import history, snapshots, states
from dm.reading.show import NotBuilt, NothingToShow, Unreadable, gold_table
from local.lake import Lake
from runner.project import tables

TOP = 10
"""How many rows of a month have their history told."""

VOLUME = "state_by_review_volume"
"""The table whose rows hold each review of a month once."""

# How many rows of a month the page shows, where it is not TOP.
_SHOWN = {VOLUME: 100}  # on a map

# JavaScript would round a large number, so a key is a text.
_ROWS = """
select
    printf('%04d-%02d', review_year, review_month) as month,
    * exclude (review_year, review_month) replace ({key}::varchar as {key})
from gold
where period_rank <= {shown}
order by month, period_rank
"""

_HISTORY = """
select
    {key}::varchar,
    printf('%04d-%02d', review_year, review_month) as month,
    period_rank,
    {reviews},
    {rating}
from gold
where {key} in (select {key} from gold where period_rank <= least({top}, {shown}))
order by all
"""

_TOTALS = """
select
    printf('%04d-%02d', review_year, review_month) as month,
    count(*) as total_rows,
    sum({reviews})::bigint as total_reviews
from gold
group by month
"""


@dataclass(frozen=True)
class Run:
    """A run that wrote months of a table; `silver` is the snapshot that it read."""

    snapshot: str
    written: str
    run: str
    silver: str
    code: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """What the page has of a gold table.

    Attributes:
        key: the column that names a row within a month.
        columns: the names of the values of a row.
        rows: the first rows of each month, by rank.
        total_rows: how many rows each month has.
        total_reviews: the sum of the column of that name, of each month.
        history: for each key that is among the first rows of any month: month, period_rank,
            total_reviews and avg_rating (None if the table has none) of all its rows.
        runs: those that wrote what is there, newest first.
        written_by: for each month, the place of its run in `runs`; none if it is not known.
        held: for each month that somebody holds, what they said of it.
    """

    key: str
    columns: list[str]
    rows: dict[str, list[list[object]]]
    total_rows: dict[str, int]
    total_reviews: dict[str, int]
    history: dict[str, list[list[object]]]
    runs: list[Run]
    written_by: dict[str, int]
    held: dict[str, str]


def read(lake: Lake, as_of: str | None = None) -> dict[str, Figures]:
    """The gold tables that have months, by name, now or as of a time: see states.moment_of.

    Raises:
        NotBuilt: none has.
    """
    found = {}
    when = states.moment_of(lake, as_of)
    for name in tables():
        with suppress(NotBuilt, Unreadable, states.NoState):
            table = gold_table(lake, name)
            figures = _figures(name, table, states.snapshot_of(table, name, when))
            if figures.rows or figures.written_by:
                found[name] = figures
    if not found:
        raise NotBuilt(
            f"No gold table was built as of {when}" if when else "No gold table is built yet"
        )
    return found


def _figures(name: str, table: Table, snapshot_id: int | None) -> Figures:
    gold = table.scan(snapshot_id=snapshot_id).to_arrow()
    key = _key(name, gold.column_names)
    names = {
        "key": key,
        "reviews": "total_reviews" if "total_reviews" in gold.column_names else "null",
        "rating": "avg_rating" if "avg_rating" in gold.column_names else "null",
        "top": TOP,
        "shown": _SHOWN.get(name, TOP),
    }
    with duckdb.connect() as db:
        db.register("gold", gold)
        first = db.sql(_ROWS.format(**names))
        columns, rows = first.columns[1:], [tuple(map(_plain, row)) for row in first.fetchall()]
        past = db.sql(_HISTORY.format(**names)).fetchall()
        totals = db.sql(_TOTALS.format(**names)).fetchall()
    runs, written_by = _runs(table, snapshot_id)
    return Figures(
        key=key,
        columns=columns,
        rows=_by_first(rows),
        total_rows={month: total for month, total, _ in totals},
        total_reviews={month: total for month, _, total in totals},
        history=_by_first(past),
        runs=runs,
        written_by=written_by,
        held=_held(table, snapshot_id),
    )


def _key(name: str, columns: list[str]) -> str:
    try:
        return history.key_columns(name)[0]
    except NothingToShow:  # of a table that is not tested so
        return columns[0]


def _plain(value: object) -> object:
    """A value as the page's script has it."""
    if isinstance(value, Decimal):
        return float(value)
    return value if isinstance(value, str | int | float | None) else str(value)


def _runs(table: Table, snapshot_id: int | None) -> tuple[list[Run], dict[str, int]]:
    """The runs that wrote what is there, newest first, and the place of each month's run."""
    versions = history.current_versions(table, snapshot_id)
    newest = sorted(versions.values(), key=lambda version: version.written, reverse=True)
    found: dict[int, Run] = {}
    for version in newest:
        found[version.snapshot_id] = Run(
            snapshot=str(version.snapshot_id),
            written=version.written.isoformat(timespec="seconds"),
            run=version.run,
            silver=", ".join(map(str, version.silver.values())),
            code=version.code_version,
            tests=version.tests,
        )
    places = {snapshot: place for place, snapshot in enumerate(found)}
    return list(found.values()), {
        period: places[version.snapshot_id] for period, version in sorted(versions.items())
    }


def _held(table: Table, snapshot_id: int | None) -> dict[str, str]:
    now = snapshot_id or table.metadata.current_snapshot_id
    found = snapshots.held(table, snapshots.ancestors(table, now))
    return {month: said.in_words for month, said in found.items()}


def _by_first(rows: list[tuple[object, ...]]) -> dict[str, list[list[object]]]:
    """Rows by their first value, which they lose."""
    found: dict[str, list[list[object]]] = {}
    for first, *rest in rows:
        found.setdefault(str(first), []).append(rest)
    return found
