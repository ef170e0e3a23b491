"""Runs job runs as EMR Serverless does, each as a spark-submit of its own on this machine."""

import gzip
import os
import platform
import shlex
import shutil
import signal
import subprocess
import sysconfig
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import boto3
import pyspark
from moto.core.utils import utcnow
from moto.emrserverless.models import JobRun

from local.spark.jars import Jar
from runner.aws import outcomes as outcome
from runner.aws.outcomes import TableOutcome

AWS_BUNDLE = Jar(
    "org.apache.iceberg",
    "iceberg-aws-bundle",
    "1.11.0",
    "38f01da7e96850cdd05e6616d758b77b43314b712a8808e3f9a824d56976162f",
)
"""Iceberg's part for AWS: on EMR Serverless, Iceberg has it in itself."""

JOB_KEY = "the-jobs-role"
"""The access key of the jobs, by which their calls are known."""

_ENV = "spark.emr-serverless.driverEnv."
_LOG4J = """\
rootLogger.level = warn
rootLogger.appenderRef.stderr.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n%ex
"""


class Worker:
    """Runs job runs in the order in which they are started, so many at a time.

    Args:
        run: runs a job run to its end; gives the details of its failure, or None.
        slots: how many run at a time.
    """

    def __init__(self, run: Callable[[JobRun], str | None], slots: int) -> None:
        self.run = run
        self._pool = ThreadPoolExecutor(slots)

    def submit(self, job: JobRun) -> None:
        """Puts a job run into the queue."""
        self._pool.submit(self._work, job)

    def close(self) -> None:
        """Waits for what runs."""
        self._pool.shutdown(cancel_futures=True)

    def _work(self, job: JobRun) -> None:
        if job.state == "CANCELLED":  # before its turn came
            return
        job.state, job.updated_at = "RUNNING", utcnow()
        started = time.monotonic()
        try:
            failure = self.run(job)
        except Exception as error:  # as EMR: the fault is the job run's
            failure = f"the stand-in could not run it: {error!r}"
        job.total_execution_duration_seconds = round(time.monotonic() - started)
        job.updated_at = utcnow()
        if job.state == "CANCELLED":  # meanwhile; how it ended is nothing to EMR then
            job.state_details = "Job run cancelled"
            return
        job.state_details = failure
        job.state = "FAILED" if failure else "SUCCESS"


