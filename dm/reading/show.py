"""Reads gold tables without Spark."""

from contextlib import suppress

from pyiceberg.table import Table

from dm.reading import declared, tables
from dm.reading.past import snapshots
from local.lake import Lake
from runner import periods
from runner.control.table import SCHEMA
from runner.errors import DataMasterError
from runner.periods import InvalidPeriod
from runner.project import PROJECT

Row = dict[str, object]


class NothingToShow(DataMasterError):
    """There is no such table or branch, or no such period or row in it."""


class Unreadable(NothingToShow):
    """A table is in the catalog, and its metadata is not where that says."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{SCHEMA}.{name} cannot be read: its metadata file is gone",
            "docs/operations.md says how to repair it.",
        )


class NotBuilt(NothingToShow):
    """There is no such table yet."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "Load reviews with 'dm load', then build it with 'dm process'.")


def gold_table(lake: Lake, name: str) -> Table:
    """A gold table.

    Raises:
        NotBuilt: it is not.
        Unreadable: its metadata file is gone.
    """
    try:
        found = tables.find(lake, (SCHEMA, name))
    except FileNotFoundError as error:
        raise Unreadable(name) from error
    if found is None:
        raise NotBuilt(f"{SCHEMA}.{name} is not built yet")
    return found


def top(
    lake: Lake,
    name: str,
    period: str | None,
    limit: int,
    branch: str | None = None,
    as_of: str | None = None,
) -> tuple[str, list[Row]]:
    """A period, and its first rows in a gold table, by rank.

    Args:
        lake: the lake.
        name: the table.
        period: such as 2010-12; None for the table's last one.
        limit: how many rows.
        branch: an audit branch; None for what is published.
        as_of: a time, run or snapshot: see states.snapshot_of.

    Raises:
        NothingToShow: the table is not built, or has no such state, or no row of that period.
        InvalidPeriod: the period is none.
    """
    from dm.reading.past import states  # which stands on this module

    table = gold_table(lake, name)
    if branch is not None:
        states.must_have_branch(table, name, branch)
    snapshot_id = states.snapshot_of(table, name, branch or as_of)
    there = months(table, snapshot_id)
    wanted = periods.parse(period) if period else (there or [""])[-1]
    if wanted not in there:
        raise NothingToShow(
            _why_empty(table, name, wanted),
            f"It has {periods.in_words(there)}." if there else "",
        )
    return wanted, rows(table, snapshot_id, wanted, f"period_rank <= {limit}")


def _why_empty(table: Table, name: str, period: str) -> str:
    """Says whether a table, or a period of it, was never built, or has no row by its rules."""
    built = snapshots.built_periods(table)
    if not (period in built if period else built):
        return f"{SCHEMA}.{name} has no rows {f'of {period}' if period else 'at all'}"
    code = (PROJECT / "models" / "gold" / f"{name}.sql").read_text()
    why = "no review counts"
    if "min_reviews" in code:
        least = declared.min_reviews()
        why = f"nothing has the {least} reviews in a month that it needs (var min_reviews)"
    return f"{SCHEMA}.{name} is built{f' for {period}' if period else ''}, and has no row: {why}"


def months(table: Table, snapshot_id: int | None) -> list[str]:
    """The months that have rows in a snapshot of a table, in order; what names none is left out."""
    found = set()
    if snapshot_id is not None:
        parts = table.inspect.partitions(snapshot_id)
        # Of a snapshot without any file, PyIceberg gives no such column.
        for part in parts["partition"].to_pylist() if "partition" in parts.column_names else ():
            with suppress(InvalidPeriod):
                found.add(periods.of(part["review_year"], part["review_month"]))
    return sorted(found)


def rows(table: Table, snapshot_id: int | None, period: str, where: str = "true") -> list[Row]:
    """The rows of a period in a snapshot of a gold table, by rank; none if there is no snapshot."""
    if snapshot_id is None:
        return []
    year, month = map(int, periods.parse(period).split("-"))
    in_period = f"review_year = {year} and review_month = {month}"
    found = table.scan(
        in_period if where == "true" else f"{in_period} and {where}", snapshot_id=snapshot_id
    ).to_arrow()
    ranked: list[Row] = found.sort_by("period_rank").to_pylist()
    return ranked
