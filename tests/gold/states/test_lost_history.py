"""Others rewrite a table and expire its snapshots: what it says of itself outlives that."""

import json

import pytest
from pyspark.sql import SparkSession

from dm.reading.past.snapshots import held, of_main
from local.lake import Lake
from tests.dbt_project import Answer, Dbt
from tests.gold.drinkers import FEBRUARY, JANUARY, NAME, load
from tests.gold.drinkers import run as typed
from tests.tables import files_by_period, gold, snapshots

LOST = "no snapshot tells any more what its rows were built from"


@pytest.fixture(scope="module", autouse=True)
def held_month(lake: Lake, session: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Two months of drinkers, of which the first is held."""
    dbt = Dbt(tmp_path_factory.mktemp("target"))
    load(lake, 30)
    assert dbt("run", "--select", NAME).success
    by_hand(dbt, "hold", periods=[JANUARY], because="a secret: ann's token, für später")


def by_hand(dbt: Dbt, operation: str, **arguments: object) -> None:
    told = dbt("run-operation", operation, "--args", json.dumps({"table": NAME, **arguments}))
    assert told.success, told.text


def compact(session: SparkSession) -> None:
    """As Glue's optimizer does, or an OPTIMIZE of Trino."""
    options = "options => map('rewrite-all', 'true')"
    session.sql(f"call system.rewrite_data_files(table => 'dm_gold.{NAME}', {options})").collect()


def expire(session: SparkSession) -> None:
    """As Athena's VACUUM does, or Glue's retention: all but what readers see."""
    session.sql(
        f"call system.expire_snapshots(table => 'dm_gold.{NAME}', retain_last => 1,"
        " older_than => timestamp '2100-01-01')"
    ).collect()


def run(dbt: Dbt, **variables: object) -> Answer:
    told = dbt("run", "--select", NAME, **variables)
    assert told.success, told.text
    return told


@pytest.mark.parametrize("between", ["run", "maintain"])
def test_what_others_compact_is_said_again_before_they_expire_it(
    lake: Lake, session: SparkSession, dbt: Dbt, between: str
) -> None:
    compact(session)
    if between == "run":
        assert run(dbt).messages[NAME] == "nothing to build"
    else:
        assert dbt("run-operation", "maintain").success
    expire(session)
    assert snapshots(lake, NAME) == 1
    told = run(dbt)
    assert told.messages[NAME] == "nothing to build"
    assert LOST not in told.text
    assert snapshots(lake, NAME) == 1  # where nobody else wrote, nothing is said again
    assert list(gold(lake, NAME).refs()) == ["main"]


def test_what_is_held_outlives_the_history(lake: Lake, session: SparkSession, dbt: Dbt) -> None:
    compact(session)
    expire(session)
    table = gold(lake, NAME)
    assert set(held(table, of_main(table))) == {JANUARY}
    assert f"Held: {NAME}, {JANUARY}: held by" in typed("status")
    before = files_by_period(lake, NAME)
    load(lake, 40)
    told = run(dbt)
    assert LOST in told.text
    assert f"to be built again: 1 period ({FEBRUARY})" in told.text
    assert f"held all the same: 1 period ({JANUARY})" in told.text
    assert "a secret: ann's token, für später" in told.text
    assert told.messages[NAME] == f"1 period ({FEBRUARY})"
    after = files_by_period(lake, NAME)
    assert after[JANUARY] == before[JANUARY]
    assert after[FEBRUARY] != before[FEBRUARY]
    again = run(dbt)
    assert (again.messages[NAME], LOST in again.text) == ("nothing to build", False)


def test_a_table_that_was_held_before_it_kept_that_is_mended_by_a_run(
    lake: Lake, session: SparkSession, dbt: Dbt
) -> None:
    session.sql(f"alter table dm_gold.{NAME} unset tblproperties ('dm.held')")
    run(dbt)
    assert "dm.held" in gold(lake, NAME).properties
    by_hand(dbt, "release", periods=[JANUARY])
    assert "dm.held" not in gold(lake, NAME).properties
    assert run(dbt).messages[NAME] == f"1 period ({JANUARY})"


def test_months_that_silver_has_not_are_not_forgotten(
    lake: Lake, session: SparkSession, dbt: Dbt
) -> None:
    """Rows that nobody built, or nobody knows who, go: also after the state was said again."""
    names = [field.name for field in gold(lake, NAME).schema().fields]
    may = ", ".join("5" if name == "review_month" else name for name in names)
    insert = f"insert into dm_gold.{NAME} select {may} from dm_gold.{NAME} where review_month = 1"
    session.sql(insert)
    assert dbt("run-operation", "maintain").success
    assert JANUARY in files_by_period(lake, NAME)
    assert "2010-05" in files_by_period(lake, NAME)
    assert run(dbt, max_row_loss=1).messages[NAME] == "1 period (2010-05)"
    assert "2010-05" not in files_by_period(lake, NAME)

    session.sql(insert)
    expire(session)
    assert LOST in run(dbt, max_row_loss=1).text
    assert set(files_by_period(lake, NAME)) == {JANUARY, FEBRUARY}
    assert run(dbt).messages[NAME] == "nothing to build"
