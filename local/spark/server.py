"""A Spark that stays: it serves dbt and dm by Spark Connect until nobody has used it for a while.

Its address is in the lake's folder, in a file that only its owner can read, for whoever knows the
token may run SQL. It listens on this machine alone.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from local import lake
from local.processes.locks import locked
from local.spark import conf
from runner.errors import DataMasterError
from runner.project import PROJECT

IDLE = timedelta(hours=1)
_PATIENCE = timedelta(minutes=2)
_TOKEN = "SPARK_CONNECT_AUTHENTICATE_TOKEN"  # noqa: S105, the name of a variable


class ServerFailed(DataMasterError):
    """Spark did not start."""


class ServerStopped(DataMasterError):
    """Spark has stopped under this process."""


@dataclass(frozen=True)
class Server:
    """A Spark that serves a lake, as it was when it started.

    Attributes:
        pid: its process.
        port, token: where and to whom Spark Connect answers.
        settings: Spark's, as a hash.
        commands: the Unix socket where its process takes commands of `dm`.
        code: the code of those: see code().
    """

    pid: int
    port: int
    token: str
    settings: str
    commands: str
    code: int

    @property
    def url(self) -> str:
        """What Spark Connect's clients take as SPARK_REMOTE."""
        return f"sc://localhost:{self.port}/;token={self.token}"

    @property
    def answers(self) -> bool:
        """Whether it is there."""
        with suppress(OSError), socket.create_connection(("localhost", self.port), 1):
            return True
        return False


def find() -> Server | None:
    """The Spark that serves this lake with the present settings; None if there is none."""
    server = _read()
    return server if server and server.answers and server.settings == _settings() else None


def use() -> bool:
    """Makes this process use the Spark that serves this lake; whether there is one.

    It is decided once: a process that has a Spark of its own, or used this one, cannot change.

    Raises:
        ServerStopped: this process used it, and it is there no more.
    """
    server = _chosen()
    if server and server.pid == os.getpid():
        return True  # its own session
    if server and not server.answers:
        raise ServerStopped("The Spark that stayed has stopped", "Start the command, or dm, anew.")
    if server:
        os.environ["SPARK_REMOTE"] = server.url
    return server is not None


def start(module: str, idle: timedelta = IDLE) -> bool:
    """Starts a Spark that serves this lake, if there is none.

    Args:
        module: what serves, with the seconds as its argument: see serve().
        idle: it stops when it had nothing to do for so long.

    Returns:
        Whether it was started.

    Raises:
        ServerFailed: it did not.
    """
    with _one_at_a_time():
        if find():
            return False
        stop()
        log = _file().with_suffix(".log")
        with log.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", module, str(idle.total_seconds())],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        end = time.monotonic() + _PATIENCE.total_seconds()
        while not find():
            if process.poll() is not None or time.monotonic() > end:
                process.kill()
                raise ServerFailed("Spark did not start", f"What it said is in {log}.")
            time.sleep(0.1)
    return True


def stop() -> bool:
    """Stops the Spark that serves this lake; whether there was one.

    Raises:
        ServerFailed: it does not stop.
    """
    server = _read()
    if server is None or not server.answers:
        return False
    _file().unlink(missing_ok=True)  # it ends after the command that it does, which ends now
    os.kill(server.pid, signal.SIGTERM)
    end = time.monotonic() + _PATIENCE.total_seconds()
    while server.answers:
        if time.monotonic() > end:
            raise ServerFailed("Spark does not stop", f"'kill -9 {server.pid}' ends its process.")
        time.sleep(0.1)
    return True


def serve(idle: timedelta, commands: str, wait: Callable[[float], bool]) -> None:
    """Serves this lake until nobody has used it for so long, or its file is gone.

    Args:
        idle: how long.
        commands: where this process takes commands of `dm`.
        wait: waits so many seconds for such a command, and does it; whether one came.
    """
    from pyspark.sql import SparkSession  # slow to import

    port, token = _free_port(), secrets.token_urlsafe()
    os.environ[_TOKEN] = token
    session = (
        SparkSession.builder.appName("Data Master")
        .config("spark.plugins", "org.apache.spark.sql.connect.SparkConnectPlugin")
        .config("spark.connect.grpc.binding.address", "localhost")
        .config("spark.connect.grpc.binding.port", str(port))
        .getOrCreate()
    )
    session.sql("show namespaces").collect()
    _write(Server(os.getpid(), port, token, _settings(), commands, code()))
    try:
        jvm: Any = session._jvm
        service = jvm.org.apache.spark.sql.connect.service.SparkConnectService
        command = jvm.System.nanoTime()  # when the last one ended, by Java's clock
        while _file().exists():
            if wait(min(5, idle.total_seconds() / 2)):
                command = jvm.System.nanoTime()
            # What runs now by Spark Connect or, if nothing does, when the last one ended.
            executions = service.listActiveExecutions()
            ended = executions.left().get() if executions.isLeft() else jvm.System.nanoTime()
            quiet = jvm.System.nanoTime() - max(command, ended)
            if quiet / 1e9 > idle.total_seconds():
                return
    finally:
        _file().unlink(missing_ok=True)
        session.stop()


@cache
def _chosen() -> Server | None:
    return find()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    folder = lake.find().root
    folder.mkdir(parents=True, exist_ok=True)
    lock = _file().with_suffix(".lock")
    lock.touch()
    with locked(lock):
        yield


def _file() -> Path:
    return lake.find().root / "spark-server.json"


def _read() -> Server | None:
    try:
        return Server(**json.loads(_file().read_text()))
    except (FileNotFoundError, TypeError, ValueError):  # none, or one of an older version
        return None


def _write(server: Server) -> None:
    new = _file().with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(json.dumps(asdict(server)))
    new.replace(_file())


def code() -> int:
    """When the project's Python code changed last: who stays has what it imported then."""
    files = (file for part in ("runner", "dm", "local") for file in (PROJECT / part).rglob("*.py"))
    return max(file.stat().st_mtime_ns for file in files)


def _settings() -> str:
    return sha256(conf.settings_file().read_bytes()).hexdigest()


def _free_port() -> int:
    with socket.create_server(("localhost", 0)) as free:
        port: int = free.getsockname()[1]
        return port
