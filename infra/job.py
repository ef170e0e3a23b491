"""What spark-submit starts on EMR Serverless: the runner's job, out of the unpacked archive."""

import sys
from pathlib import Path

PYTHON = (3, 11)
"""The Python that the archive is built for: EMR Serverless 8.1 has it."""

ARCHIVE = "environment"
"""The name after the # in spark.archives."""


def environment() -> Path:
    """The unpacked archive: beside the driver on EMR Serverless, else where Spark puts files."""
    here = Path(ARCHIVE).resolve()
    if not here.is_dir():
        from pyspark import SparkFiles
        from pyspark.sql import SparkSession

        SparkSession.builder.getOrCreate()
        here = Path(SparkFiles.getRootDirectory(), ARCHIVE)
    if not here.is_dir():
        sys.exit(f"There is no folder {here}: spark.archives has to end in .tar.gz#{ARCHIVE}.")
    return here


if __name__ == "__main__":
    if sys.version_info[:2] != PYTHON:
        sys.exit(
            f"The archive is built for Python {'.'.join(map(str, PYTHON))}, and this is"
            f" Python {sys.version.split()[0]}: name the former in the driver's PYSPARK_PYTHON,"
            " or package for the latter."
        )
    sys.path.insert(0, str(environment()))
    from runner.aws.emr import job

    job()
