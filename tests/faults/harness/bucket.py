"""A lake on S3 and Glue, and the job of EMR Serverless that works on it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from threading import Timer

import boto3

from infra.silver import GlueLake
from local.spark import conf, jars
from runner.project import PROJECT
from tests.aws.stand_ins.account import DEFINITION
from tests.aws.stand_ins.deployer import REGION
from tests.aws.stand_ins.worker import AWS_BUNDLE
from tests.faults.harness.victim import TABLES

BUCKET = "dm-datalake-of-faults"
SECRET = "a-secret-that-nobody-may-tell"

_ENV = "spark.emr-serverless.driverEnv.AWS_"
_LONGEST = 900
_PROGRAM = "from runner.aws.emr import job; job()"


@dataclass(frozen=True)
class BucketLake(GlueLake):
    """The lake in a bucket; its readers are not behind the proxy.

    Attributes:
        root: a folder for Spark's settings, and for what a job says.
    """

    root: Path = field(kw_only=True)

    def spark_settings(self) -> dict[str, str]:
        """What Spark needs to use this lake, as a job on EMR Serverless is told it."""
        return {k: v for k, v in self._settings().items() if k.startswith("spark.sql.")}

    def environment(self) -> dict[str, str]:
        """What such a job is told by its environment, of the clients for AWS."""
        return {
            f"AWS_{key.removeprefix(_ENV)}": value
            for key, value in self._settings().items()
            if key.startswith(_ENV)
        }

    def _settings(self) -> dict[str, str]:
        definition = Template(DEFINITION.read_text()).safe_substitute(
            DatalakeBucket=self.bucket,
            Region=REGION,
            MaxConcurrency=1,
            JobTimeoutMinutes=60,
            JobTags='"a": "b"',
        )
        lines = json.loads(definition)["States"]["Read the input"]["Assign"]["spark"]
        return dict(line.split("=", 1) for line in lines)


def make_lake(server: str, root: Path) -> BucketLake:
    """A new, empty lake on moto's server, with Spark's settings for it."""
    boto3.client("s3", endpoint_url=server).create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    endpoints = {"s3.endpoint": server, "glue.endpoint": server}
    lake = BucketLake(BUCKET, endpoints | {"client.region": REGION}, root=root)
    lake.catalog.create_namespace("dm_gold", {"location": f"s3://{BUCKET}/gold"})
    conf.write_settings(root / "conf", lake, [jars.fetch(jar) for jar in jars.JARS])
    return lake


@dataclass(frozen=True)
class Job:
    """Runs the job on a lake whose S3 and Glue are at an endpoint.

    Attributes:
        lake: the lake.
        endpoint: a URL, such as a proxy's.
        control_table: the name of the control table on DynamoDB.
    """

    lake: BucketLake
    endpoint: str
    control_table: str

    def __call__(
        self, heard: Callable[[str], None] = lambda line: None, **environment: str
    ) -> tuple[int, str]:
        """Runs it to its end; gives its exit code and what it printed.

        Args:
            heard: gets each line when it is printed.
            environment: more of it.
        """
        tables = [word for table in TABLES for word in ("--table", table)]
        log = self.lake.root / "stderr"
        with log.open("w") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, "--layer", "gold", *tables],
                env=os.environ | self.lake.environment() | self._environment() | environment,
                cwd=self.lake.root, start_new_session=True, text=True,
                stdout=subprocess.PIPE, stderr=stderr,
            )  # fmt: skip
            assert process.stdout
            told = []
            watch = Timer(_LONGEST, os.killpg, (process.pid, signal.SIGKILL))
            watch.start()
            try:
                for line in process.stdout:
                    told.append(line)
                    heard(line)
                code = process.wait(_LONGEST)
            finally:
                watch.cancel()
        assert SECRET not in "".join(told) + log.read_text()
        return code, "".join(told)

    def _environment(self) -> dict[str, str]:
        return {
            "DM_LAKE": str(self.lake.root),
            "DM_CONTROL_TABLE": self.control_table,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            # The end of the class path: what is before it is in the archive of Spark's classes.
            "SPARK_DIST_CLASSPATH": str(jars.fetch(AWS_BUNDLE)),
            "PYTHONPATH": str(PROJECT),
        }
