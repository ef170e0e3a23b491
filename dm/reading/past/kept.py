"""Which branches runs and previews have left of the gold tables: nobody has published them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dm.reading.past import snapshots
from dm.reading.show import NotBuilt, Unreadable, gold_table
from local.lake import Lake
from runner.project import tables

_KINDS = {
    "audit_preview_": "preview",
    "audit_by_hand_": "killed hold or rollback",
    "audit_maintain_": "killed maintenance",
    "audit_": "run",
}
"""What wrote a branch, by what its name begins with."""
_PREFIX, _KEYS, _TESTED = "audit_", ("inputs", "periods", "untested"), ("run", "preview")
UNKNOWN = "not run: nobody has tested it"


@dataclass(frozen=True)
class Kept:
    """A branch that nobody has published.

    Attributes:
        table: the table.
        branch: its name.
        written: when, to the minute, in UTC.
        kind: what wrote it, such as a run or a preview.
        tests: whether they passed, if they were run.
    """

    table: str
    branch: str
    written: str
    kind: str
    tests: str


def branches(lake: Lake) -> list[Kept]:
    """Those of all tables that can be read."""
    found = []
    for name in tables():
        try:
            table = gold_table(lake, name)
        except (NotBuilt, Unreadable):
            continue
        main = {snapshot.snapshot_id for snapshot in snapshots.of_main(table)}
        for branch, ref in sorted(table.metadata.refs.items()):
            newest = table.snapshot_by_id(ref.snapshot_id)
            if branch.startswith(_PREFIX) and newest:
                history = snapshots.ancestors(table, ref.snapshot_id)
                own = [
                    {key: snapshots.told(one, f"dm.{key}") for key in _KEYS}
                    for one in history
                    if one.snapshot_id not in main
                ]
                written = f"{snapshots.written(newest):%Y-%m-%d %H:%M}"
                found.append(_kept(name, branch, written, own))
    return found


def read(told: Sequence[Mapping[str, Any]]) -> list[Kept]:
    """The same of what the macro tell_branches tells."""
    found = [_kept(one["table"], one["branch"], one["written"], one["own"]) for one in told]
    return sorted(found, key=lambda kept: (kept.table, kept.branch))


def _kept(table: str, branch: str, written: str, own: Sequence[Mapping[str, Any]]) -> Kept:
    """A branch, by what its own snapshots say, newest first.

    Its newest one tells of its tests, if it is a seal, without rows: else the run came not so far.
    """
    kind = next(kind for prefix, kind in _KINDS.items() if branch.startswith(prefix))
    tests = UNKNOWN
    if kind in _TESTED and own and own[0]["inputs"] and not own[0]["periods"]:
        written_months = {month for one in own for month in _months(one["periods"])}
        tests = "not passed" if written_months & _months(own[0]["untested"]) else "passed"
    return Kept(table, branch, written, kind, tests)


def _months(text: str | None) -> set[str]:
    return set(filter(None, (text or "").split(",")))
