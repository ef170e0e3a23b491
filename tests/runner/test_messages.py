"""What Spark says in a hundred lines is told in one. The samples are its own, without stacks."""

import pytest

from runner.dbt.messages import count, one_line, unanswered
from runner.gold import GoldUnreadable, published

LOST = """Runtime Error in model top_drinkers (models/gold/top_drinkers.sql)
  An error occurred while calling o57.sql.
  : org.apache.spark.SparkException: Job aborted due to stage failure: Task 1 in stage 21.0 failed
  \tat org.apache.iceberg.io.RollingFileWriter.closeCurrentWriter(RollingFileWriter.java:128)
  Caused by: java.io.IOException: software.amazon.awssdk.core.exception.SdkClientException: Unable to execute HTTP request: The target server failed to respond (SDK Attempt Count: 10)
  \tat software.amazon.awssdk.core.exception.SdkClientException.create(SdkClientException.java:47)
  \tat software.amazon.awssdk.services.s3.DefaultS3Client.putObject(DefaultS3Client.java:12964)
"""  # noqa: E501
THROTTLED = """An error occurred while calling o57.sql.
: software.amazon.awssdk.services.s3.model.S3Exception: Not so fast. (Service: S3, Status Code: 503, Request ID: R) (SDK Attempt Count: 10)
\tat software.amazon.awssdk.services.s3.DefaultS3Client.getObject(DefaultS3Client.java:6402)
"""  # noqa: E501
SLOWED = """Runtime Error
  An error occurred while calling o57.sql.
  : software.amazon.awssdk.services.glue.model.GlueException: Rate exceeded (Service: Glue, Status Code: 400, Request ID: R) (SDK Attempt Count: 10)
  \tat software.amazon.awssdk.services.glue.DefaultGlueClient.getTable(DefaultGlueClient.java:10252)
"""  # noqa: E501
REFUSED = THROTTLED.replace("503", "403")
OTHER = """Runtime Error in model top_drinkers (models/gold/top_drinkers.sql)
  An error occurred while calling o57.sql.
  : java.lang.IllegalStateException: what it is
  \tat java.base/java.lang.Thread.run(Thread.java:840)
"""


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            LOST,
            "S3 did not answer (putObject: The target server failed to respond)."
            " Run it again when S3 does",
        ),
        (SLOWED, "Glue did not answer (getTable: Rate exceeded). Run it again when Glue does"),
        (THROTTLED, "S3 did not answer (getObject: 503 Not so fast.). Run it again when S3 does"),
    ],
)
def test_a_service_that_does_not_answer_is_told_by_name(message: str, told: str) -> None:
    assert one_line(message) == unanswered(message) == told


def test_other_faults_are_told_by_their_first_words() -> None:
    assert unanswered(OTHER) == ""
    assert one_line(OTHER) == "IllegalStateException: what it is"
    assert not unanswered(REFUSED)
    assert one_line(REFUSED).startswith("S3Exception: Not so fast. (Service: S3, Status Code: 403")


@pytest.mark.usefixtures("session")
def test_a_table_that_cannot_be_read_is_told_in_a_line() -> None:
    with pytest.raises(GoldUnreadable, match=r"could not be read: .*no_such_table") as told:
        published(["no_such_table"])
    assert "\n" not in told.value.message


@pytest.mark.parametrize(
    "message",
    [
        "Job aborted: Failed to open Parquet file: file:/lake/data/a.parquet",
        "RuntimeException: file:/lake/data/a.parquet is not a Parquet file. Expected magic number",
    ],
)
def test_a_damaged_file_is_told_by_name(message: str) -> None:
    told = "file:/lake/data/a.parquet is damaged or gone: docs/operations.md says how to repair it"
    assert one_line(message) == told


def test_what_dbt_says_of_a_model_without_columns_is_told_in_a_line() -> None:
    said = (
        "Parsing Error\n  Contract enforcement failed for: (models/gold/top_ciders.sql)\n"
        "  Constraints must be defined in a `yml` schema configuration file like `schema.yml`."
    )
    assert one_line(said).startswith("models/gold/top_ciders.sql has no columns in its YAML")
    said = (
        "Compilation Error\n  Exposure 'exposure.x' (models/_exposures.yml) depends on"
        " a node named 'top_ciders' which was not found"
    )
    assert one_line(said) == (
        "models/_exposures.yml needs top_ciders: bring top_ciders.sql back, or take it out of there"
    )
    assert one_line("Parsing Error in model x (x.yml)\n  what it is") == "what it is"


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("", "it does not say why"),
        ("Database Error in model x\n\n", "it does not say why"),
        ("Runtime Error\n  it says:\n  two lines\n  and a third", "it says: two lines"),
        ("what it is\nand more", "what it is"),
        (f"{'x' * 500}yyy", "x" * 500),
    ],
)
def test_a_message_is_its_first_line_that_says_something(message: str, told: str) -> None:
    assert one_line(message) == told


@pytest.mark.parametrize(
    ("name", "told"),
    [("glue.DefaultGlueClient.getTable", "Glue"), ("sts.DefaultStsClient.assumeRole", "sts")],
)
def test_a_service_has_the_name_that_people_know(name: str, told: str) -> None:
    said = LOST.replace("s3.DefaultS3Client.putObject", name)
    assert one_line(said).startswith(f"{told} did not answer ({name.split('.')[-1]}: The target")
    assert one_line(said).endswith(f"Run it again when {told} does")


def test_a_service_without_a_name_and_a_long_reason() -> None:
    said = LOST.replace("services.s3", "s3").replace("The target", "x" * 300)
    told = f"AWS did not answer (a call: {'x' * 200}). Run it again when AWS does"
    assert one_line(said) == told


def test_a_call_before_the_one_that_failed_is_not_blamed() -> None:
    said = "software.amazon.awssdk.services.glue.DefaultGlueClient.getTable(\n" + LOST
    assert "putObject" in one_line(said)


@pytest.mark.parametrize(("number", "told"), [(0, "0 tables"), (1, "1 table"), (2, "2 tables")])
def test_so_many_of_something(number: int, told: str) -> None:
    assert count(number, "table") == told
