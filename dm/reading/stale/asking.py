"""Which months that a person asks for there is something to build of."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from dm.reading.past import snapshots
from dm.reading.show import NotBuilt, Unreadable, gold_table
from dm.reading.stale import plans
from local import silver
from local.lake import Lake
from runner import periods
from runner.errors import DataMasterError


class NotInSilver(DataMasterError):
    """Silver has no reviews of a month, nor has a gold table rows of it."""


def to_build(
    lake: Lake,
    wanted: Mapping[str, Sequence[str]],
    *,
    force: bool,
    tell: Callable[[str], None],
) -> dict[str, list[str]]:
    """The months of each table that a run would build.

    Args:
        lake: the lake.
        wanted: the months that are asked for, in order, of each table.
        force: whether fresh months are built, too; those that somebody holds never are.
        tell: gets a sentence on the months that are left out.

    Raises:
        NotInSilver: silver has not the first or the last month, so these were mistyped.
    """
    there = set(silver.months(lake)) if lake.database.exists() else set()
    found: dict[str, list[str]] = {}
    built = {table: _built(lake, table) for table in wanted}
    for table, some in wanted.items():
        known = there | built[table]
        for end in (some[0], some[-1]):
            if end not in known:
                raise NotInSilver(
                    f"Silver has no reviews of {end}",
                    f"It has {periods.in_words(there)}." if there else "`dm load` loads some.",
                )
        found[table] = [month for month in some if month in known]
    # Asking dbt takes seconds, and of what was never built the answer is known.
    looked_at = {table: _held(lake, table) for table in wanted} if force else built
    if not any(looked_at[table] & set(some) for table, some in found.items()):
        return found
    told = plans.of(lake)
    if told.problem:
        return found  # the run tells, whatever it is
    for table, some in found.items():
        stale, holds = told.why.get(table, {}), told.held.get(table, {})
        kept = [month for month in some if month in holds]
        for said in dict.fromkeys(holds[month].in_words for month in kept):
            which = periods.in_words(month for month in kept if holds[month].in_words == said)
            tell(f"{table} {which}: {said}: `dm release {table}` lets runs build it")
        free = [month for month in some if month not in holds]
        fresh = [] if force else [month for month in free if month not in stale]
        if fresh:
            tell(
                f"{table} {periods.in_words(fresh)}: built already, of the present input: --force"
                " builds it again"
            )
        found[table] = [month for month in free if month not in fresh]
    return found


def _built(lake: Lake, name: str) -> set[str]:
    with suppress(NotBuilt, Unreadable):
        return snapshots.built_periods(gold_table(lake, name))
    return set()


def _held(lake: Lake, name: str) -> set[str]:
    """The months that somebody holds, or held until silver changed, which dbt knows."""
    with suppress(NotBuilt, Unreadable):
        table = gold_table(lake, name)
        return set(snapshots.held(table, snapshots.of_main(table)))
    return set()
