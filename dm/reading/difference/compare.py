"""Compares two states of a gold table in DuckDB, in one pass over the files that differ."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from pyiceberg.table import Table
from pyiceberg.types import DoubleType, FloatType, IntegerType, LongType

from dm.reading import duck
from dm.reading.difference import changes
from dm.reading.past.history import key_columns
from dm.reading.show import months as months_of

MONTH = ("review_year", "review_month")
RANK = "period_rank"
_NUMBERS = (DoubleType, FloatType, IntegerType, LongType)

MOST = 20
"""How many of the most changed rows are told of each kind."""

_QUERY = """
with sides as (
    select false as is_after, * from ({before}) where {months}
    union all
    select true as is_after, * from ({after}) where {months}
),
matched as (
    select
        {by},
        count(*) filter (where not is_after) as rows_before,
        count(*) filter (where is_after) as rows_after,
        {values}
    from sides
    group by {by}
),
judged as (
    select
        *,
        printf('%04d-%02d', review_year, review_month) as period,
        case
            when rows_before = 0 then 'new'
            when rows_after = 0 then 'gone'
            when {values_differ} then 'changed'
            when {rank_differs} then 'moved'
        end as change,
        {amount} as amount
    from matched
),
counted as (
    select
        period,
        sum(rows_before)::bigint as rows_before,
        sum(rows_after)::bigint as rows_after,
        sum(greatest(rows_after - rows_before, 0))::bigint as new,
        sum(greatest(rows_before - rows_after, 0))::bigint as gone,
        count(*) filter (where change = 'changed') as changed,
        count(*) filter (where change = 'moved') as moved,
        {{{columns}}} as columns
    from judged
    group by grouping sets ((period), ())
),
ordered as (
    select
        *,
        row_number() over (
            partition by change
            order by amount desc, least(before_{rank}, after_{rank}), period desc, {key}
        ) as place
    from judged
    where change is not null
)
select to_json(counted) from counted
union all
select to_json({{
    change: change,
    period: period,
    was: case when rows_before > 0 then {{{was}}} end,
    becomes: case when rows_after > 0 then {{{becomes}}} end
}})
from (from ordered where place <= {most} order by change, place)
"""


def snapshots(
    table: Table,
    name: str,
    before: int | None,
    after: int | None,
    months: Collection[str] = (),
) -> changes.Changes:
    """What differs between two snapshots of a gold table; None is one without any rows.

    Files that both have are not read: their months are told as equal.

    Args:
        table: the table.
        name: its name.
        before: the one snapshot.
        after: the other one.
        months: only these; none for all.
    """
    key = key_columns(name)
    differ = duck.changed_files(table, before, after)
    with duck.connect() as db:
        query = _query(
            table,
            key,
            duck.select(db, table, before, paths=differ),
            duck.select(db, table, after, paths=differ),
            duck.in_months(months),
        )
        lines: list[dict[str, Any]] = [json.loads(line) for (line,) in db.execute(query).fetchall()]
    there = {*months_of(table, before), *months_of(table, after)}
    return changes.read(name, key, lines, there & set(months) if months else there)


def _query(table: Table, key: list[str], before: str, after: str, months: str) -> str:
    fields = {field.name: field.field_type for field in table.schema().fields}
    values = [c for c in fields if c not in (*key, *MONTH)]
    numbers = [c for c in values if isinstance(fields[c], _NUMBERS)]
    columns = []
    for name in values:
        here = f"rows_before > 0 and rows_after > 0 and {_differs(name)}"
        parts = [f"rows: count(*) filter (where {here})"]
        if name in numbers:
            gap = f"abs(after_{name} - before_{name})"
            parts += [
                f"largest: max({gap}) filter (where {here})",
                f"typical: median({gap}) filter (where {here})",
            ]
        columns.append(f"{name}: {{{', '.join(parts)}}}")
    shares = [
        f"coalesce(abs(after_{c} - before_{c})::double"
        f" / nullif(greatest(abs(after_{c}), abs(before_{c})), 0), 0)"
        for c in numbers
        if c != RANK
    ]
    others = [c for c in values if c != RANK]
    return _QUERY.format(
        before=before,
        after=after,
        months=months,
        by=", ".join((*MONTH, *key)),
        values=",\n        ".join(
            f"max({c}) filter (where {'' if side == 'after' else 'not '}is_after) as {side}_{c}"
            for c in values
            for side in ("before", "after")
        ),
        values_differ=" or ".join(map(_differs, others)) or "false",
        rank_differs=_differs(RANK),
        amount=(
            "case when rows_before = 0 or rows_after = 0 then 1.0"
            f" when not ({' or '.join(map(_differs, others)) or 'false'})"
            f" then abs(after_{RANK} - before_{RANK})::double"
            f" else greatest({', '.join(['0.0', *shares])}) end"
        ),
        columns=", ".join(columns),
        rank=RANK,
        key=", ".join(key),
        was=", ".join([*(f"{c}: {c}" for c in key), *(f"{c}: before_{c}" for c in values)]),
        becomes=", ".join([*(f"{c}: {c}" for c in key), *(f"{c}: after_{c}" for c in values)]),
        most=MOST,
    )


def _differs(column: str) -> str:
    return f"before_{column} is distinct from after_{column}"
