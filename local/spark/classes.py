"""Keeps Spark's classes as Java has them in memory, so that Spark starts faster.

This is Java's class data sharing (JEP 350): a run of Spark leaves an archive of the classes that
it loaded, and later ones map it. Java checks that it is of the same Java and the same jars, and
goes on without it if not.
"""

import fcntl
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

import pyspark

from local import silver
from local.demo import SEED, Shape, synthetic_reviews
from local.lake import Lake
from local.spark import conf, jars, java
from runner.project import PROJECT


def make_in_background() -> None:
    """Begins to make the archive, if there is none of this Java and these jars."""
    if is_made():
        return
    subprocess.Popen(
        [sys.executable, "-m", "local.spark.classes"],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def is_made() -> bool:
    """Whether there is an archive of this Java and these jars."""
    return conf.archive().exists() and _key_file().exists() and _key_file().read_text() == _key()


def is_being_made() -> bool:
    """Whether a process is at it."""
    with _lock_file().open("w") as lock:
        return not _locked(lock)


def make() -> None:
    """Makes the archive by a run on a small lake; does nothing if another process is at it."""
    with _lock_file().open("w") as lock:
        if _locked(lock) and not is_made():
            os.nice(10)  # whoever is at work goes first
            with TemporaryDirectory(dir=conf.archive().parent) as scratch:
                _train(Path(scratch)).replace(conf.archive())
            _key_file().write_text(_key())


def _train(scratch: Path) -> Path:
    """Builds all tables once, and gives the archive that Java leaves of it."""
    lake, archive = Lake(scratch), scratch / "classes.jsa"
    conf.write_settings(scratch / "conf", lake, [jars.fetch(jar) for jar in jars.JARS], archive)
    silver.upsert(lake, synthetic_reviews(SEED, Shape(reviews=5_000)))
    # Its output is read to the end, which comes when Java has written the archive.
    subprocess.run(
        [
            *(Path(sys.executable).parent / "dbt", "build", "--select", "gold"),
            *("--exclude-resource-type", "unit_test", "--project-dir", PROJECT),
            *("--profiles-dir", PROJECT, "--target-path", scratch, "--log-path", scratch),
        ],
        env=os.environ | {"DM_LAKE": str(scratch)},
        capture_output=True,
        check=True,
    )
    return archive


def _locked(file: TextIO) -> bool:
    """Whether this process has locked the file, and no other one had; closing it ends that."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock_file() -> Path:
    return conf.archive().with_suffix(".lock")


def _key_file() -> Path:
    return conf.archive().with_suffix(".key")


def _key() -> str:
    """What the archive depends on."""
    chosen, _ = java.find()
    parts = (chosen.release, pyspark.__version__, *(jar.sha256 for jar in jars.JARS))
    return sha256("\n".join(parts).encode()).hexdigest()


if __name__ == "__main__":
    make()
