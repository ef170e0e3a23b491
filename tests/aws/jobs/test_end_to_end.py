"""From the schedule to the tables in the Glue catalog, with the packaged job on real Spark."""

import gzip
import json
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from moto.s3.models import s3_backends

from infra.silver import GlueLake
from local import demo
from runner.control.items import Status
from runner.project import tables
from tests import reviews
from tests.aws.moto_gaps.dynamodb import lagging_index
from tests.aws.stand_ins import calls
from tests.aws.stand_ins.account import BEERS, DATALAKE, DRINKERS, STATES, Account
from tests.aws.stand_ins.calls import Call
from tests.aws.stand_ins.deployer import ACCOUNT
from tests.aws.stand_ins.packaged import gold_rows, load_reviews, log_of
from tests.aws.stand_ins.policies import allows, statements
from tests.aws.stand_ins.worker import JOB_KEY, SparkSubmit
from tests.computed import expected
from tests.tables import gold

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def called(endpoint: str, patch: pytest.MonkeyPatch) -> list[Call]:
    """What the jobs of this module call."""
    return calls.record(patch, JOB_KEY)


@pytest.fixture(scope="module")
def lake(
    account: Account, spark_submit: SparkSubmit, called: list[Call], endpoint: str
) -> GlueLake:
    account.forget_items()
    return GlueLake(DATALAKE, {"s3.endpoint": endpoint})


@pytest.fixture(scope="module")
def first_reviews() -> pa.Table:
    """Reviews of three months."""
    made = demo.synthetic_reviews(7, demo.Shape(60_000))
    first = pc.and_(pc.equal(made["review_year"], 2011), pc.less_equal(made["review_month"], 3))
    return made.filter(first)


def test_the_schedule_builds_what_silver_changed(
    lake: GlueLake, account: Account, first_reviews: pa.Table, tmp_path: Path
) -> None:
    load_reviews(lake, account, first_reviews, tmp_path)
    assert len(account.control.items(Status.PENDING)) == 3 * len(tables())
    ended = account.wait(account.fire_schedule())
    assert ended.status == "SUCCEEDED", ended.told
    assert ended.statuses == dict.fromkeys(tables(), "SUCCEEDED")
    for table in tables():
        wanted = expected(first_reviews, table)
        assert len(wanted) > 3
        assert gold_rows(lake, table) == wanted, table

    done = account.control.items(Status.SUCCESS)
    assert len(done) == 3 * len(tables())
    assert {str(item.lease_owner).startswith(ended.name) for item in done} == {True}
    table = gold(lake, BEERS)
    snapshot = table.current_snapshot()
    assert snapshot is not None
    assert {item.gold_snapshot_id for item in done if item.table_name == BEERS} == {
        snapshot.snapshot_id
    }
    assert str(snapshot.summary["dm.run-id"]).startswith(ended.name)
    assert snapshot.summary["dm.code-version"] == "test"
    log = log_of(ended.results[BEERS]["logs"])
    assert "3 of 3 control items succeeded" in log
    used = r"^Driver: \d\.\d GB of Python, \d\.\d GB of Java's heap; \d+ s\.$"
    assert re.search(used, log, re.MULTILINE), log

    place = f"s3://{DATALAKE}/gold/{BEERS}"
    assert table.location() == place
    assert table.metadata_location.startswith(f"{place}/metadata/")
    folders = {str(Path(file).parent) for file in table.inspect.files()["file_path"].to_pylist()}
    data = str(Path(place, "data"))
    assert folders == {f"{data}/review_year=2011/review_month={month}" for month in (1, 2, 3)}


def test_all_jobs_are_in_the_run_history(lake: GlueLake) -> None:
    """Two at a time: they make the table, and add to it, at once."""
    table = gold(lake, "run_history")
    assert table.location() == f"s3://{DATALAKE}/gold/run_history"
    found = table.scan().to_arrow().to_pylist()
    assert sorted(row["table_name"] for row in found) == sorted(tables())
    assert {(row["status"], row["target"]) for row in found} == {("published", "emr")}
    assert {row["periods"] for row in found} == {"2011-01, 2011-02, 2011-03"}


