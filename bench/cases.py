"""What is measured: each case is a thing to do, and the ways to do it that take turns."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import audit
from bench.lakes import BIN, FULL, QUICK, Bench
from bench.measure import CommandFailed, Cost, measure
from bench.turns import Costs, take_turns
from bench.ways import contestants
from bench.ways.contestants import Contest, Contestant
from local.demo import Shape

START = "bare SparkSession, select 1"
_SELECT_1 = (
    "from pyspark.sql import SparkSession;"
    "SparkSession.builder.config('spark.sql.catalogImplementation', 'in-memory')"
    ".getOrCreate().sql('select 1').collect()"
)
IMPORTS = 'python -c "import boto3, pyiceberg"'
HISTORY = 10


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Attributes:
        shape: of a span of history.
        rounds: of the cases that take seconds; those that take minutes have fewer.
        original: whether the original takes part, which takes longest.
    """

    shape: Shape
    rounds: int
    original: bool

    @property
    def few(self) -> int:
        """Rounds of what takes minutes."""
        return (self.rounds + 1) // 2


PLANS = {"full": Plan(FULL, 3, original=True), "quick": Plan(QUICK, 3, original=False)}


def months(bench: Bench, count: int, plan: Plan) -> Costs:
    """So many months changed; all ways build them, and must come to the same rows."""
    contest = Contest(
        bench, bench.all_months() if count >= plan.shape.months else bench.months(count)
    )
    ways = dict(contest.contestants)
    if not plan.original:
        del ways[contestants.ORIGINAL]
    return take_turns(
        {name: _run(bench, way) for name, way in ways.items()},
        plan.rounds if count == 1 else plan.few,
        before=contest.prepare,
        after=lambda: contest.check(ways.keys()),
        practice=count == 1,
    )


def nothing_stale(bench: Bench, plan: Plan) -> Costs:
    """An analyst's command that finds nothing to do, and the least that any Spark command costs."""
    start = Contestant((sys.executable, "-c", _SELECT_1), bench.environment)
    return take_turns(
        {"dbt run": lambda: bench.dbt("run"), START: _run(bench, start)}, plan.rounds, practice=1
    )


def history(long: Bench, short: Bench, plan: Plan) -> Costs:
    """One changed month, after ten times the history and after one."""

    def change() -> None:
        for bench in (long, short):
            bench.change(bench.months(1))

    return take_turns(
        {
            "ten times the history": lambda: long.dm("process"),
            "the history": lambda: short.dm("process"),
        },
        plan.rounds, before=change, practice=1,
    )  # fmt: skip


def warm(bench: Bench, plan: Plan) -> Costs | None:
    """One changed month on a Spark that has built one before; None without `dm spark`."""
    if _spark(bench, "--help"):
        return None

    def run() -> Cost:
        bench.change(bench.months(1))
        return bench.dm("process")

    def run_warm() -> Cost:
        if _spark(bench, "start"):
            raise CommandFailed("dm spark start failed")
        try:
            run()
            return run()
        finally:
            _spark(bench, "stop")

    return take_turns({"warm Spark": run_warm, "cold": run}, plan.few)


def without_spark(bench: Bench, plan: Plan) -> Costs:
    """Commands that only look, and what their libraries take to import."""
    bench.change(bench.months(1))
    costs = take_turns(
        {
            "dm pending": lambda: bench.dm("pending"),
            "dm show": lambda: bench.dm("show", "top_drinkers"),
            IMPORTS: lambda: bench.run(sys.executable, "-c", "import boto3, pyiceberg"),
        },
        2 * plan.rounds, practice=1,
    )  # fmt: skip
    bench.dm("process")
    return costs


def audits(bench: Bench, plan: Plan) -> Costs:
    """What the audit costs."""
    (month,) = bench.months(1)
    with TemporaryDirectory() as folder:
        return take_turns(audit.ways(bench, month, Path(folder)), plan.few, practice=1)


def _run(bench: Bench, way: Contestant) -> Callable[[], Cost]:
    return lambda: measure(way.command, bench.log, way.environment)


def _spark(bench: Bench, command: str) -> int:
    environment: Mapping[str, str] = {**os.environ, **bench.environment}
    return subprocess.run(
        [BIN / "dm", "spark", command], env=environment, check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ).returncode  # fmt: skip
