"""The packaged job on days that go wrong: throttled, killed, taken back, or with too much to do."""

import time
from collections import Counter
from pathlib import Path

import boto3
import pytest
from moto.cloudwatch.models import cloudwatch_backends

from infra import package
from infra.arguments import of_jobs
from infra.package import package as pack
from infra.silver import GlueLake
from runner.control.dynamodb import DynamoControlTable
from runner.control.items import Status
from tests import reviews
from tests.aws.moto_gaps.dynamodb import throttled
from tests.aws.stand_ins import calls
from tests.aws.stand_ins.account import CONTROL, DATALAKE, DRINKERS, STATES, Account, variation
from tests.aws.stand_ins.deployer import ACCOUNT, REGION
from tests.aws.stand_ins.packaged import gold_rows, load_reviews, succeeded
from tests.aws.stand_ins.worker import JOB_KEY, SparkSubmit, architecture
from tests.report import Report
from tests.tables import gold, snapshots

pytestmark = pytest.mark.end_to_end

MONTH = "review_year = 2011 and review_month = 7"


@pytest.fixture(scope="module")
def lake(
    account: Account,
    spark_submit: SparkSubmit,
    endpoint: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> GlueLake:
    """Reviews of a month, of which nobody told the state."""
    found = GlueLake(DATALAKE, {"s3.endpoint": endpoint})
    made = reviews.month_of("2011-07", 9_100_001, state=None)
    load_reviews(found, account, reviews.table(made), tmp_path_factory.mktemp("loaded"))
    return found


@pytest.fixture(autouse=True)
def nothing_left(account: Account, lake: GlueLake) -> None:
    account.forget_items()


def test_a_throttled_control_table_costs_time_alone(lake: GlueLake, account: Account) -> None:
    account.enqueue(STATES, "2011-07")
    with throttled(lambda number: number % 2 == 1) as sent:
        succeeded(account.run({"tables": [STATES]}))
    assert len(sent) >= 6  # the claim, the last look at the lease and the settling, each twice
    (done,) = account.control.items(Status.SUCCESS)
    assert done.attempt_count == 1
    (row,) = gold_rows(lake, STATES, MONTH)
    assert isinstance(row, dict)
    assert (row["state"], row["total_reviews"]) == ("Unknown", 25)


def test_a_job_that_is_killed_has_a_second_attempt_the_same_day(
    lake: GlueLake, account: Account, spark_submit: SparkSubmit
) -> None:
    twice = account.dispatcher_with("twice", SecondAttemptMinutes="15")
    soon = variation(account, r'"Seconds": "[^"]+"', '"Seconds": 10', twice)
    account.enqueue(DRINKERS, "2011-07")
    before = len(account.jobs)
    execution = account.start({"tables": [DRINKERS]}, soon)
    while not account.control.items(Status.RUNNING):
        time.sleep(0.1)
    spark_submit.kill(account.jobs[-1].id)
    while account.jobs[before].state != "FAILED":
        time.sleep(0.1)
    account.end_leases()  # it would be over before the second attempt
    succeeded(account.wait(execution))
    assert len(account.jobs) == before + 2
    (done,) = account.control.items(Status.SUCCESS)
    assert (done.attempt_count, done.error_message) == (2, None)
    assert len(gold_rows(lake, DRINKERS, MONTH)) == 1


def test_an_environment_has_items_metrics_and_tags_of_its_own(
    lake: GlueLake, account: Account
) -> None:
    dynamodb, name = boto3.client("dynamodb"), f"{CONTROL}-dev"
    made = dynamodb.describe_table(TableName=CONTROL)["Table"]
    indexes = [
        {key: index[key] for key in ("IndexName", "KeySchema", "Projection")}
        for index in made["GlobalSecondaryIndexes"]
    ]
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=made["KeySchema"],
        AttributeDefinitions=made["AttributeDefinitions"],
        GlobalSecondaryIndexes=indexes,
    )
    tags = {"dm:environment": "dev", "team": "data"}
    dev = account.dispatcher_with(
        "dm-analytics-dev-dispatcher",
        Name="dm-analytics-dev",
        ControlTable=name,
        JobTags=of_jobs(tags),
    )
    succeeded(account.run({"tables": [STATES], "periods": ["2011-07"]}, dev))
    assert account.jobs[-1].tags == tags | {"dm:tables": STATES}
    (done,) = DynamoControlTable(name).items(Status.SUCCESS)
    assert (done.table_name, done.month) == (STATES, "2011-07")
    assert account.control.items(*Status) == []
    told = {
        metric.name
        for metric in cloudwatch_backends[ACCOUNT][REGION].metric_data
        if [(d.name, d.value) for d in metric.dimensions] == [("Name", "dm-analytics-dev")]
    }
    assert told == {"ItemsInError", "OldestPendingHours", "TablesFailed"}


