"""Jars: fetched once, checked each time, and a clear word when they cannot be had."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.spark import jars
from local.spark.jars import JARS, JarUnavailable

SMALL = JARS[1]  # sqlite-jdbc, 14 MB


def test_a_jar_is_fetched_and_a_damaged_one_is_fetched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    path = jars.fetch(SMALL)
    assert path.is_relative_to(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:1000])
    assert jars.fetch(SMALL).read_bytes() == whole


def test_a_jar_that_is_not_the_known_one_is_refused_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    other = jars.Jar(SMALL.group, SMALL.artifact, SMALL.version, "0" * 64)
    with pytest.raises(JarUnavailable, match="is not the file that this project knows"):
        jars.fetch(other)
    assert not list(tmp_path.rglob("*.jar"))


def test_offline_and_not_cached(tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9"
    environment = os.environ | {
        "HOME": str(tmp_path),
        "HTTPS_PROXY": nowhere,
        "HTTP_PROXY": nowhere,
    }
    told = subprocess.run(
        [Path(sys.executable).with_name("dm"), "setup"],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert told.returncode == 1
    assert "is not in the cache, and cannot be downloaded" in told.stderr
    assert "Traceback" not in told.stderr
