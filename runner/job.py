"""The gold job: claims items, builds the periods that they announce, and settles them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import timedelta
from uuid import uuid4

from runner import periods
from runner.control.announce import announce
from runner.control.items import ControlItem, Outcome, Status, of_tables
from runner.control.lease import LEASE, Lease
from runner.control.table import ControlTable
from runner.dbt.problems import Problem
from runner.dbt.running import DbtFailed
from runner.errors import DataMasterError, TimeOver
from runner.gold import Published
from runner.periods import InvalidPeriod
from runner.work import Result, Work

ATTEMPTS = 3
ROUNDS = 3
"""How often a table is built again after a problem that is no month's: see Problem.transient."""

Build = Callable[
    [Mapping[str, Collection[str]], str, Callable[[], None]], dict[str, Problem | None]
]
"""Builds periods of tables, and says of each table what failed: see DbtProject.build."""

_TAKEN_OVER = Problem("another run has taken it over, and settles it")


class GoldJob:
    """One run over the claimable items of some tables.

    Args:
        control: the control table.
        known: all tables of the project.
        build: builds periods of tables.
        force: builds also those whose input has not changed; `build`, if it is not given.
        published: what is published of tables after a build.
        left: what the builds found stale beside what they were asked for: see announce().
        name: what the run's id begins with, so that it can be found by whoever gave the name.
        lease: how long the items are held after each renewal.
    """

    def __init__(
        self,
        control: ControlTable,
        known: Collection[str],
        build: Build,
        published: Callable[[Collection[str]], Mapping[str, Published]],
        left: Callable[[], Mapping[str, Mapping[str, str]]] = dict,
        name: str = "",
        lease: timedelta = LEASE,
        force: Build | None = None,
    ) -> None:
        self._control = control
        self._known = known
        self._build = build
        self._force = force or build
        self._published = published
        self._left = left
        self._lease = lease
        self.run_id = f"{name}-{uuid4().hex[:8]}" if name else uuid4().hex
        self.results: list[Result] = []
        """How all that it has come to the end of ended, also if a fault ends the rest."""
        self.unsettled: set[Work] = set()
        """What it has begun and not come to the end of."""

    def claim(
        self, tables: Collection[str], asked: Iterable[ControlItem] = ()
    ) -> tuple[list[Work], list[Result]]:
        """Claims the items of these tables, and those that no table can ever claim.

        Args:
            tables: the tables.
            asked: further items, that are there even if no index knows of them yet.

        Returns:
            The work to do; and the items that make no work, settled as errors.
        """
        mine = of_tables(self._control.claimable(), tables, self._known)
        found = {item.control_id: item for item in (*asked, *mine)}
        mine = self._control.claim(found.values(), self.run_id, self._lease)
        claimed: dict[tuple[str, str], list[ControlItem]] = defaultdict(list)
        refused: dict[ControlItem, str] = {}
        months: dict[ControlItem, str] = defaultdict(str)
        for item in mine:
            try:
                months[item] = _month(item)
                self._must_be_buildable(item)
                claimed[item.table_name, months[item]].append(item)
            except InvalidItem as error:
                refused[item] = error.message
        self._control.finish(
            (item, Outcome(Status.ERROR, message)) for item, message in refused.items()
        )
        results = [Result(i.table_name[:40], months[i], 1, told) for i, told in refused.items()]
        self.results += results
        return [Work(*key, tuple(items)) for key, items in sorted(claimed.items())], results

    def held(self) -> set[str]:
        """The tables with items that a run has at present."""
        return {item.table_name for item in self._control.items(Status.RUNNING)}

    def announce_left(self) -> list[ControlItem]:
        """Announces the months that the builds left stale; the items."""
        return announce(self._control, self._left())

    def run(self, work: Collection[Work]) -> list[Result]:
        """Builds the work and settles its items as it goes, whatever happens.

        Raises:
            LeaseLost: another run has the work; nothing more was published.
        """
        before = len(self.results)
        self.unsettled = set(work)
        try:
            with Lease(self._control, _items(work), self._lease) as lease:
                for errors in self._errors(work, lease):
                    built = {piece.table for piece in errors if errors[piece] is None}
                    published = self._published(built)
                    lease.release(_items(errors))
                    self.results += self._settle(errors, published)
                    self.unsettled -= errors.keys()
        except BaseException as error:
            # What a run did not come to, after a part of its work, is not what took too long.
            ended = not isinstance(error, TimeOver) or len(self.results) > before
            if isinstance(error, KeyboardInterrupt) and ended:
                given_back = Outcome(Status.PENDING, "it was interrupted", interrupted=True)
                self._control.finish((item, given_back) for item in _items(self.unsettled))
            else:
                told = str(error) or type(error).__name__
                self._settle(dict.fromkeys(self.unsettled, Problem(told)), {})
            raise
        return self.results[before:]

    def _errors(self, work: Collection[Work], lease: Lease) -> Iterator[dict[Work, Problem | None]]:
        """After each build, what is wrong with each piece of work that has come to its end."""
        left = set(work)
        forced = {piece for piece in work if any(item.forced for item in piece.items)}
        batches = [batch for batch in (set(work) - forced, forced) if batch]
        repeated: Counter[str] = Counter()
        while batches:
            batch = batches.pop()
            try:
                problems = self._build_together(batch, lease)
            except DbtFailed as error:
                yield dict.fromkeys(left, Problem(error.message, transient=error.transient))
                return
            errors: dict[Work, Problem | None] = {}
            again, alone = set(), defaultdict(set)
            for table, problem in problems.items():
                pieces = {piece for piece in batch if piece.table == table}
                bad = {p for p in pieces if problem and p.period in problem.periods} or pieces
                if problem is None:
                    errors |= dict.fromkeys(pieces)
                elif problem.later:
                    errors |= dict.fromkeys(pieces - bad)
                    again |= bad
                elif problem.transient and repeated[table] < ROUNDS:
                    repeated[table] += 1
                    again |= pieces
                elif problem.transient or problem.periods or len(pieces) == 1:
                    errors |= dict.fromkeys(bad, problem)
                    again |= pieces - bad
                else:
                    # Nobody knows which periods are at fault, so each is tried alone.
                    for piece in pieces:
                        alone[piece.period].add(piece)
            batches += [found for found in (again, *alone.values()) if found]
            left -= errors.keys()
            yield errors

    def _build_together(self, work: Collection[Work], lease: Lease) -> dict[str, Problem | None]:
        asked = defaultdict(list)
        for piece in work:
            asked[piece.table].append(piece.period)
        forced = any(item.forced for piece in work for item in piece.items)
        build = self._force if forced else self._build
        return build(asked, self.run_id, lease.check)

    def _settle(
        self, errors: Mapping[Work, Problem | None], published: Mapping[str, Published]
    ) -> list[Result]:
        outcomes = [
            (item, _outcome(piece, item, error, published))
            for piece, error in errors.items()
            for item in piece.items
        ]
        held = {item.control_id for item in self._control.finish(outcomes)}
        built = {(piece.table, piece.period) for piece in errors if errors[piece] is None}
        failed = self._control.items(Status.ERROR) if built else []
        self._control.mend(i for i in failed if (i.table_name, i.month) in built)
        results = []
        for piece, problem in errors.items():
            ours = held.issuperset(item.control_id for item in piece.items)
            found = problem if ours or problem else _TAKEN_OVER
            told = (found.message, found.transient) if found else (None, False)
            results.append(Result(piece.table, piece.period, len(piece.items), *told))
        return results

    def _must_be_buildable(self, item: ControlItem) -> None:
        if item.table_name not in self._known:
            told = f"there is no gold table {item.table_name[:40]!r}"
            raise InvalidItem(f"{told}: `dm withdraw` takes it off the list")
        if item.attempt_count > ATTEMPTS:
            raise InvalidItem(
                f"given up after {ATTEMPTS} attempts; the last: {item.error_message or 'it died'}"
            )


def _month(item: ControlItem) -> str:
    try:
        return periods.of(item.review_year, item.review_month)
    except InvalidPeriod as error:
        raise InvalidItem(error.message) from error


def _items(work: Iterable[Work]) -> list[ControlItem]:
    return [item for piece in work for item in piece.items]


def _outcome(
    piece: Work, item: ControlItem, problem: Problem | None, published: Mapping[str, Published]
) -> Outcome:
    if problem is None:
        now = published[piece.table]
        return Outcome(Status.SUCCESS, None, now.rows.get(piece.period, 0), now.snapshot_id)
    last = item.attempt_count >= ATTEMPTS
    return Outcome(Status.ERROR if last else Status.PENDING, problem.message)


class InvalidItem(DataMasterError):
    """A control item that no run can work on."""
