"""Spark starts with the classes that an earlier run left."""

import os
import subprocess
import sys
import time
from pathlib import Path

from local.lake import Lake
from local.spark import classes, conf

START = "from pyspark.sql import SparkSession; SparkSession.builder.getOrCreate()"


def test_spark_takes_its_classes_from_the_archive(tmp_path: Path, jar_paths: list[Path]) -> None:
    end = time.monotonic() + 300
    classes.make_in_background()
    while not conf.archive().exists():
        assert time.monotonic() < end, "nobody has made the archive"
        time.sleep(1)  # the set-up may be at it
    here = Lake(tmp_path)
    conf.write_settings(tmp_path / "conf", here, jar_paths)
    settings = tmp_path / "conf" / "spark-defaults.conf"
    log = tmp_path / "classes.log"
    text = settings.read_text()
    option = "-XX:TieredStopAtLevel=1"
    assert option in text
    settings.write_text(text.replace(option, f"{option} -Xlog:class+load:file={log}"))
    done = subprocess.run(
        [sys.executable, "-c", START],
        env=os.environ | {"DM_LAKE": str(tmp_path)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    loaded = [line for line in log.read_text().splitlines() if "org.apache.spark." in line]
    shared = [line for line in loaded if "shared objects file (top)" in line]
    assert len(shared) > len(loaded) / 2 > 500  # not those that are made for lambdas
