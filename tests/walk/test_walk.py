"""Whoever does what in whatever order: a month is right, or `dm status` lists it."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyspark.sql import SparkSession

from dm.cli import dm
from local import silver
from local.lake import Lake
from tests.reviews import Review
from tests.tables import rows
from tests.walk.happenings import MONTHS, STEPS, TABLES, WRONG, Happenings, Rows, computed, month


class Walk(Happenings):
    """After each step, what readers see is compared with what they should."""

    def passes(self, name: str) -> set[str]:
        """The months of which readers may see what the code makes of silver."""
        ids = Counter(r["review_id"] for r in self.live())
        bad = {
            month(r) for r in self.live() if ids[r["review_id"]] > 1 or r["review_overall"] == WRONG
        }
        return set() if self.doubled and name == "top_drinkers" else set(MONTHS) - bad

    def live(self) -> list[Review]:
        """Of silver as another engine reads it."""
        found = silver.table(self.lake).scan().to_arrow().to_pylist()
        return [r for r in found if r["deleted_at"] is None]

    def seen(self, name: str) -> dict[str, Rows]:
        if not self.lake.catalog.table_exists(("dm_gold", name)):
            return dict.fromkeys(MONTHS, ())
        found = defaultdict(list)
        for r in rows(self.lake, name):
            found[month(r)].append(tuple(r.values()))
        return {period: tuple(found[period]) for period in MONTHS}

    def note_right(self) -> dict[tuple[str, str], Rows]:
        """What is right now; remembers it as having been right, if its tests pass."""
        live, now = self.live(), {}
        for name in TABLES:
            for period in MONTHS:
                own = [r for r in live if month(r) == period]
                wanted = computed(name, own, self.nowhere)
                if period in self.passes(name):
                    now[name, period] = wanted
                    self.right[name, period].add(wanted)
        return now

    def check(self) -> list[str]:
        """What is wrong: months that are neither right nor listed, or bad and not told to be."""
        now = self.note_right()
        answer = CliRunner().invoke(dm, ["status", "--format", "json"])
        assert answer.exit_code == 0, answer.output
        status = json.loads(answer.stdout)
        why = {table["table"]: table["why"] for table in status["tables"]}
        wrong = []
        for name in TABLES:
            if self.succeeded and why[name]:
                wrong.append(f"{name}: success, and {why[name]}")
            for period, found in self.seen(name).items():
                reason = why[name].get(period, "")
                if not reason and found != now.get((name, period)):
                    wrong.append(f"{name} {period}: shown as well, and it is not")
                bad = found not in self.right[name, period]
                asked = "publish_untested" in self.told and reason == "untested"
                if bad and not asked and not reason.startswith("written by"):
                    wrong.append(
                        f"{name} {period}: no test passed these rows, and it is {reason!r}"
                    )
        return wrong

    def step(self, *, kills: bool) -> None:
        steps: list[tuple[Callable[[], None], int]] = [
            (self.load, 5), (self.load_bad, 2), (self.mend, 3), (self.collapse, 1), (self.run, 4),
            (self.build, 2), (self.retry, 2), (self.full_refresh, 1), (self.process, 3),
            (self.failing_hook, 1), (self.change_code, 1), (self.break_code, 2),
            (self.foreign_write, 2), (self.maintain, 1), (self.rewrite, 1),
            (self.publish_untested, 1), (self.accept_loss, 2), (self.kill, 2 if kills else 0),
        ]  # fmt: skip
        (step,) = self.dice.choices([s for s, _ in steps], [weight for _, weight in steps])
        self.told.append(step.__name__)
        self.note_right()
        self.succeeded = False
        step()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(30 if metafunc.config.getoption("--long") else 1))


def test_a_month_is_right_or_told_to_be_stale(
    lake: Lake,
    session: SparkSession,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    long: bool,
) -> None:
    for name in TABLES:
        if lake.catalog.table_exists(("dm_gold", name)):
            session.sql(f"drop table dm_gold.{name}")
    walk = Walk(seed, lake, session, tmp_path)
    monkeypatch.setattr("runner.dbt.running.PROJECT", walk.project)
    monkeypatch.setattr("dm.reading.stale.plans.PROJECT", walk.project)
    walk.run()
    assert not walk.check()
    for _ in range(STEPS if long else STEPS // 4):
        walk.step(kills=long)
        wrong = walk.check()
        assert not wrong, f"after {', '.join(walk.told)}: {wrong}"
    walk.mend()
    walk.doubled = False
    walk.write_code()
    walk.accept_loss()
    now = walk.note_right()
    assert {(n, p): found for n in TABLES for p, found in walk.seen(n).items()} == now
