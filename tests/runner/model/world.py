"""A model of everything that works on control items at once, with all that can go wrong.

Several real GoldJobs on one real control table go on step by step, in any order; an in-memory table
stands in for Iceberg's compare-and-swap. What must hold is checked after each step.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from runner.control.items import ControlItem, Status, timestamp
from runner.control.lease import LeaseLost
from runner.control.table import ControlTable
from runner.errors import TimeOver
from runner.job import ATTEMPTS
from runner.work import Work
from tests.runner.model.ledger import Ledger
from tests.runner.model.process import Killed
from tests.runner.model.simulated import MONTHS, TABLES, Clock, Gold, Run

MALFORMED = (
    ("top_ciders", "2010", "12"),
    ("x" * 300, "2010", "12"),
    (TABLES[0], "2010", "13"),
    (TABLES[0], "-1", "1"),
    (TABLES[1], "2010'; drop table control_items; --", "1"),
    (TABLES[1], "y" * 5_000, ""),
)
AT_ONCE = 3


class World(RuleBasedStateMachine):
    """Some runs, their control table, and what may happen to them.

    Args:
        open_table: the control table of this world, as one with such a clock sees it.
        put: what puts an item there that the project itself would never write.
        foreign: the items of other schemas as they are stored.
    """

    def __init__(
        self,
        open_table: Callable[[Clock], ControlTable],
        put: Callable[[ControlItem], object],
        foreign: Callable[[], object],
    ) -> None:
        super().__init__()
        self.open, self._put, self._foreign = open_table, put, foreign
        self.now = datetime(2012, 2, 1, tzinfo=UTC)
        self.ledger, self.gold = Ledger(), Gold()
        self.silver: dict[str, int] = dict.fromkeys(MONTHS, 1)
        self.bad: set[str] = set()
        self.tests_tell_months = True
        self.table = open_table(lambda: self.now)
        self._runs: list[Run] = []
        self._ids = count()
        self._announced: dict[str, tuple[str, str, int]] = {}
        self._malformed: set[str] = set()
        self._attempts: dict[str, set[str]] = defaultdict(set)
        self._died_before_work = 0
        self.table.enqueue([self._item("theirs", TABLES[0], "2010", "12", "dm_silver")])
        self._before = foreign()

    def must(self, holds: bool, otherwise: str) -> None:
        """Notes what does not hold; the next invariant tells it."""
        if not holds:
            self.ledger.faults.append(otherwise)

    def note_attempts(self, work: Iterable[Work]) -> None:
        """A run begins to build this."""
        for item in (item for piece in work for item in piece.items):
            self._attempts[item.control_id].add(str(item.lease_owner))

    @initialize()
    def two_runs_find_work(self) -> None:
        self.silver_changes(TABLES[0], MONTHS[0], 2)
        self.silver_changes(TABLES[1], MONTHS[0], 1)
        for _ in range(2):
            self.a_run_starts(0)

    @rule(table=st.sampled_from(TABLES), month=st.sampled_from(MONTHS), items=st.integers(1, 2))
    def silver_changes(self, table: str, month: str, items: int) -> None:
        self.silver[month] += 1
        year, _, number = month.partition("-")
        for _ in range(items):
            item = self._item(str(next(self._ids)), table, year, number)
            self._announced[item.control_id] = (table, month, self.silver[month])
            self.table.enqueue([item, item])

    @precondition(lambda self: len(self._alive()) < AT_ONCE)
    @rule(skew=st.sampled_from((0, 0, -2, 3)))
    def a_run_starts(self, skew: int) -> None:
        self._runs.append(Run(self, timedelta(seconds=skew)))

    @precondition(lambda self: self._alive())
    @rule(which=st.integers(0, AT_ONCE - 1), times=st.integers(1, 12))
    def a_run_goes_on(self, which: int, times: int) -> None:
        self._pick(which).process.step(times)

    @precondition(lambda self: self._alive())
    @rule(which=st.integers(0, AT_ONCE - 1))
    def a_heart_beats(self, which: int) -> None:
        run = self._pick(which)
        if run.beat and run.process.at in ("pin", "write", "test", "publish"):
            with suppress(LeaseLost):
                run.beat()

    @rule(seconds=st.sampled_from((-20, -1, 1, 60, 500, 599, 601, 4_000)))
    def the_clock_jumps(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self._alive())
    @rule(
        which=st.integers(0, AT_ONCE - 1),
        what=st.sampled_from(("dies", "is ended", "takes too long", "fails")),
    )
    def a_run_meets_its_fate(self, which: int, what: str) -> None:
        run = self._pick(which)
        if what == "fails":
            run.accident = True
            return
        self._died_before_work += not run.works
        ends = {"dies": Killed, "is ended": KeyboardInterrupt, "takes too long": TimeOver}
        run.process.end(ends[what])

    @rule(
        what=st.sampled_from(("nonsense", "the same again", "a retry", "a bad month")),
        month=st.sampled_from(MONTHS),
        told=st.booleans(),
        fields=st.sampled_from(MALFORMED),
    )
    def somebody_brings(
        self, what: str, month: str, told: bool, fields: tuple[str, str, str]
    ) -> None:
        if what == "nonsense":
            item = self._item(str(next(self._ids)), *fields)
            self._malformed.add(item.control_id)
            self._put(item)
        elif what == "the same again" and self._announced:
            control_id, (table, period, _) = next(iter(self._announced.items()))
            self.table.enqueue([self._item(control_id, table, period[:4], period[5:])])
        elif what == "a retry":
            self._retry()
        elif what == "a bad month":
            self.bad ^= {month}
            self.tests_tell_months = told

    @invariant()
    def nothing_is_lost_doubled_or_built_for_ever(self) -> None:
        assert not self.ledger.faults
        items = self.table.items(*Status)
        found = Counter(item.control_id for item in items)
        assert found == Counter(self._announced.keys() | self._malformed)
        assert self._foreign() == self._before
        for control_id, runs in self._attempts.items():
            counted = {run for run in runs if (control_id, run) not in self.ledger.interrupted}
            assert len(counted) <= ATTEMPTS
        for item in items:
            # One more claim finds that it is to be given up; who dies just then leaves it so.
            assert item.attempt_count <= ATTEMPTS + 1 + self._died_before_work
            if item.status is Status.RUNNING:
                assert self.ledger.owner[item.control_id] == item.lease_owner
            if item.status is Status.SUCCESS:
                table, month, version = self._announced[item.control_id]
                assert self.gold.built[table, month] >= version

    def teardown(self) -> None:
        """All runs die where they are; one normal run later, all is well."""
        for run in self._alive():
            run.process.end()
        if self.ledger.faults:
            return
        self.now += timedelta(days=1)
        self.bad.clear()
        self._run_alone()
        for item in self.table.items(*Status):
            assert item.status in (Status.SUCCESS, Status.ERROR), item
            assert item.error_message or item.status is Status.SUCCESS
            assert item.status is Status.ERROR or item.control_id not in self._malformed
        self._retry()
        self._run_alone()
        self.nothing_is_lost_doubled_or_built_for_ever()
        failed = {item.control_id for item in self.table.items(Status.ERROR)}
        assert failed == self._malformed

    def _retry(self) -> None:
        for item in self.table.retry(self.table.items(Status.ERROR)):
            self.ledger.set_free(item)
            self._attempts.pop(item.control_id, None)

    def _run_alone(self) -> None:
        Run(self, timedelta(0)).process.step(1_000)

    def _alive(self) -> list[Run]:
        return [run for run in self._runs if run.process.at is not None]

    def _pick(self, which: int) -> Run:
        alive = self._alive()
        return alive[which % len(alive)]

    def _item(
        self, control_id: str, table: str, year: str, month: str, schema: str = "dm_gold"
    ) -> ControlItem:
        now = timestamp(self.now)
        return ControlItem(control_id, "silver/1", schema, table, year, month, now, now)
