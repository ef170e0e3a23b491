"""dbt and dm status find the same months stale, whatever was done to silver, and gold is right."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from pyspark.sql import SparkSession

from dm.cli import dm
from local.lake import Lake
from local.silver import TABLE
from tests.computed import expected
from tests.dbt_project import Answer, Dbt
from tests.report import Report
from tests.silver.cases import ALL, CASES, FIRST, NAMES, Case, Reviews
from tests.tables import gold, rows


@pytest.fixture(scope="module")
def silver(lake: Lake, session: SparkSession) -> Reviews:
    made = Reviews(session, TABLE[1], next_id=FIRST)
    made.add(*sorted(ALL))
    return made


@pytest.fixture(scope="module")
def run(lake: Lake, session: SparkSession, silver: Reviews) -> Callable[[], Answer]:
    dbt = Dbt(lake.root / "target")
    return lambda: dbt("run", "--select", *NAMES, max_row_loss=1)


def test_dbt_and_status_agree_and_gold_is_right(
    lake: Lake, silver: Reviews, run: Callable[[], Answer], report: Report, long: bool
) -> None:
    assert run().success
    for case in CASES if long else [case for case in CASES if case.quick]:
        case.event(silver)
        status = CliRunner().invoke(dm, ["status", "--format", "json"], catch_exceptions=False)
        told = json.loads(status.output)
        if case.refused:
            answer = run()
            assert not answer.success
            assert case.refused in answer.text, case.what
            assert status.exit_code == 1
            assert case.refused in told["problem"], case.what
            report.add("silver", silver=case.what, stale="refused", rebuilt=0, needless=0, wrong=0)
        else:
            _compare(lake, silver, run, case, told, report)
        if case.undone:
            case.undone(silver)


def _compare(
    lake: Lake, silver: Reviews, run: Callable[[], Answer], case: Case, told: dict[str, Any],
    report: Report,
) -> None:  # fmt: skip
    by_status = {t["table"]: t["stale"] for t in told["tables"] if t["table"] in NAMES}
    why = [t["why"] for t in told["tables"] if t["table"] in NAMES]
    assert all(
        list(reasons) == months for reasons, months in zip(why, by_status.values(), strict=True)
    )
    if case.stale == {"one"}:
        assert {len(months) for months in by_status.values()} == {1}, case.what
        report.add("silver", silver=case.what, stale="one month", rebuilt=0, needless=0, wrong=0)
        return
    wanted = {name: _by_month(expected(_all(silver), name)) for name in NAMES}
    before = {name: _by_month(rows(lake, name)) for name in NAMES}
    snapshots = {name: gold(lake, name).metadata.current_snapshot_id for name in NAMES}
    answer = run()
    assert answer.success, answer.text
    by_dbt = {name: _written(lake, name, snapshots[name]) for name in NAMES}
    assert by_dbt == by_status, case.what
    changed = {
        name: {m for m in wanted[name].keys() | before[name].keys()
               if wanted[name].get(m) != before[name].get(m)}
        for name in NAMES
    }  # fmt: skip
    after = {name: _by_month(rows(lake, name)) for name in NAMES}
    wrong = sum(
        after[name].get(month) != wanted[name].get(month)
        for name in NAMES for month in wanted[name].keys() | after[name].keys()
    )  # fmt: skip
    needless = sum(len(set(by_dbt[name]) - changed[name]) for name in NAMES)
    report.add(
        "silver", silver=case.what, stale=_in_words(by_dbt),
        rebuilt=sum(map(len, by_dbt.values())), needless=needless, wrong=wrong,
    )  # fmt: skip
    assert wrong == 0, case.what
    for name in NAMES:
        assert changed[name] <= set(by_dbt[name]), case.what
        if case.stale is not None:
            assert set(by_dbt[name]) in (case.stale, case.stale & ALL), (case.what, by_dbt)
    remarks = " ".join([answer.text, *(s["remark"] or "" for s in told["silver"].values())])
    assert case.told in remarks, case.what
    assert ("of no month" in remarks) == ("rows" in case.told), case.what
    assert "example.com" not in remarks


def _written(lake: Lake, name: str, before: int | None) -> list[str]:
    """The months that a new snapshot of a table says it wrote; none if there is no new one."""
    snapshot = gold(lake, name).current_snapshot()
    assert snapshot is not None
    assert snapshot.summary is not None
    if snapshot.snapshot_id == before:
        return []
    return sorted(filter(None, (snapshot.summary["dm.periods"] or "").split(",")))


def _all(silver: Reviews) -> object:
    rows = silver.spark.table(silver.table)
    return rows.where("review_year between 1 and 9999 and review_month between 1 and 12").toArrow()


def _by_month(found: list[dict[str, object]]) -> dict[str, list[dict[str, object]]]:
    months: dict[str, list[dict[str, object]]] = {}
    for row in found:
        months.setdefault(f"{row['review_year']:04}-{row['review_month']:02}", []).append(row)
    return months


def _in_words(stale: dict[str, list[str]]) -> str:
    months = sorted({month for found in stale.values() for month in found})
    return ", ".join(months) or "none"
