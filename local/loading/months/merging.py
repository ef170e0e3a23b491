"""What `incoming` changes in a snapshot of silver, and what its months are then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from local.loading.files.reading import NAMES
from local.loading.months.silver_rows import Month, SilverRows
from local.loading.rows.incoming import AGE

_FEW = 200
"""So many ids are looked for one by one; more of them as a range."""


@dataclass(frozen=True)
class Change:
    """What a load changes in a snapshot of silver.

    Attributes:
        new: how many reviews silver lacks.
        changed: of how many reviews silver has an older version.
        unchanged: how many reviews silver has as they are.
        older: of how many reviews silver has a newer version, which stays.
        months: the months that change, in order.
    """

    new: int
    changed: int
    unchanged: int
    older: int
    months: tuple[Month, ...]


def compare(
    db: duckdb.DuckDBPyConnection, silver: SilverRows, now: Callable[[str], None]
) -> Change:
    """Makes the tables `left_out`, of reviews that change nothing, and `replaced`, of old versions.

    Both have a month, and are in its order: those of one month are read without the others.
    Nothing large is joined and sorted in one statement: each needs the memory for itself.
    """
    now("looking for the reviews in silver")
    db.execute(
        f"""
        create or replace table matched as
        select
            present.review_id,
            present.review_year as old_year,
            present.review_month as old_month,
            {AGE.format("present")} as old_age,
            incoming.review_year,
            incoming.review_month,
            {AGE.format("incoming")} as age
        from ({_keys(db, silver)}) as present
        inner join incoming using (review_id)
        """
    )
    db.execute(
        """
        create or replace table twice as
        select review_id from matched
        group by review_id
        having count(*) > 1
        """
    )
    db.execute(
        """
        create or replace table left_out as
        select review_id, review_year, review_month, true as is_older from matched
        group by review_id, review_year, review_month
        having max(old_age) > any_value(age)
        order by review_year, review_month
        """
    )
    _leave_out_the_same(db, silver, now)
    db.execute(
        """
        create or replace table replaced as
        select review_id, old_year as review_year, old_month as review_month from matched
        anti join left_out using (review_id)
        order by review_year, review_month
        """
    )
    return _change(db)


def month_after(db: duckdb.DuckDBPyConnection, silver: SilverRows, month: Month) -> str:
    """The select of a changed month's rows as they are after the load, in silver's columns."""
    there = f"review_year = {month[0]} and review_month = {month[1]}"
    more = "".join(f', others."{name}"' for name in silver.other_columns)
    kept = ", ".join(f'"{name}"' for name in silver.columns)
    return f"""
        with

        kept as (

            select {kept} from ({silver.of_month(db, month, silver.columns)})
            anti join (select review_id from replaced where {there}) using (review_id)

        ),

        loaded as (

            select {_prefixed("incoming")}{more} from incoming
            anti join (select review_id from left_out where {there}) as left_out using (review_id)
            {"left join others using (review_id)" if more else ""}
            where {there}

        ),

        after_load as (

            select * from kept
            union all by name
            select * from loaded

        )

        select {kept} from after_load
        order by review_id
    """


def keep_other_columns(db: duckdb.DuckDBPyConnection, silver: SilverRows) -> None:
    """Makes the table `others`: what silver has beyond review_flat of reviews that are replaced."""
    if not silver.other_columns:
        return
    columns = ("review_id", *silver.other_columns)
    names = ", ".join(f'"{name}"' for name in columns)
    db.execute(
        f"create or replace table others as select {names} from"
        f" ({silver.of_month(db, None, columns)}) limit 0"
    )
    for month in db.execute("select distinct review_year, review_month from replaced").fetchall():
        db.execute(
            f"insert into others select distinct on (review_id) {names}"
            f" from ({silver.of_month(db, month, columns)})"
            f" semi join (select review_id from replaced where review_year = {month[0]}"
            f" and review_month = {month[1]}) using (review_id)"
            " anti join (select review_id from others) as known using (review_id)"
        )


def _keys(db: duckdb.DuckDBPyConnection, silver: SilverRows) -> str:
    row = db.execute("select min(review_id), max(review_id), count(*) from incoming").fetchone()
    low, high, count = row or (None, None, 0)
    few = db.execute("select review_id from incoming").fetchall() if count <= _FEW else []
    return silver.of_reviews(db, low, high, [row[0] for row in few])


def _leave_out_the_same(
    db: duckdb.DuckDBPyConnection, silver: SilverRows, now: Callable[[str], None]
) -> None:
    months = db.execute(
        """
        select distinct old_year, old_month from matched
        where old_year = review_year and old_month = review_month
        order by all
        """
    ).fetchall()
    for number, month in enumerate(months, 1):
        now(f"comparing month {number} of {len(months)}")
        present = silver.of_month(db, month, NAMES.split(", "))
        db.execute(
            f"""
            insert into left_out
            with

            same as (

                select {NAMES} from incoming
                where review_year = {month[0]} and review_month = {month[1]}
                intersect
                select {NAMES} from ({present})

            )

            select review_id, review_year, review_month, false from same
            anti join twice using (review_id)
            """
        )


def _change(db: duckdb.DuckDBPyConnection) -> Change:
    counts = db.execute(
        """
        select
            (select count(*) from incoming)
            - (select count(distinct review_id) from matched) as new,
            (select count(distinct review_id) from replaced) as changed,
            (select count(*) from left_out where not is_older) as unchanged,
            (select count(*) from left_out where is_older) as older
        """
    ).fetchone()
    months = db.execute(
        """
        select review_year, review_month from replaced
        union
        select review_year, review_month from incoming
        anti join left_out using (review_id)
        order by all
        """
    ).fetchall()
    new, changed, unchanged, older = counts or (0, 0, 0, 0)
    return Change(new, changed, unchanged, older, tuple(months))


def _prefixed(table: str) -> str:
    return ", ".join(f"{table}.{name}" for name in NAMES.split(", "))
