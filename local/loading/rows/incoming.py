"""From rows to the table `incoming`: the newest of each review, without faults."""

from collections.abc import Sequence

import duckdb

from local.duck import literal
from local.loading.files.reading import NAMES, Rows
from local.loading.rows.rules import END

AGE = "coalesce({0}.updated_at, {0}.created_at, to_timestamp({0}.review_time))"
"""The time of a version of a review: the newest wins."""

_MONTHS = "review_year, review_month"

_AGAIN = f"""
create or replace table again as
with

several as (

    select review_id from staged
    where faults is null
    group by review_id
    having count(*) > 1

),

versions as (

    select
        staged.rowid as position,
        {", ".join(f"staged.{name}" for name in NAMES.split(", "))},
        {AGE.format("staged")} as age
    from staged
    inner join several using (review_id)
    where faults is null

),

newest as (

    select review_id, max(age) as age from versions
    group by review_id

)

select
    versions.* exclude (age),
    versions.age = newest.age as is_newest,
    max(position) filter (is_newest) over (partition by review_id) as last_newest
from versions
inner join newest using (review_id)
"""

_CONFLICTS = f"""
select position from again
where is_newest and review_id in (
    select earlier.review_id
    from again as earlier
    inner join again as latest
        on earlier.last_newest = latest.position
    where earlier.is_newest
        and ({", ".join(f"earlier.{name}" for name in NAMES.split(", "))})
        is distinct from ({", ".join(f"latest.{name}" for name in NAMES.split(", "))})
)
"""


def refuse_conflicts(db: duckdb.DuckDBPyConnection, files: Sequence[Rows]) -> None:
    """Makes faults of rows of the same review and time that differ: none of them is the newest."""
    db.execute(_AGAIN)
    told = "fault|review_id|it is there again with the same updated_at and other values"
    for number, file in enumerate(files):
        names = {name: file.header[position] for name, position in file.columns.source.items()}
        names |= {name: name for name in file.columns.fixed}
        content = ", ".join(f"{literal(theirs)}, {ours}" for ours, theirs in names.items())
        db.execute(
            f"update staged set faults = '{told}', content = json_object({content})::varchar"
            f" where file = {number} and rowid in ({_CONFLICTS})"
        )


def make(db: duckdb.DuckDBPyConnection) -> None:
    """Makes `incoming` of `staged`, by month, and drops that."""
    db.execute(
        f"""
        create or replace table incoming as
        select {NAMES} from staged
        where faults is null
            and rowid not in (select position from again where position <> last_newest)
        order by {_MONTHS}
        """
    )
    db.execute("drop table staged")
    db.execute("drop table again")


def counts(db: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many rows were read, are refused, and are older or the same as another one."""
    row = db.execute(
        """
        select
            (select count(*) from staged) + (select count(*) from misshapen) as read,
            (select count(*) from staged where faults is not null)
            + (select count(*) from misshapen) as refused,
            (
                select count(*) from again
                where is_newest and position <> last_newest
                    and position not in (select rowid from staged where faults is not null)
            ) as repeated,
            (select count(*) from again where not is_newest) as older
        """
    ).fetchone()
    return dict(zip(("read", "refused", "repeated", "older"), row or (), strict=True))


def notes(db: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str, int]]:
    """Kind, column and detail of what was changed in values, and how often."""
    return db.execute(
        f"""
        with each as (
            select unnest(string_split(notes, chr({ord(END)}))) as note from staged
            where notes is not null and faults is null
        )

        select
            split_part(note, '|', 1) as kind,
            split_part(note, '|', 2) as column_name,
            split_part(note, '|', 3) as detail,
            count(*)
        from each
        group by all
        order by all
        """
    ).fetchall()
