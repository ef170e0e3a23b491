"""Builds what is pending, on this project."""

import signal
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial

from runner import periods
from runner.control.items import ControlItem
from runner.control.table import ControlTable
from runner.dbt.messages import count
from runner.dbt.running import DbtProject
from runner.gold import published
from runner.job import GoldJob
from runner.project import tables
from runner.work import Result


def gold_job(
    control: ControlTable, dbt: DbtProject, *, force: bool = False, name: str = ""
) -> GoldJob:
    """The gold job on this project; see GoldJob and DbtProject.build."""
    build, forced = partial(dbt.build, force=force), partial(dbt.build, force=True)
    return GoldJob(control, tables(), build, published, lambda: dbt.left, name, force=forced)


def build_pending(
    job: GoldJob,
    chosen: Sequence[str],
    tell: Callable[[str], None],
    asked: Iterable[ControlItem] = (),
) -> list[Result]:
    """Builds what is pending of the chosen tables, or of all; `tell` gets a line of it.

    What is asked for is claimed even if no index knows of it yet: see GoldJob.claim. Months of
    these tables that are stale without an item, of a new table, say, or by changed code, are built
    then; what has failed waits for the next run.
    """
    # Whoever ends the run, a person or EMR, gets the items given back.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    claims: Collection[str] = chosen or tables()
    for _ in range(2):
        work, _refused = job.claim(claims, asked)
        if not work:
            break
        months = periods.in_words(piece.period for piece in work)
        named = count(len({piece.table for piece in work}), "table")
        tell(f"Building {named}: {months}")
        job.run(work)
        claims, asked = (), job.announce_left()
    return job.results
