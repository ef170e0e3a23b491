"""A process that runs a real GoldJob, and an in-memory table that it builds into."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from runner.dbt.problems import Problem
from runner.dbt.running import DbtFailed
from runner.gold import Published
from runner.job import GoldJob
from tests.runner.model.ledger import Watched
from tests.runner.model.process import Process

if TYPE_CHECKING:
    from tests.runner.model.world import World

TABLES = ("top_drinkers", "top_beers_by_rating")


MONTHS = ("2010-11", "2010-12", "2011-01")


Clock = Callable[[], datetime]


@dataclass
class Gold:
    """What readers see: each table's snapshot, and what input each period was built of."""

    main: Counter[str] = field(default_factory=Counter)
    built: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))


class Run:
    """A process that runs a GoldJob, and builds into the in-memory table."""

    def __init__(self, world: "World", skew: timedelta) -> None:
        self.world = world
        self.accident = False
        self.beat: Callable[[], None] | None = None
        self.works = False
        self._skew = skew
        self.process = Process(self._work)

    def _work(self, process: Process) -> None:
        table = self.world.open(lambda: self.world.now + self._skew)
        watched = Watched(table, process, self.world.ledger)
        self._job = GoldJob(watched, TABLES, self._build, self._published)
        work, _ = self._job.claim(TABLES)
        self.works = True
        self.world.note_attempts(work)
        if work:
            self._job.run(work)

    def _build(
        self, asked: Mapping[str, Collection[str]], run_id: str, publishing: Callable[[], None]
    ) -> dict[str, Problem | None]:
        gold, silver, bad = self.world.gold, self.world.silver, self.world.bad
        pause = self.process.pause
        self.beat = publishing
        pause("pin")
        base, pinned, spoiled = gold.main.copy(), dict(silver), set(bad)
        if self.accident:
            self.accident = False
            raise DbtFailed("the cluster is gone")
        pause("write")
        problems: dict[str, Problem | None] = {}
        for table, months in asked.items():
            # A failed test knows its months; a failed statement does not.
            known = spoiled if self.world.tests_tell_months else set()
            failed = spoiled.intersection(months)
            problems[table] = Problem("a bad month", frozenset(known & failed)) if failed else None
        pause("test")
        publishing()
        for table, months in asked.items():
            pause("publish")
            stale = {m: pinned[m] for m in months if gold.built[table, m] != pinned[m]}
            if problems[table] or not stale:
                continue
            if gold.main[table] != base[table]:
                problems[table] = Problem("overtaken", transient=True)
                continue
            gold.main[table] += 1
            for month, version in stale.items():
                self.world.must(version > gold.built[table, month], "older input was published")
                gold.built[table, month] = version
        self.beat = None
        return problems

    def _published(self, tables: Collection[str]) -> dict[str, Published]:
        self.process.pause("published")
        main = self.world.gold.main
        return {table: Published(main[table], dict.fromkeys(MONTHS, 1)) for table in tables}
