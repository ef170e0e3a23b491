"""The targets, and whether a run of the bench meets them."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench import audit, cases
from bench.figures.evidence import Evidence
from bench.turns import Costs, median, ratio
from bench.ways.contestants import BARE_OWN, BARE_STOCK, ORIGINAL, PROJECT_WAY

ONE, ALL, IDLE, HISTORY, WARM, LOOK, AUDIT = (
    "one changed month",
    "all months changed",
    "nothing stale",
    f"one changed month, {cases.HISTORY} times the history",
    "one changed month, warm Spark",
    "a look without Spark",
    "the audit of one month",
)
SPARE_MB = 150


@dataclass(frozen=True)
class Outcome:
    """A target and what came out: `met` is None where it was not measured."""

    measure: str
    target: str
    result: str
    met: bool | None


def outcomes(
    found: Mapping[str, Costs | None], evidence: Mapping[int, Mapping[str, Evidence]]
) -> list[Outcome]:
    """Holds what was measured against the targets.

    Args:
        found: the costs of each case; None if it could not be measured.
        evidence: for each number of months, what was read and written for each table.
    """

    def most(case: str, one: str, other: str, limit: float) -> Outcome:
        what, target = f"{case}: {one} / {other}", f"{limit:.2f} or less"
        costs = found.get(case)
        if costs is None or not {one, other} <= costs.keys():
            return Outcome(what, target, "not measured", None)
        value = ratio(costs, one, other)
        return Outcome(what, target, f"{value:.2f}", value <= limit)

    return [
        most(ONE, PROJECT_WAY, ORIGINAL, 0.20),
        most(ONE, PROJECT_WAY, BARE_STOCK, 0.65),
        most(ONE, PROJECT_WAY, BARE_OWN, 1.35),
        most(IDLE, "dbt run", cases.START, 1.6),
        most(WARM, "warm Spark", "cold", 0.30),
        most(HISTORY, "ten times the history", "the history", 1.05),
        most(ALL, PROJECT_WAY, BARE_STOCK, 1.15),
        most(ALL, PROJECT_WAY, BARE_OWN, 1.2),
        most(AUDIT, audit.AUDITED, audit.BARE, 1.25),
        *(_read(count, tables) for count, tables in evidence.items()),
        *(_written(count, tables) for count, tables in evidence.items()),
        most(LOOK, "dm pending", cases.IMPORTS, 1.5),
        most(LOOK, "dm show", cases.IMPORTS, 2.5),
        *(_memory(found, bare) for bare in (BARE_STOCK, BARE_OWN)),
    ]


def _read(count: int, tables: Mapping[str, Evidence]) -> Outcome:
    read = {found.rows_read for found in tables.values()}
    there = {found.rows_there for found in tables.values()}
    return Outcome(
        f"rows of silver read for {_months(count)}, per table", "exactly those months' rows",
        f"{_numbers(read)} of {_numbers(there)}", read == there,
    )  # fmt: skip


def _written(count: int, tables: Mapping[str, Evidence]) -> Outcome:
    files = {found.files_written for found in tables.values()}
    touched = {len(found.months_touched) for found in tables.values()}
    return Outcome(
        f"data files written for {_months(count)}, per table",
        f"{count}, no other month touched",
        f"{_numbers(files)}, {_numbers(touched)} touched",
        files == touched == {count},
    )


def _memory(found: Mapping[str, Costs | None], bare: str) -> Outcome:
    costs = found[ONE] or {}
    more = median(costs[PROJECT_WAY]).peak_mb - median(costs[bare]).peak_mb
    return Outcome(
        f"{ONE}: peak memory beyond that of {bare}", f"{SPARE_MB} MB or less",
        f"{more:.0f} MB", more <= SPARE_MB,
    )  # fmt: skip


def _months(count: int) -> str:
    return "1 changed month" if count == 1 else f"{count} changed months"


def _numbers(values: set[int]) -> str:
    return " to ".join(f"{value:,}" for value in sorted({min(values), max(values)}))
