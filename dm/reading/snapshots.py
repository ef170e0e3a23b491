"""Reads what a run wrote into the snapshots of a gold table: see the macro `provenance`."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime

from pyiceberg.table.snapshots import Snapshot


def told(snapshot: Snapshot, key: str) -> str:
    """What a snapshot says under a key, such as dm.run-id; empty if it says nothing."""
    return snapshot.summary.additional_properties.get(key, "") if snapshot.summary else ""


def written_periods(snapshot: Snapshot) -> set[str]:
    """The periods that the run built."""
    return set(filter(None, told(snapshot, "dm.periods").split(",")))


def untested(history: Iterable[Snapshot]) -> set[str]:
    """The periods of a table that no test has passed, by its history, newest first."""
    said = (told(s, "dm.untested") for s in history if told(s, "dm.inputs"))
    return set(filter(None, next(said, "").split(",")))


def inputs(snapshot: Snapshot) -> dict[str, str]:
    """The fingerprint of each period of the table, built by this run or before."""
    found: dict[str, str] = json.loads(told(snapshot, "dm.inputs") or "{}")
    return found


def sources(snapshot: Snapshot) -> dict[str, int]:
    """The snapshot of each source that the run read."""
    found: dict[str, int] = json.loads(told(snapshot, "dm.sources") or "{}")
    return found


def written(snapshot: Snapshot) -> datetime:
    """When it was committed."""
    return datetime.fromtimestamp(snapshot.timestamp_ms / 1000, UTC)
