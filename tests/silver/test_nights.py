"""A silver that is compacted every night, and changes in one month a day."""

from pyspark.sql import SparkSession

from local.lake import Lake
from local.silver import TABLE
from runner import periods
from tests.computed import expected
from tests.dbt_project import Dbt
from tests.report import Report
from tests.silver.test_matrix import FIRST, NAMES, Reviews
from tests.tables import gold, rows


def test_only_the_changed_months_are_built(
    lake: Lake, session: SparkSession, dbt: Dbt, report: Report, long: bool
) -> None:
    months, nights = (186, 7) if long else (6, 2)
    silver = Reviews(session, TABLE[1], next_id=FIRST)
    all_months = periods.span("1996-08", "2012-01")[-months:]
    silver.add(*all_months, rows=2)
    assert dbt("run", "--select", *NAMES).success
    built = dict.fromkeys(NAMES, 0)
    for night in range(nights):
        silver.add(all_months[night * 5])
        silver.compact()
        told = dbt("run", "--select", *NAMES)
        assert told.success, told.text
        for name in NAMES:
            summary = gold(lake, name).current_snapshot().summary
            assert summary["dm.periods"] == all_months[night * 5]
            built[name] += len(summary["dm.periods"].split(","))
    assert set(built.values()) == {nights}
    now = session.sql(f"select * from {silver.table}").toArrow()
    for name in NAMES:
        assert rows(lake, name) == expected(now, name)
    report.add(
        "nights", nights=nights, months_of_silver=months,
        months_built_of_each_table=built[NAMES[0]], without_this=nights * months,
    )  # fmt: skip
