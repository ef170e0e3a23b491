"""Fetches the jars that Spark needs for the local lake."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from runner.errors import DataMasterError


class JarUnavailable(DataMasterError):
    """A jar could not be fetched, or is not the one that the project knows."""


@dataclass(frozen=True)
class Jar:
    """A jar, or an archive, by its Maven coordinates, and the SHA-256 that its bytes must have."""

    group: str
    artifact: str
    version: str
    sha256: str
    packaging: str = "jar"

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.artifact}-{self.version}.{self.packaging}"


JARS = (
    Jar(
        "org.apache.iceberg",
        "iceberg-spark-runtime-4.1_2.13",
        "1.11.0",
        "d6ea6c5d099288daeb7d5a92061bd3d7d8f296492632b42378e5f2f0e3066242",
    ),
    Jar(
        "org.xerial",
        "sqlite-jdbc",
        "3.50.3.0",
        "a3f53a2aa15ae9425a9e793bbe9c8e5288febeb4b65ef5c1a4e80d4c2045cf08",
    ),
)


def fetch(jar: Jar) -> Path:
    """The jar's path in the Maven cache of this user, downloaded if it is not there.

    Raises:
        JarUnavailable: it cannot be downloaded, or its SHA-256 is another.
    """
    path = _resolve(jar)
    if not is_intact(jar, path):  # for example the rest of a download that broke off
        path.unlink()
        path = _resolve(jar)
    if not is_intact(jar, path):
        path.unlink()
        raise JarUnavailable(
            f"{path.name}: what was downloaded is not the file that this project knows (SHA-256)",
            "Ask who runs your Maven mirror; nothing of it was kept.",
        )
    return path


def is_intact(jar: Jar, path: Path) -> bool:
    """Whether a file is the jar, to the last byte."""
    return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == jar.sha256


def _resolve(jar: Jar) -> Path:
    from jgo.maven import MavenContext  # slow to import, and for the set-up alone

    try:
        component = MavenContext().project(jar.group, jar.artifact).at_version(jar.version)
        path: Path = component.artifact(packaging=jar.packaging).resolve()
    except (OSError, RuntimeError) as error:
        raise JarUnavailable(
            f"{jar.file} is not in the cache, and cannot be downloaded",
            "Go online for the first set-up; after it, no network is needed.",
        ) from error
    return path
