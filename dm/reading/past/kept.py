"""Which branches runs and previews have left of the gold tables: nobody has published them."""

from dataclasses import dataclass

from dm.reading.past import snapshots
from dm.reading.show import NotBuilt, Unreadable, gold_table
from local.lake import Lake
from runner.project import tables

_PREFIX = "audit_"


@dataclass(frozen=True)
class Kept:
    """A branch that nobody has published.

    Attributes:
        table: the table.
        branch: its name.
        written: when, to the minute, in UTC.
        kind: what wrote it, a run or a preview.
        tests: whether they passed.
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
        for branch, ref in sorted(table.metadata.refs.items()):
            newest = table.snapshot_by_id(ref.snapshot_id)
            if branch.startswith(_PREFIX) and newest:
                found.append(
                    Kept(
                        table=name,
                        branch=branch,
                        written=f"{snapshots.written(newest):%Y-%m-%d %H:%M}",
                        kind="preview" if branch.startswith("audit_preview_") else "run",
                        tests="not passed" if snapshots.untested([newest]) else "passed",
                    )
                )
    return found
