"""What the tests of the packaged job have in common."""

import gzip
from collections.abc import Sequence
from pathlib import Path

import boto3
import pyarrow as pa
from pyarrow import parquet

from infra.silver import GlueLake
from local.loading.load import load
from runner.project import tables
from tests.aws.stand_ins.account import Account, Ended
from tests.tables import rows

GOOD_MONTHS = "review_year = 2011 and review_month <= 3"


def load_reviews(lake: GlueLake, account: Account, loaded: pa.Table, folder: Path) -> None:
    file = folder / "reviews.parquet"
    parquet.write_table(loaded, file)
    load(lake, account.control, tables(), file)


def gold_rows(lake: GlueLake, table: str, where: str = GOOD_MONTHS) -> Sequence[object]:
    return rows(lake, table, where)


def succeeded(ended: Ended) -> None:
    assert ended.status == "SUCCEEDED", ended.told


def log_of(logs: str) -> str:
    """What a job printed, out of the place that the execution names."""
    bucket, _, prefix = logs.removeprefix("s3://").partition("/")
    key = f"{prefix}SPARK_DRIVER/stdout.gz"
    body = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return gzip.decompress(body).decode()
