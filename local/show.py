"""Reads gold tables without Spark."""

from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.table import Table

from local.lake import Lake
from runner import periods
from runner.control.table import SCHEMA
from runner.errors import DataMasterError


class NothingToShow(DataMasterError):
    """There is no such table, or no such period in it."""


def top(
    lake: Lake, name: str, period: str | None, limit: int
) -> tuple[str, list[dict[str, object]]]:
    """A period, and its first rows in a gold table, by rank.

    Args:
        lake: the lake.
        name: the table.
        period: such as 2010-12; None for the table's last one.
        limit: how many rows.

    Raises:
        NothingToShow: the table is not built, or has no row of that period.
        InvalidPeriod: the period is none.
    """
    try:
        table = lake.catalog.load_table((SCHEMA, name))
    except NoSuchTableError as error:
        raise NothingToShow(
            f"{SCHEMA}.{name} is not built yet",
            "Load reviews with 'dm load', then build it with 'dm process'.",
        ) from error
    there = sorted(
        periods.of(part["review_year"], part["review_month"])
        for part in table.inspect.partitions()["partition"].to_pylist()
    )
    wanted = periods.parse(period) if period else (there or [""])[-1]
    if wanted not in there:
        which = f"of {wanted}" if wanted else "at all"
        raise NothingToShow(
            f"{SCHEMA}.{name} has no rows {which}",
            f"It has {periods.in_words(there)}." if there else "",
        )
    return wanted, _rows(table, wanted, limit)


def _rows(table: Table, period: str, limit: int) -> list[dict[str, object]]:
    year, month = map(int, period.split("-"))
    rows = table.scan(
        f"review_year = {year} and review_month = {month} and period_rank <= {limit}"
    ).to_arrow()
    first: list[dict[str, object]] = rows.sort_by("period_rank").to_pylist()
    return first
