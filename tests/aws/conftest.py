"""An account for all tests of this folder: moto's server with its gaps closed, and both stacks."""

import logging
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from infra.package import package
from local.spark import conf, jars
from local.spark.jars import JARS
from tests.aws import moto_gaps
from tests.aws.stand_ins.account import Account
from tests.aws.stand_ins.deployer import REGION
from tests.aws.stand_ins.worker import AWS_BUNDLE, SparkSubmit, Worker, architecture, tell

SLOTS = 2
"""The stack's MaxConcurrentRuns: EMR Serverless keeps further job runs waiting."""


@pytest.fixture(scope="package")
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="package")
def worker() -> Iterator[Worker]:
    """What runs the job runs. Each test says how: see `Worker.run`."""
    worker = Worker(lambda job: "no test said how to run it", SLOTS)
    yield worker
    worker.close()


@pytest.fixture(scope="package")
def endpoint(patch: pytest.MonkeyPatch, worker: Worker) -> Iterator[str]:
    """The URL of moto's server, which boto3 finds in the environment."""
    moto_gaps.close(patch, worker.submit)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    patch.setenv("MOTO_PORT", str(port))
    patch.delenv("AWS_ENDPOINT_URL_DYNAMODB", raising=False)
    patch.delenv("AWS_PROFILE", raising=False)
    patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    patch.setenv("AWS_ACCESS_KEY_ID", "testing")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    patch.setenv("AWS_DEFAULT_REGION", REGION)
    yield f"http://{host}:{port}"
    server.stop()
    boto3.setup_default_session()  # forgets these credentials


@pytest.fixture(scope="package")
def account(endpoint: str) -> Account:
    del endpoint  # boto3 finds it
    boto3.setup_default_session()  # forgets what another test's environment said
    arm = platform.machine() in ("aarch64", "arm64")
    # A second attempt would be an hour's quarter away.
    return Account(Architecture="ARM64" if arm else "X86_64", SecondAttemptMinutes="0")


@pytest.fixture(scope="package")
def packaged(
    account: Account, endpoint: str, tmp_path_factory: pytest.TempPathFactory
) -> SparkSubmit:
    """Runs what `make package` makes."""
    assert conf.is_configured(), "`make setup` comes first: it finds a Java"
    base = Path(sys.base_prefix, "bin", "python3.11")
    python = str(base) if base.exists() else shutil.which("python3.11")
    assert python, "the job needs Python 3.11, as EMR Serverless has it"
    artifact = tmp_path_factory.mktemp("artifact")
    package(artifact, [architecture()])
    account.upload(*artifact.iterdir())
    iceberg = [jars.fetch(jar) for jar in (JARS[0], AWS_BUNDLE)]
    return SparkSubmit(endpoint, iceberg, Path(python), tmp_path_factory.mktemp("jobs"))


@pytest.fixture(scope="module")
def spark_submit(packaged: SparkSubmit, worker: Worker, patch: pytest.MonkeyPatch) -> SparkSubmit:
    """What the worker runs in this module."""
    patch.setattr(worker, "run", packaged)
    return packaged


@pytest.fixture(scope="package")
def all_at_once(account: Account) -> str:
    """A state machine that starts one job for all tables."""
    return account.dispatcher_with("all-at-once", JobsFor="all tables")


@pytest.fixture
def no_items(account: Account) -> Iterator[None]:
    account.forget_items()
    yield
    account.forget_items()


@pytest.fixture
def succeeding(worker: Worker, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(worker, "run", tell)
