"""Whatever happens to silver, a month whose rows changed is stale."""

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from bench.macros import Macros
from tests.report import Report
from tests.silver.events import EVENTS, append
from tests.silver.lakes import Silver, Table

STORIES, FEW = 300, 5

steps = st.tuples(
    st.sampled_from(sorted(EVENTS)), st.integers(0, 120), st.sampled_from(["all", "some", "none"])
)
silvers = st.fixed_dictionaries(
    {
        "version": st.sampled_from([2, 3]),
        "mode": st.sampled_from(["merge-on-read", "copy-on-write"]),
        "partitions": st.sampled_from(
            ["review_year, review_month"] * 3 + ["", "review_year", "bucket(2, review_id)"]
        ),
    }
)


@pytest.fixture(scope="module")
def counted(report: Report) -> Iterator[Counter[str]]:
    found: Counter[str] = Counter()
    yield found
    unchanged = found["unchanged"]
    report.add(
        "stories",
        stories=found["stories"],
        events=found["events"],
        refused_by_Iceberg=found["refused"],
        months_changed=found["changed"],
        of_them_not_stale=found["missed"],
        months_unchanged=unchanged,
        of_them_stale=f"{found['needless']} ({found['needless'] / max(unchanged, 1):.1%})",
    )


def test_a_month_whose_rows_changed_is_stale(
    session: SparkSession, long: bool, counted: Counter[str]
) -> None:
    macros = Macros(session)

    @settings(
        max_examples=STORIES if long else FEW,
        deadline=None,
        derandomize=not long,
        database=None,
        phases=[Phase.generate],  # a step takes a second: a story is told as it was found
        suppress_health_check=list(HealthCheck),
    )
    @given(silvers, st.lists(steps, min_size=3, max_size=6))
    def story(form: dict[str, object], events: list[tuple[str, int, str]]) -> None:
        counted["stories"] += 1
        silver = Silver(session, f"story_{counted['stories']}", **form)  # type: ignore[arg-type]
        try:
            append(silver, 31)
            table = Table(macros)
            stale = table.stale(silver)
            table.build(silver, stale, set(stale), silver.rows())
            for name, number, built in events:
                _happen(silver, name, number, counted)
                _check(silver, table, built, counted)
        finally:
            silver.drop()

    story()
    assert counted["stories"] >= FEW
    assert counted["refused"] < counted["events"] / 3


def _happen(silver: Silver, name: str, number: int, counted: Counter[str]) -> None:
    counted["events"] += 1
    try:
        EVENTS[name](silver, number)
    except (PySparkException, Py4JError):  # such as a compaction of a file that is listed twice
        counted["refused"] += 1


def _check(silver: Silver, table: Table, built: str, counted: Counter[str]) -> None:
    stale, rows = table.stale(silver), silver.rows()
    changed = table.changed(rows)
    missed = changed - stale.keys()
    unchanged = rows.keys() - changed
    counted["changed"] += len(changed)
    counted["missed"] += len(missed)
    counted["unchanged"] += len(unchanged)
    counted["needless"] += len(unchanged & stale.keys())
    assert not missed, f"{missed} changed, and stale is {stale}; left: {table.left}"
    some = {month for month in stale if int(month[-1]) % 2}
    months = {"all": set(stale), "some": some, "none": set()}[built]
    if months:
        table.build(silver, stale, months, rows)
