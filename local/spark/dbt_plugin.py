"""What dbt does on this machine before it parses the project: it finds a Spark, or starts one.

dbt imports a module `dbt_datamaster`, which `dm setup` puts into this Python environment, as a
plugin. Without it all works the same, and starts more slowly.
"""

import json
import os
import socket
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from dbt.adapters.spark.connections import SparkConnectionManager
from dbt.flags import get_flags
from dbt.plugins.manager import dbtPlugin
from dbt_common.context import get_invocation_context
from dbt_common.events.base_types import EventLevel
from dbt_common.events.functions import fire_event
from dbt_common.events.types import Note
from dbt_common.exceptions import DbtRuntimeError

from local import place
from local.spark import conf, server
from local.user import user
from runner.dbt.messages import one_line, unanswered
from runner.errors import DataMasterError
from runner.project import PROJECT
from runner.startup import collect_rarely, hush_spark, start_spark

_ASK_SPARK = {"build", "freshness", "generate", "retry", "run", "run-operation", "show", "test"}


class RemoteLake(DataMasterError):
    """Spark is somewhere else than the lake of this machine."""


class NoSparkThere(DataMasterError):
    """Nobody answers where DM_REMOTE points to."""


class NothingToRetry(DataMasterError):
    """The run before this published less than it built, which dbt does not try again."""


class LocalSpark(dbtPlugin):
    """Makes dbt's target `local` use the Spark that `dm spark start` left, or start one now."""

    def initialize(self) -> None:
        """Prepares this process, before dbt parses the project.

        Raises:
            NoLake, LakeElsewhere: the target `local` has no lake, or one that was copied or moved.
            NotSetUp: Spark does not know the lake.
            RemoteLake: SPARK_REMOTE would send the target `local` somewhere else.
            NoSparkThere: DM_REMOTE of the target `connect` names no server that answers.
            NothingToRetry: `dbt retry` would pass over what the run before did not publish.
        """
        collect_rarely()
        _leave_callers_to_the_log()
        flags = get_flags()  # type: ignore[no-untyped-call]
        if flags.WHICH not in _ASK_SPARK:
            return
        if flags.WHICH == "retry":
            _look_at_run_before(Path(flags.STATE or flags.TARGET_PATH or PROJECT / "target"))
        _tell(DM_USER=user())
        _tell_code_version()
        # dbt asks for a Hive catalog in each statement, which a Spark that runs cannot change.
        warnings.filterwarnings("ignore", "Failed to set spark.sql.catalogImplementation")
        if flags.TARGET == "connect":
            _look_for(os.environ["DM_REMOTE"])
        if flags.TARGET not in (None, "local"):
            return
        elsewhere = os.environ.get("SPARK_REMOTE")
        if not server.use() and elsewhere:
            raise RemoteLake(
                "The target local is this machine's lake, and SPARK_REMOTE names another Spark:"
                " unset it, or run dbt with --target connect"
            )
        _look_at_lake()
        hush_spark()
        _tell_in_a_line()
        start_spark()


def _tell_in_a_line() -> None:
    """Shortens what Spark says, which ends with the plan of the query; dbt's log has all of it."""
    whole = SparkConnectionManager.exception_handler

    @contextmanager
    def in_a_line(manager: SparkConnectionManager, sql: str) -> Iterator[None]:
        try:
            with whole(manager, sql):
                yield
        except DbtRuntimeError as error:
            if unanswered(error.msg):
                raise  # the runner looks for it
            raise DbtRuntimeError(one_line(error.msg)) from error

    if whole.__name__ != in_a_line.__name__:
        SparkConnectionManager.exception_handler = in_a_line  # type: ignore[assignment, method-assign]


def _leave_callers_to_the_log() -> None:
    """Ends what a macro refuses with its sentence: through which macros it came is in dbt's log."""
    whole = DbtRuntimeError.process_stack

    def to_the_log(error: DbtRuntimeError) -> list[str]:
        if callers := whole(error):
            fire_event(Note(msg="\n".join(callers)), level=EventLevel.DEBUG)
        return []

    if whole.__name__ != to_the_log.__name__:
        DbtRuntimeError.process_stack = to_the_log  # type: ignore[assignment, method-assign]


def _look_at_lake() -> None:
    """Dbt tells an error's message alone, so its hint is put into that."""
    try:
        place.there()
        conf.must_be_configured()
        conf.leave_others()
    except DataMasterError as error:
        raise type(error)(f"{error.message}. {error.hint}") from error


def _look_at_run_before(target: Path) -> None:
    """Dbt takes a model as built although the run's end, which tests and publishes, failed."""
    file = target / "run_results.json"
    before = json.loads(file.read_text()) if file.exists() else {"results": []}
    for result in before["results"]:
        if "-on-run-end-" in result["unique_id"] and result["status"] not in ("success", "skipped"):
            raise NothingToRetry(
                f"dbt retry cannot build again what was not published: run dbt"
                f" {before['args']['which']} again, which builds just that"
            )


def _look_for(remote: str) -> None:
    """Tells at once that there is no server, which Spark's client tries for ten minutes."""
    address = urlsplit(remote)
    try:
        socket.create_connection((address.hostname, address.port or 15002), timeout=10).close()
    except (OSError, ValueError) as error:
        raise NoSparkThere(f"No Spark answers at DM_REMOTE={remote.split('/;')[0]}") from error


def _tell_code_version() -> None:
    """Lets the tables' snapshots name the commit of the project, if it is in git."""
    told = subprocess.run(
        ["git", "-C", PROJECT, "describe", "--always", "--dirty"],  # noqa: S607, the user's git
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode == 0:
        _tell(DM_CODE_VERSION=told.stdout.strip())


def _tell(**variables: str) -> None:
    """Sets variables of the environment, of which dbt reads a copy that it made before."""
    cast("dict[str, str]", get_invocation_context().env).update(variables)
    os.environ.update(variables)


plugins = [LocalSpark]
