"""What dbt finds stale, and why: asked of dbt once for each state of lake and project."""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dm.reading.past import snapshots
from dm.terminal.output import live_line
from local.lake import Lake
from local.silver import TABLE
from runner.dbt.running import DbtFailed, DbtProject
from runner.project import PROJECT

_CODE = ("dbt_project.yml", "packages.yml", "package-lock.yml", "dependencies.yml")
_FOLDERS = ("models", "macros", "tests/data", "dbt_packages")


@dataclass(frozen=True)
class Silver:
    """What there is to say of a source.

    Attributes:
        snapshot_id: its newest snapshot.
        changed: when its rows last changed.
        remark: a sentence about its rows of no month; None if it has none.
    """

    snapshot_id: int | None
    changed: datetime | None
    remark: str | None


@dataclass(frozen=True)
class Plans:
    """What a run would find now.

    Attributes:
        why: for each table, its stale months, each with the reason.
        held: for each table, the months that somebody holds: no run builds them.
        sources: what there is to say of the tables that the models read, by name.
        problem: why dbt cannot tell; None if it can.
    """

    why: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    held: Mapping[str, Mapping[str, snapshots.Held]] = field(default_factory=dict)
    sources: Mapping[str, Silver] = field(default_factory=dict)
    problem: str | None = None


def of(lake: Lake) -> Plans:
    """What a run of dbt would find stale in a lake, as dbt itself tells.

    The answer is kept in the lake: Spark starts only if a table or the project has changed.

    Raises:
        CatalogUnreadable: the lake's catalog is damaged.
    """
    there = _tables(lake)
    if ".".join(TABLE) not in there:
        return Plans()  # nothing was ever loaded
    key = _key(there)
    kept = lake.root / "plans.json"
    with suppress(OSError, ValueError, KeyError, TypeError):
        told = json.loads(kept.read_text())
        if told["key"] == key:
            return _read(told["plans"])
    try:
        told = _ask()
    except DbtFailed as error:
        return Plans(problem=error.message.removeprefix("dbt tell_plans: "))
    if _key(_tables(lake)) == key:
        with suppress(OSError):  # of a lake that is read-only, dbt is asked each time
            new = kept.with_suffix(f".{os.getpid()}")
            new.write_text(json.dumps({"key": key, "plans": told}))
            new.replace(kept)
    return _read(told)


def _ask() -> dict[str, Any]:
    lines: list[str] = []
    with live_line() as now:
        now("asking dbt what is stale")
        DbtProject(lines.append).operate("tell_plans")
    told: dict[str, Any] = json.loads(next(line for line in lines if line.startswith("{")))
    return told


def _read(told: Mapping[str, Any]) -> Plans:
    return Plans(
        {table: dict(why) for table, why in told["tables"].items()},
        {table: snapshots.held_of(held) for table, held in told["held"].items()},
        {
            name: Silver(found["snapshot"], _time(found["changed"]), found["remark"])
            for name, found in told["sources"].items()
        },
    )


def _time(milliseconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None


def _key(there: Mapping[str, str]) -> str:
    """Changes with the metadata of a table, any of which a plan may read, and with the project."""
    found = hashlib.sha256(json.dumps(there, sort_keys=True).encode())
    folders = (path for folder in _FOLDERS for path in (PROJECT / folder).rglob("*"))
    for path in sorted((*(PROJECT / name for name in _CODE), *folders)):
        if path.is_file():
            found.update(f"{path.relative_to(PROJECT)}\n".encode())
            found.update(path.read_bytes())
    return found.hexdigest()


def _tables(lake: Lake) -> dict[str, str]:
    """The metadata file of each table and view of the lake's catalog, by name."""
    query = "select table_namespace || '.' || table_name, metadata_location from iceberg_tables"
    return dict(lake.ask(query))
