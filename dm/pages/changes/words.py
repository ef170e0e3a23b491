"""What differs between two states of a table, in words: for a terminal, and in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from dm.reading.difference.changes import NOTHING, Changed, Changes, Counts
from dm.terminal.output import Row, rows_out, text
from runner import periods
from runner.dbt.messages import count

if TYPE_CHECKING:
    from dm.reading.difference.preview import Preview

MONTHS = 12
"""How many of the months that differ are listed; the page has all of them."""

ROWS = 5
"""How many of the most changed rows are shown of each kind."""

_MONTH = ("review_year", "review_month")


def tell(found: Changes) -> None:
    """Prints what differs in a table: a line for all, the months, the columns, the rows."""
    click.echo(summary(found))
    differing = found.differing
    if not differing:
        return
    rows_out(_months(differing), "table")
    if len(differing) > MONTHS:
        click.echo(
            f"  and {count(len(differing) - MONTHS, 'month')} more, with fewer rows that differ"
        )
    if columns := _columns(found.total):
        click.echo()
        rows_out(columns, "table")
    for kind, group in _by_kind(found.rows):
        click.echo(f"\n{kind}, the most changed first:")
        rows_out([_row(row) for row in group], "table")


def summary(found: Changes) -> str:
    """A sentence: how much of a table differs."""
    differing, total = found.differing, found.total
    if not differing:
        return f"{found.table}: no row differs, in {count(len(found.months), 'month')}"
    counts = ", ".join(
        f"{number:,} {kind}"
        for kind, number in (
            ("new", total.new),
            ("gone", total.gone),
            ("changed", total.changed),
            ("moved in rank alone", total.moved),
        )
        if number
    )
    equal = len(found.months) - len(differing)
    others = f"; nothing differs in {count(equal, 'other month')}" if equal else ""
    return f"{found.table}: rows {counts}, in {periods.in_words(differing)}{others}"


def markdown(found: Changes) -> str:
    """The same in Markdown, such as for a pull request."""
    lines = [f"#### {summary(found)}"]
    if found.differing:
        lines += ["", *_table(_months(found.differing))]
        if len(found.differing) > MONTHS:
            more = count(len(found.differing) - MONTHS, "month")
            lines += ["", f"And {more} more, with fewer rows that differ."]
    if columns := _columns(found.total):
        lines += ["", *_table(columns)]
    for kind, group in _by_kind(found.rows):
        lines += ["", f"<details><summary>{kind}</summary>", ""]
        lines += [*_table([_row(row) for row in group]), "", "</details>"]
    return "\n".join(lines) + "\n"


def markdown_of(previews: Sequence[Preview]) -> str:
    """Previews of several tables in Markdown: first what is to be known of each, then all of it."""
    rows: list[Row] = []
    for one in previews:
        total = one.changes.total if one.changes else NOTHING
        differing = one.changes.differing if one.changes else {}
        rows.append(
            {
                "table": one.table,
                "months that differ": f"{len(differing)} of {len(one.why)}",
                "new": total.new,
                "gone": total.gone,
                "changed": total.changed,
                "moved": total.moved,
                "verdict": one.verdict,
            }
        )
    told = ["### What this would change in the gold tables", "", *_table(rows), ""]
    told += [markdown(one.changes) for one in previews if one.changes and one.changes.differing]
    return "\n".join(told)


def _months(differing: dict[str, Counts]) -> list[Row]:
    """The months that differ most, in order."""
    most = sorted(
        differing, key=lambda month: (-differing[month].others, -differing[month].moved, month)
    )[:MONTHS]
    return [
        {
            "month": month,
            "rows before": found.before,
            "after": found.after,
            "new": found.new,
            "gone": found.gone,
            "changed": found.changed,
            "moved": found.moved,
        }
        for month, found in sorted(differing.items())
        if month in most
    ]


def _columns(total: Counts) -> list[Row]:
    return [
        {
            "column": name,
            "differs in rows": found.rows,
            "largest difference": found.largest,
            "typical": found.typical,
        }
        for name, found in total.columns.items()
    ]


def _by_kind(rows: Iterable[Changed]) -> list[tuple[str, list[Changed]]]:
    named = {"changed": "Changed", "new": "New", "gone": "Gone", "moved": "Moved in rank"}
    found = {kind: [row for row in rows if row.change == kind][:ROWS] for kind in named}
    return [(named[kind], group) for kind, group in found.items() if group]


def _row(row: Changed) -> Row:
    """A row of a table: what differs as `before -> after`."""
    was, becomes = row.before, row.after
    values = becomes or was or {}
    return {"month": row.period} | {
        name: f"{text(was[name])} -> {text(value)}"
        if was and becomes and was[name] != value
        else value
        for name, value in values.items()
        if name not in _MONTH
    }


def _table(rows: Sequence[Row]) -> list[str]:
    def line(values: Iterable[object]) -> str:
        cells = (
            text(v).replace("|", "\\|").replace("\n", " ").replace("<", "&lt;") for v in values
        )
        return f"| {' | '.join(cells)} |"

    return [line(rows[0]), line("---" for _ in rows[0]), *(line(row.values()) for row in rows)]
