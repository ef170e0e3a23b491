"""The gold job: claims items, builds the periods that they announce, and settles them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from runner import periods
from runner.control.items import ControlItem, Outcome, Status, timestamp
from runner.control.table import ControlTable
from runner.dbt import DbtFailed, Problem
from runner.errors import DataMasterError
from runner.gold import Published
from runner.periods import InvalidPeriod

ATTEMPTS = 3
LEASE = timedelta(hours=1)

ROUNDS = 3
"""How often a table is built again because others publish it meanwhile."""

Build = Callable[[Mapping[str, Collection[str]], str], dict[str, Problem | None]]
"""Builds periods of tables, and says of each table what failed: see DbtProject.build."""


@dataclass(frozen=True)
class Work:
    """A period of a table, and the claimed items that announce it: one computation."""

    table: str
    period: str
    items: tuple[ControlItem, ...]


@dataclass(frozen=True)
class Result:
    """How the items of a period ended; `error` is None if the period was built."""

    table: str
    period: str
    items: int
    error: str | None


class GoldJob:
    """One run over the claimable items of some tables.

    Args:
        control: the control table.
        known: all tables of the project.
        build: builds periods of tables.
        published: what is published of a table after a build.
        name: what the run's id begins with, so that it can be found by whoever gave the name.
    """

    def __init__(
        self,
        control: ControlTable,
        known: Collection[str],
        build: Build,
        published: Callable[[str], Published],
        name: str = "",
    ) -> None:
        self._control = control
        self._known = known
        self._build = build
        self._published = published
        self.run_id = f"{name}-{uuid4().hex[:8]}" if name else uuid4().hex

    def claim(self, tables: Collection[str]) -> tuple[list[Work], list[Result]]:
        """Claims the items of these tables, and those that no table can ever claim.

        Returns:
            The work to do; and the items that make no work, settled as errors.
        """
        claimed: dict[tuple[str, str], list[ControlItem]] = defaultdict(list)
        refused = []
        for item in self._control.items(Status.PENDING, Status.RUNNING):
            held = item.status is Status.RUNNING and (item.lease_expires_at or "") >= timestamp()
            of_others = item.table_name in self._known and item.table_name not in tables
            if held or of_others:
                continue
            mine = self._control.claim(item, self.run_id, LEASE)
            if mine is None:
                continue
            try:
                claimed[mine.table_name, self._period(mine)].append(mine)
            except InvalidItem as error:
                self._control.finish(mine, Outcome(Status.ERROR, error.message))
                refused.append(Result(mine.table_name[:40], "", 1, error.message))
        work = [Work(*key, tuple(items)) for key, items in sorted(claimed.items())]
        return work, refused

    def run(self, work: Collection[Work]) -> list[Result]:
        """Builds the work and settles its items: all of them, whatever happens."""
        try:
            errors = self._errors(work)
            built = {piece.table for piece in work if errors[piece] is None}
            published = {table: self._published(table) for table in built}
        except BaseException as error:
            for piece in work:
                self._finish(piece, str(error) or type(error).__name__, None)
            raise
        return [self._finish(piece, errors[piece], published.get(piece.table)) for piece in work]

    def _errors(self, work: Collection[Work]) -> dict[Work, str | None]:
        """What is wrong with each piece of work, after all that can be built is built."""
        errors: dict[Work, str | None] = {}
        batches = [set(work)]
        overtaken: Counter[str] = Counter()
        while batches:
            batch = batches.pop()
            try:
                problems = self._build_together(batch)
            except DbtFailed as error:
                return errors | dict.fromkeys(set(work) - errors.keys(), error.message)
            again, alone = set(), defaultdict(set)
            for table, problem in problems.items():
                pieces = {piece for piece in batch if piece.table == table}
                bad = {p for p in pieces if problem and p.period in problem.periods} or pieces
                if problem is None:
                    errors |= dict.fromkeys(pieces)
                elif problem.overtaken and overtaken[table] < ROUNDS:
                    overtaken[table] += 1
                    again |= pieces
                elif problem.overtaken or problem.periods or len(pieces) == 1:
                    errors |= dict.fromkeys(bad, problem.message)
                    again |= pieces - bad
                else:
                    # Nobody knows which periods are at fault, so each is tried alone.
                    for piece in pieces:
                        alone[piece.period].add(piece)
            batches += [found for found in (again, *alone.values()) if found]
        return errors

    def _build_together(self, work: Collection[Work]) -> dict[str, Problem | None]:
        asked = defaultdict(list)
        for piece in work:
            asked[piece.table].append(piece.period)
        return self._build(asked, self.run_id)

    def _finish(self, piece: Work, error: str | None, published: Published | None) -> Result:
        for item in piece.items:
            if error is None and published is not None:
                rows = published.rows.get(piece.period, 0)
                outcome = Outcome(Status.SUCCESS, None, rows, published.snapshot_id)
            else:
                last = item.attempt_count >= ATTEMPTS
                outcome = Outcome(Status.ERROR if last else Status.PENDING, error)
            self._control.finish(item, outcome)
        return Result(piece.table, piece.period, len(piece.items), error)

    def _period(self, item: ControlItem) -> str:
        if item.table_name not in self._known:
            raise InvalidItem(f"there is no gold table {item.table_name[:40]!r}")
        if item.attempt_count > ATTEMPTS:
            raise InvalidItem(
                f"given up after {ATTEMPTS} attempts; the last: {item.error_message or 'it died'}"
            )
        try:
            return periods.of(item.review_year, item.review_month)
        except InvalidPeriod as error:
            raise InvalidItem(error.message) from error


class InvalidItem(DataMasterError):
    """A control item that no run can work on."""