def test_with_nothing_pending_no_job_starts(lake: GlueLake, account: Account) -> None:
    before = len(account.jobs)
    assert set(account.wait(account.fire_schedule()).statuses.values()) == {"SKIPPED"}
    assert len(account.jobs) == before


def test_one_of_two_tables_fails(lake: GlueLake, account: Account, tmp_path: Path) -> None:
    """A beer without a name fails its month in the table of beers alone."""
    bad = reviews.month_of("2012-06", 9_000_001, beer_name=None)
    load_reviews(lake, account, reviews.table(bad), tmp_path)
    before = len(account.jobs)
    ended = account.run({"tables": [BEERS, STATES]})
    assert (ended.status, ended.error) == ("FAILED", "GoldTablesFailed")
    assert ended.statuses == {BEERS: "FAILED", STATES: "SUCCEEDED"}
    assert len(account.jobs) == before + 2
    assert f"{BEERS} 2012-06 failed" in log_of(ended.results[BEERS]["logs"])
    assert not gold_rows(lake, BEERS, "review_year = 2012")
    assert len(gold_rows(lake, STATES, "review_year = 2012")) == 1
    waiting = {item.table_name: item for item in account.control.items(Status.PENDING)}
    assert waiting.keys() == set(tables()) - {STATES}
    assert "beer_name" in str(waiting[BEERS].error_message)
    assert waiting[DRINKERS].attempt_count == 0


def test_the_next_schedule_repairs_what_a_killed_job_left(
    lake: GlueLake, account: Account, spark_submit: SparkSubmit, called: list[Call]
) -> None:
    account.forget_items()
    account.enqueue(DRINKERS, "2012-06")
    called.clear()
    execution = account.start({"tables": [DRINKERS]})
    writes = f"arn:aws:s3:::{DATALAKE}/gold/{DRINKERS}/data/"
    while not any(call.resource.startswith(writes) for call in called.copy()):
        assert (
            boto3.client("stepfunctions").describe_execution(executionArn=execution)["status"]
            == "RUNNING"
        )
        time.sleep(0.05)
    spark_submit.kill(account.jobs[-1].id)
    ended = account.wait(execution)
    assert ended.status == "FAILED"
    assert ended.statuses == {DRINKERS: "FAILED"}
    (left,) = account.control.items(Status.RUNNING)
    assert not gold_rows(lake, DRINKERS, "review_year = 2012")
    assert account.wait(account.fire_schedule()).statuses[DRINKERS] == "SKIPPED"

    account.end_leases()
    assert account.wait(account.fire_schedule()).statuses[DRINKERS] == "SUCCEEDED"
    (repaired,) = account.control.items(Status.SUCCESS)
    assert (repaired.control_id, repaired.attempt_count) == (left.control_id, 2)
    assert len(gold_rows(lake, DRINKERS, "review_year = 2012")) == 1


def test_two_executions_at_once_share_the_work(
    lake: GlueLake, account: Account, first_reviews: pa.Table, tmp_path: Path
) -> None:
    changed = pa.Table.from_pylist(
        [
            {**found, "deleted_at": datetime(2012, 2, 1, tzinfo=UTC)}
            if found["review_id"] % 3 == 0
            else found
            for found in first_reviews.to_pylist()
        ],
        schema=first_reviews.schema,
    )
    load_reviews(lake, account, changed, tmp_path)
    account.forget_items()
    account.enqueue(STATES, "2011-01", "2011-02", "2011-03")
    executions = [account.fire_schedule(), account.start({})]
    ended = [account.wait(execution) for execution in executions]
    assert {e.status for e in ended} == {"SUCCEEDED"}
    done = account.control.items(Status.SUCCESS)
    assert {item.attempt_count for item in done} == {1}
    assert len(done) == 3
    assert gold_rows(lake, STATES) == expected(changed, STATES)


