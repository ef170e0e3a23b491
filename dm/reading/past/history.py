"""Tells where the rows of a gold table come from: its snapshots say who built them, of what."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from dm.reading import declared
from dm.reading.past import run_history, snapshots, states
from dm.reading.past.snapshots import Held
from dm.reading.show import NothingToShow, Row, gold_table, rows
from dm.reading.stale import plans
from dm.terminal.output import text
from local.lake import Lake
from runner import periods

_ROLLED_BACK = re.compile(r"rolled back by .*? to snapshot (\d+): ", re.DOTALL)
"""What the macro rollback says of its commit, whose rows another snapshot's run computed."""


@dataclass(frozen=True)
class Version:
    """A period of a gold table as one run left it.

    Attributes:
        snapshot_id: the gold snapshot that the run made, and `parent_id` the one before it.
        written: when.
        run: the id of the run.
        silver: the snapshot of each source that it read.
        code_version: the commit of the project; empty if it was not in git.
        code: a hash of the model's SQL.
        fingerprint: that of the period's input.
        tests: those that its rows passed; none if they were published without tests.
        action: what a person did, such as rolled back, and why; empty of a run that built it.
    """

    snapshot_id: int
    parent_id: int | None
    written: datetime
    run: str
    silver: dict[str, int]
    code_version: str
    code: str
    fingerprint: str
    tests: tuple[str, ...]
    action: str = ""


@dataclass(frozen=True)
class Explanation:
    """The version of a period that readers see, and the values of a row in it and before it.

    Attributes:
        version: the version, as a run wrote it.
        total_rows: how many rows readers see now.
        stale: why a run would build the period again, were it not held; None if it would not.
        warnings: those of the version's tests that only warned.
        row: the values of the row in each version that changed it, newest first.
        held: what was said of the period if somebody holds it: no run builds it.
    """

    version: Version
    total_rows: int
    stale: str | None
    warnings: tuple[str, ...]
    row: list[Row]
    held: Held | None


def explain(
    lake: Lake, name: str, period: str, key: str | None, as_of: str | None = None
) -> Explanation:
    """Where a period of a gold table comes from, and how a row of it came to its values.

    Args:
        lake: the lake.
        name: the table.
        period: such as 2010-12.
        key: the value of the table's key, such as a beer_id; None for no row.
        as_of: tell it as it was then: see states.snapshot_of; what is stale is told of now alone.

    Raises:
        NothingToShow: there is no such table, or no snapshot tells of the period, or the key never
            was in it.
        InvalidPeriod: the period is none.
    """
    table = gold_table(lake, name)
    snapshot = states.snapshot_of(table, name, as_of)
    found = list(_versions(table, periods.parse(period), snapshot))
    if not found:
        raise NothingToShow(f"No snapshot of {name} tells of {period}")
    values = _values(table, found, period, key_columns(name), key) if key is not None else []
    total = len(rows(table, snapshot, period))
    now = plans.of(lake) if as_of is None else plans.Plans()
    stale = now.problem or now.why.get(name, {}).get(period)
    seen = _computed(table, found[0], period, snapshot)
    warned = run_history.warnings(lake, seen.run, name) & set(seen.tests)
    held = snapshots.held(table, snapshots.ancestors(table, snapshot)).get(period)
    if as_of is None and not now.problem:  # dbt knows which holds are over
        held = now.held.get(name, {}).get(period)
    stale = stale or (held.why if held else None)
    return Explanation(seen, total, stale, tuple(sorted(warned)), values, held)


def diff(lake: Lake, name: str, period: str, as_of: str | None = None) -> tuple[Version, list[Row]]:
    """What the last run that wrote a period changed in it.

    Returns:
        The version, and for each row that differs: `change` (new, gone, changed, or moved if only
        its rank is another), and its columns; those that changed as `before -> after`.

    Raises:
        NothingToShow: there is no such table, no snapshot tells of the period, or the snapshot
            before it is not kept any more.
        InvalidPeriod: the period is none.
    """
    table = gold_table(lake, name)
    snapshot = states.snapshot_of(table, name, as_of)
    last = next(_versions(table, periods.parse(period), snapshot), None)
    if last is None:
        raise NothingToShow(f"No snapshot of {name} tells of {period}")
    if last.parent_id is not None and table.snapshot_by_id(last.parent_id) is None:
        raise NothingToShow(f"{name} of before {last.written:%Y-%m-%d %H:%M} is not kept any more")
    key = key_columns(name)
    before, after = (
        {tuple(row[column] for column in key): row for row in rows(table, snapshot, period)}
        for snapshot in (last.parent_id, last.snapshot_id)
    )
    changes = [
        _change(before.get(which), after.get(which))
        for which in [*after, *(gone for gone in before if gone not in after)]
        if before.get(which) != after.get(which)
    ]
    return last, changes