@dataclass
class SparkSubmit:
    """Runs a job run as a real spark-submit.

    Args:
        endpoint: the URL of moto's server.
        jars: Iceberg and its part for AWS.
        python: the path of a Python that has none of this project's packages.
        folder: where the files of the job runs are put.
        spark: the folder of the package pyspark.
        java: what JAVA_HOME is.
        master: where the executors are.

    Attributes:
        processes: the driver of each job run.
    """

    endpoint: str
    jars: list[Path]
    python: Path
    folder: Path
    spark: Path = Path(pyspark.__file__).parent
    java: Path = Path(sysconfig.get_path("purelib"), "pyspark", "conf", "java")
    master: str = "local[1]"
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def __call__(self, job: JobRun) -> str | None:
        """Runs it, and leaves its logs in S3; what went wrong, if it failed."""
        here = self.folder / job.id
        here.mkdir()
        request: dict[str, Any] = job.job_driver["sparkSubmit"]
        settings = _settings(request["sparkSubmitParameters"])
        command = [
            *(str(self.spark / "bin" / "spark-submit"), "--master", self.master),
            *self._settings(settings, here),
            str(_fetch(request["entryPoint"], here)),
            *request["entryPointArguments"],
        ]
        environment = self._environment(settings)
        with (here / "stdout").open("wb") as out, (here / "stderr").open("wb") as err:
            process = subprocess.Popen(
                command, cwd=here, env=environment, stdout=out, stderr=err, start_new_session=True
            )
            self.processes[job.id] = process
            code = process.wait(timeout=job.execution_timeout_minutes * 60)
        self._keep_logs(job, here)
        shutil.rmtree(here)
        return f"Job failed, please check complete logs. Exit code: {code}" if code else None

    def kill(self, job_id: str) -> None:
        """Ends a job run at once, as if its machine had gone."""
        os.killpg(self.processes[job_id].pid, signal.SIGKILL)

    def _settings(self, settings: Mapping[str, str], here: Path) -> list[str]:
        """The request's settings as options, with this machine's files for those of EMR and S3."""
        archive, _, name = settings["spark.archives"].partition("#")
        local = {
            key: value
            for key, value in settings.items()
            if not key.startswith(_ENV) and key != "spark.jars"
        } | {
            "spark.archives": f"{_fetch(archive, here)}#{name}",
            "spark.driver.extraClassPath": os.pathsep.join(map(str, self.jars)),
            "spark.executor.extraClassPath": os.pathsep.join(map(str, self.jars)),
            "spark.driver.extraJavaOptions": (
                "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
                f" -Dlog4j2.configurationFile={self.folder}/conf/log4j2.properties"
            ),
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.ui.enabled": "false",
        }
        return [option for item in local.items() for option in ("--conf", "=".join(item))]

    def _environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        asked = {k.removeprefix(_ENV): v for k, v in settings.items() if k.startswith(_ENV)}
        python = str(self.python)
        conf = self.folder / "conf"  # without the local lake's settings
        conf.mkdir(exist_ok=True)
        (conf / "log4j2.properties").write_text(_LOG4J)
        return asked | {
            "AWS_ACCESS_KEY_ID": JOB_KEY,
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_ENDPOINT_URL": self.endpoint,
            "HOME": str(self.folder),
            "JAVA_HOME": str(self.java),
            "PATH": os.environ["PATH"],
            "PYSPARK_DRIVER_PYTHON": python,
            "PYSPARK_PYTHON": python,
            "SPARK_CONF_DIR": str(conf),
            "SPARK_HOME": str(self.spark),
            "SPARK_LOCAL_IP": "127.0.0.1",
        }

    @staticmethod
    def _keep_logs(job: JobRun, here: Path) -> None:
        monitoring = job.configuration_overrides["monitoringConfiguration"]
        bucket, prefix = _place(monitoring["s3MonitoringConfiguration"]["logUri"])
        for name in ("stdout", "stderr"):
            boto3.client("s3").put_object(
                Bucket=bucket,
                Key=f"{prefix}applications/{job.application_id}/jobs/{job.id}/SPARK_DRIVER/{name}.gz",
                Body=gzip.compress((here / name).read_bytes()),
            )


def arguments(job: JobRun) -> list[str]:
    """What a job run gives to its entry point."""
    found: list[str] = job.job_driver["sparkSubmit"]["entryPointArguments"]
    return found


def settings_of(job: JobRun) -> dict[str, str]:
    """The Spark settings that a job run asks for."""
    parameters = job.job_driver["sparkSubmit"]["sparkSubmitParameters"]
    return _settings(parameters)


def _settings(parameters: str) -> dict[str, str]:
    words = shlex.split(parameters)
    flags, values = words[::2], words[1::2]
    assert set(flags) == {"--conf"}
    pairs = [value.split("=", 1) for value in values]
    settings = dict(pairs)
    assert len(settings) == len(pairs), "a setting is there twice"
    return settings


def _place(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def _fetch(uri: str, folder: Path) -> Path:
    bucket, key = _place(uri)
    path = folder / Path(key).name
    boto3.client("s3").download_file(bucket, key, str(path))
    return path


def architecture() -> str:
    """This machine's, as artifacts name it."""
    return {"arm64": "aarch64"}.get(platform.machine(), platform.machine())


def tell(job: JobRun, outcomes: Sequence[TableOutcome] | None = None) -> None:
    """Tells the outcome of a job as the runner does; by default each of its tables succeeded."""
    tables = [value for flag, value in pairwise(arguments(job)) if flag == "--table"]
    settings = settings_of(job)
    found = [TableOutcome(table, "SUCCEEDED") for table in tables] if outcomes is None else outcomes
    outcome.tell(settings[f"{_ENV}DM_CONTROL_TABLE"], settings[f"{_ENV}DM_OUTCOME"], found)
