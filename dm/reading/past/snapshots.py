"""Reads what a run wrote into the snapshots of a gold table: see the macro `provenance`."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot, ancestors_of


def told(snapshot: Snapshot, key: str) -> str:
    """What a snapshot says under a key, such as dm.run-id; empty if it says nothing."""
    return snapshot.summary.additional_properties.get(key, "") if snapshot.summary else ""


def ancestors(table: Table, snapshot_id: int | None) -> list[Snapshot]:
    """A snapshot and those before it, newest first; none of no snapshot."""
    newest = table.snapshot_by_id(snapshot_id) if snapshot_id is not None else None
    return list(ancestors_of(newest, table.metadata))


def of_main(table: Table) -> list[Snapshot]:
    """The snapshot that readers see, and those before it, newest first."""
    return ancestors(table, table.metadata.current_snapshot_id)


def built_periods(table: Table) -> set[str]:
    """The periods that any run has built, as far as the snapshots of main are kept."""
    return set(built_at(table))


def built_at(table: Table) -> dict[str, datetime]:
    """When each of these periods was last built, or published by hand."""
    found: dict[str, datetime] = {}
    for snapshot in of_main(table):
        for period in published_periods(snapshot):
            found.setdefault(period, written(snapshot))
    return found


def written_periods(snapshot: Snapshot) -> set[str]:
    """The periods that the run built."""
    return set(filter(None, told(snapshot, "dm.periods").split(",")))


def published_periods(snapshot: Snapshot) -> set[str]:
    """The same, and those that a person published from the branch of a run or a preview."""
    by_hand = told(snapshot, "dm.action").startswith("published by ")
    decided = set(filter(None, told(snapshot, "dm.decided").split(","))) if by_hand else set()
    return written_periods(snapshot) | decided


def untested(history: Iterable[Snapshot]) -> set[str]:
    """The periods of a table that no test has passed, by its history, newest first."""
    said = (told(s, "dm.untested") for s in history if told(s, "dm.inputs"))
    return set(filter(None, next(said, "").split(",")))


@dataclass(frozen=True)
class Held:
    """What somebody said of a month that they hold.

    Attributes:
        by: who, and `since` when, in UTC.
        because: why.
        until: `release`, or `silver`: until rows of the month change in silver.
        why: why a run would build the month else; None if it would not, or that is not known.
    """

    by: str
    since: str
    because: str
    until: str
    why: str | None = None

    @property
    def in_words(self) -> str:
        """A clause for people."""
        until = "silver changes" if self.until == "silver" else "it is released"
        return f"held by {self.by} since {self.since} until {until}: {self.because}"


def held(table: Table, history: Iterable[Snapshot]) -> dict[str, Held]:
    """The months of a table that somebody holds, by its history, newest first."""
    said = (told(s, "dm.held") for s in history if told(s, "dm.inputs"))
    # If others have expired all that said so, the table has it all the same: see keep_held.
    kept = bytes.fromhex(table.properties.get("dm.held", "")).decode()
    found = held_of(json.loads(next(said, kept) or "{}"))
    # Why a run would build it else was so at that time; dbt tells what is so now.
    return {month: replace(one, why=None) for month, one in found.items()}


def held_of(said: Mapping[str, Mapping[str, str]]) -> dict[str, Held]:
    """The same of what a snapshot or dbt tells."""
    names = ("by", "since", "because", "until", "why")
    return {month: Held(**{n: found.get(n) for n in names}) for month, found in said.items()}  # type: ignore[arg-type]


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