def plant(lake: GlueLake) -> tuple[str, str]:
    """An orphan and an audit branch in the table of states, both of eight days ago."""
    s3, branch = boto3.client("s3"), "audit_20111201_000000_left"
    orphan = f"gold/{STATES}/data/orphan.parquet"
    s3.put_object(Bucket=DATALAKE, Key=orphan, Body=b"nothing refers to this")
    s3_backends[ACCOUNT]["aws"].buckets[DATALAKE].keys[orphan].last_modified -= timedelta(days=8)
    table = gold(lake, STATES)
    oldest = min(table.metadata.snapshots, key=lambda snapshot: snapshot.timestamp_ms).snapshot_id
    table.manage_snapshots().create_branch(oldest, branch).commit()
    key = gold(lake, STATES).metadata_location.removeprefix(f"s3://{DATALAKE}/")
    found = s3.get_object(Bucket=DATALAKE, Key=key)["Body"].read()
    packed = found.startswith(b"\x1f\x8b")
    metadata = json.loads(gzip.decompress(found) if packed else found)
    for snapshot in (*metadata["snapshots"], *metadata["snapshot-log"]):
        if snapshot["snapshot-id"] == oldest:
            snapshot["timestamp-ms"] -= timedelta(days=8) // timedelta(milliseconds=1)
    text = json.dumps(metadata).encode()
    s3.put_object(Bucket=DATALAKE, Key=key, Body=gzip.compress(text) if packed else text)
    return branch, orphan


def test_the_weekly_maintenance_changes_no_row_and_makes_nothing_stale(
    lake: GlueLake, account: Account
) -> None:
    branch, orphan = plant(lake)
    before = {table: gold_rows(lake, table) for table in tables()}
    ended = account.wait(account.fire_schedule("dm-analytics-maintenance"))
    assert ended.status == "SUCCEEDED", ended.told
    log = log_of(ended.results["maintenance"]["logs"])
    for table in tables():
        branches = "1 old branch" if table == STATES else "0 old branches"
        assert f"{table}: {branches} dropped" in log, log
    (removed,) = [line for line in log.splitlines() if f"{STATES}: 1 old branch" in line]
    assert ", 1 orphan file removed" in removed
    assert branch not in gold(lake, STATES).metadata.refs
    left = boto3.client("s3").list_objects_v2(Bucket=DATALAKE, Prefix=f"gold/{STATES}/data/")
    assert orphan not in {entry["Key"] for entry in left["Contents"]}
    assert {table: gold_rows(lake, table) for table in tables()} == before
    maintained = gold(lake, STATES).metadata.current_snapshot_id
    account.enqueue(STATES, "2011-01")
    assert account.run({"tables": [STATES]}).status == "SUCCEEDED"
    assert gold(lake, STATES).metadata.current_snapshot_id == maintained  # settled without a build


def test_a_job_tells_what_it_finds(lake: GlueLake, account: Account) -> None:
    ended = account.run({"look": True})
    assert ended.statuses == {"look": "SUCCEEDED"}, ended.told
    found = ended.results["look"]["error"]
    assert re.match(
        r"Python 3\.11\.\d+, Spark 4\.1\.\d, Iceberg 1\.11\.0; the catalog has dm_gold", found
    )


def test_a_back_fill_is_built_though_the_index_lags(lake: GlueLake, account: Account) -> None:
    account.forget_items()
    with lagging_index():
        ended = account.run({"tables": [DRINKERS], "periods": ["2011-01"]})
    assert ended.statuses == {DRINKERS: "SUCCEEDED"}, ended.told
    done = {(item.table_name, item.month) for item in account.control.items(Status.SUCCESS)}
    assert (DRINKERS, "2011-01") in done  # beside what else of the table was stale
    assert {table for table, _ in done} == {DRINKERS}


def test_the_jobs_called_nothing_that_their_role_does_not_allow(
    account: Account, called: list[Call]
) -> None:
    allowed = statements("JobRole")
    assert {c.action.split(":")[0] for c in called} == {"s3", "glue", "dynamodb"}
    assert not {call for call in called if not allows(allowed, call)}
