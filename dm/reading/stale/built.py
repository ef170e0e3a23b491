"""Settles what was given up and was built since by another run, such as one of plain dbt."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING

from dm.reading.tables import find
from runner.control.items import Status, timestamp
from runner.control.table import SCHEMA, ControlTable

if TYPE_CHECKING:
    from dm.reading.stale.plans import Plans
    from local.lake import Lake


def settle(lake: Lake, control: ControlTable, found: Plans) -> None:
    """Settles the given up items whose month is built since, and is as it is to be.

    Args:
        lake: the lake.
        control: its control table.
        found: what dbt finds stale or held; nothing is settled if it cannot tell.
    """
    given_up = defaultdict(list)
    for item in control.items(Status.ERROR):
        if not item.forced and item.month not in found.why.get(item.table_name, ()):
            given_up[item.table_name].append(item)
    if not given_up or found.problem:
        return
    from dm.reading.past import snapshots  # Iceberg is slow to import

    for name, items in given_up.items():
        with suppress(FileNotFoundError):  # dbt tells of it
            table = find(lake, (SCHEMA, name))
            built, held = snapshots.built_at(table) if table else {}, found.held.get(name, ())
            control.mend(
                item
                for item in items
                if item.month in built
                and item.month not in held
                and timestamp(built[item.month]) > (item.finished_at or "")
            )
