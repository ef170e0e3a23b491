"""What is left undone when a command ends: its exit code, and the last line, which says what to do.

A month that was given up, or that another run holds, is no success.
"""

from collections.abc import Collection
from dataclasses import dataclass

import click

from dm.terminal import worklist
from dm.terminal.output import say
from runner import periods
from runner.control.items import ControlItem, Status
from runner.control.table import ControlTable
from runner.dbt.messages import count
from runner.project import tables

FAILED = 1
LEFT = 3
"""The exit code of a command that left work to others: another run holds it, or it waits."""


@dataclass(frozen=True)
class Left:
    """Control items that are left: given up, of a table that is no more, or held by a live run."""

    given_up: tuple[ControlItem, ...]
    lost: tuple[ControlItem, ...]
    held: tuple[ControlItem, ...]


def left(control: ControlTable, chosen: Collection[str] = ()) -> Left:
    """What is left of the chosen tables, or of all."""
    failed, running = (
        [item for item in control.items(status) if not chosen or item.table_name in chosen]
        for status in (Status.ERROR, Status.RUNNING)
    )
    free = {item.control_id for item in control.claimable()} if running else set()
    return Left(
        tuple(item for item in failed if item.table_name in tables()),
        tuple(item for item in failed if item.table_name not in tables()),
        tuple(item for item in running if item.control_id not in free),
    )


def tell(found: Left, target: str = "local") -> int:
    """Says what is left and what to do about it; gives the exit code."""
    aws = " --target aws" if target == "aws" else ""
    if found.held:
        say(f"{_named(found.held)}: another run works on it; see `dm status{aws}`")
    if found.lost:
        named = ", ".join(sorted({item.table_name for item in found.lost}))
        say(f"{_gave_up(found.lost)}, of no gold table: {named}: `dm withdraw{aws}`")
    if found.given_up:
        named = _named(found.given_up)
        say(f"{_gave_up(found.given_up)}: {named}. `dm status{aws}` says why; then `dm retry{aws}`")
    if found.given_up or found.lost:
        return FAILED
    return LEFT if found.held else 0


def end(code: int) -> None:
    """Ends the command with an exit code other than 0."""
    if code:
        click.get_current_context().exit(code)


def _gave_up(items: Collection[ControlItem]) -> str:
    return f"{count(len(items), 'control item')} gave up"


def _named(items: Collection[ControlItem]) -> str:
    tables = worklist.in_words({item.table_name for item in items})
    return f"{tables} {periods.in_words(item.month for item in items)}"