def key_columns(name: str) -> list[str]:
    """The columns that are unique in a period of a gold table, as its test says."""
    for test in declared.model(name)["data_tests"]:
        if isinstance(test, dict) and "ranked_in_period" in test:
            key: str = test["ranked_in_period"]["arguments"]["key"]
            return [column.strip() for column in key.split(",")]
    raise NothingToShow(f"models/gold/{name}.yml has no test ranked_in_period, so it has no key")


def current_versions(table: Table, snapshot_id: int | None = None) -> dict[str, Version]:
    """The version of each period in a snapshot of a gold table, or that readers see, by the period.

    A period that only snapshots wrote which are not kept any more is not there.
    """
    found: dict[str, Version] = {}
    history = snapshots.ancestors(table, snapshot_id or table.metadata.current_snapshot_id)
    untested = snapshots.untested(history)
    for snapshot in history:
        for period in snapshots.written_periods(snapshot) - found.keys():
            version = _version(snapshot, period, tested=period not in untested)
            if version.action:
                version = _computed(table, version, period, snapshot.snapshot_id)
            found[period] = version
    return found


def _computed(table: Table, version: Version, period: str, snapshot_id: int | None) -> Version:
    """A version as the run tells it that computed its rows, with what people did of them since."""
    said = [version.action] if version.action else []
    for snapshot in snapshots.ancestors(table, snapshot_id):
        if snapshot.snapshot_id == version.snapshot_id:
            break
        if period in snapshots.published_periods(snapshot):
            said = [_by_hand(snapshot)]
    back = _ROLLED_BACK.match(version.action)
    if back:
        said = [_by_hand(rolled)] if (rolled := table.snapshot_by_id(version.snapshot_id)) else said
        before = next(_versions(table, period, int(back[1])), None)
        if before is None:  # nothing tells any more of what these rows are
            version = replace(version, silver={}, code_version="", code="")
        else:
            before = _computed(table, before, period, int(back[1]))
            version = replace(before, tests=before.tests if version.tests else ())
    return replace(version, action="; ".join(said))


def _by_hand(snapshot: Snapshot) -> str:
    action, run = snapshots.told(snapshot, "dm.action"), snapshots.told(snapshot, "dm.run-id")
    return f"{action} ({snapshots.written(snapshot):%Y-%m-%d %H:%M} UTC, run {run})"


def _versions(table: Table, period: str, snapshot_id: int | None) -> Iterator[Version]:
    """The versions of a period in the history of a snapshot, newest first."""
    history = snapshots.ancestors(table, snapshot_id)
    tested = period not in snapshots.untested(history)
    for snapshot in history:
        if period in snapshots.written_periods(snapshot):
            yield _version(snapshot, period, tested=tested)
            tested = True  # what went before is told as its own run told it


def _version(snapshot: Snapshot, period: str, *, tested: bool) -> Version:
    tests = snapshots.told(snapshot, "dm.tests") if tested else ""
    return Version(
        snapshot_id=snapshot.snapshot_id,
        parent_id=snapshot.parent_snapshot_id,
        written=snapshots.written(snapshot),
        run=snapshots.told(snapshot, "dm.run-id"),
        silver=snapshots.sources(snapshot),
        code_version=snapshots.told(snapshot, "dm.code-version"),
        code=snapshots.told(snapshot, "dm.code"),
        fingerprint=snapshots.inputs(snapshot).get(period, ""),
        tests=tuple(filter(None, tests.split(","))),
        action=snapshots.told(snapshot, "dm.action"),
    )


def _values(
    table: Table, found: Sequence[Version], period: str, columns: Sequence[str], key: str
) -> list[Row]:
    """The row in each version that changed it, newest first."""
    wanted = [part.strip() for part in key.split(",")] if len(columns) > 1 else [key]
    values: list[Row] = []
    now: Row | None = None
    for version in reversed(found):
        matching = (
            row
            for row in rows(table, version.snapshot_id, period)
            if [str(row[column]) for column in columns] == wanted
        )
        row = next(matching, None)
        if row != now and (row or values):
            head: Row = {"written": f"{version.written:%Y-%m-%d %H:%M}", "run": version.run}
            values.append(head | (row or dict.fromkeys(values[-1])) | head)
        now = row
    if not values:
        raise NothingToShow(f"{period} has no row with {', '.join(columns)} {key}")
    return values[::-1]


def _change(before: Row | None, after: Row | None) -> Row:
    if before is None or after is None:
        return {"change": "new" if after else "gone"} | (after or before or {})
    # A column may have come or gone between the two.
    both = {column: (before.get(column), after.get(column)) for column in before | after}
    changed = {column for column, (was, now) in both.items() if was != now}
    values = {
        column: f"{text(was)} -> {text(now)}" if column in changed else now
        for column, (was, now) in both.items()
    }
    return {"change": "moved" if changed == {"period_rank"} else "changed"} | values