def test_going_back_to_an_earlier_version_rebuilds_where_the_sql_differs_alone(
    lake: GlueLake, account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3, asked = boto3.client("s3"), {"tables": [STATES], "periods": ["2011-07"]}
    listed = s3.list_objects_v2(Bucket=DATALAKE, Prefix="code/gold/test/")["Contents"]
    for version in ("same", "newer"):
        for each in listed:
            name = each["Key"].rpartition("/")[2]
            source = {"Bucket": DATALAKE, "Key": each["Key"]}
            s3.copy_object(Bucket=DATALAKE, Key=f"code/gold/{version}/{name}", CopySource=source)
    copy = package._copy_project

    def changed(to: Path) -> None:
        copy(to)
        for part in ("sql", "yml"):  # the model, and what its tests expect of it
            file = to / "models" / "gold" / f"{STATES}.{part}"
            assert "'Unknown'" in file.read_text()
            file.write_text(file.read_text().replace("'Unknown'", "'Nowhere'"))

    monkeypatch.setattr(package, "_copy_project", changed)
    pack(tmp_path / "newer", [architecture()])
    for file in (tmp_path / "newer").iterdir():
        s3.upload_file(str(file), DATALAKE, f"code/gold/newer/{file.name}")

    succeeded(account.run(asked))
    first = gold(lake, STATES).metadata.current_snapshot_id
    succeeded(account.run(asked, account.dispatcher_with("same", Version="same")))
    assert gold(lake, STATES).metadata.current_snapshot_id == first
    before = gold_rows(lake, STATES, MONTH)

    succeeded(account.run(asked, account.dispatcher_with("newer", Version="newer")))
    (row,) = gold_rows(lake, STATES, MONTH)
    assert isinstance(row, dict)
    assert row["state"] == "Nowhere"
    snapshot = gold(lake, STATES).current_snapshot()
    assert snapshot is not None
    assert snapshot.summary["dm.code-version"] == "newer"

    succeeded(account.run(asked))
    assert gold_rows(lake, STATES, MONTH) == before


LONG = pytest.mark.long


@pytest.mark.parametrize(
    "number", [200, pytest.param(1, marks=LONG), pytest.param(10_000, marks=LONG)]
)
def test_very_many_items_of_a_month_are_one_computation(
    lake: GlueLake,
    account: Account,
    report: Report,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> None:
    """Each is claimed and settled, and the month is computed once."""
    called = calls.record(monkeypatch, JOB_KEY)
    before = snapshots(lake, STATES)
    account.enqueue(STATES, *["2011-07"] * number, object_key="forced/very many")
    started = time.monotonic()
    succeeded(account.wait(account.start({"tables": [STATES]}), 3_600))
    took = time.monotonic() - started
    assert snapshots(lake, STATES) == before + 1
    done = account.control.items(Status.SUCCESS)
    assert len(done) == number
    assert {item.attempt_count for item in done} == {1}
    counts = Counter(call.action for call in called)
    # Claim, look at the lease before publishing, and settle; and the outcome. It is also renewed
    # every 200 seconds.
    assert counts["dynamodb:UpdateItem"] >= 3 * number + 1
    assert counts["dynamodb:Query"] < 20 + number / 100
    s3 = sum(count for action, count in counts.items() if action.startswith("s3:"))
    assert s3 < 500
    report.add(
        "items",
        items=f"{number:,}",
        UpdateItem=f"{counts['dynamodb:UpdateItem']:,}",
        Query=counts["dynamodb:Query"],
        calls_of_S3=s3,
        seconds=round(took),
    )
