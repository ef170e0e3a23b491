"""One Java for the whole session; a lake of its own for each module that asks for one."""

import os
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from local.lake import DEFAULT, Lake
from local.spark import conf, jars
from runner.project import PROJECT
from tests.dbt_project import Dbt, copy_project
from tests.report import Report

# Settings of the project's own lake must not reach a test.
os.environ.pop("DM_LAKE", None)

AWS = "tests/aws/"
MADE_BY_TOOLS = {"target", "logs", ".user.yml", ".pytest_cache", ".hypothesis", "__pycache__"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="races as often as docs/ report them")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        return
    left_out = [item for item in items if item.get_closest_marker("long")]
    items[:] = [item for item in items if item not in set(left_out)]
    config.hook.pytest_deselected(items=left_out)


class OneProcess(LoadFileScheduling):
    """The tests of a file stay in one process, with their lake; those of AWS with their account."""

    def _split_scope(self, nodeid: str) -> str:
        return AWS if nodeid.startswith(AWS) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneProcess:
    return OneProcess(config, log)


@pytest.fixture(scope="session")
def long(request: pytest.FixtureRequest) -> bool:
    """Whether to repeat races as often as the docs report them, and not just a few times."""
    return bool(request.config.getoption("--long"))


@pytest.fixture(scope="session")
def report(long: bool) -> Iterator[Report]:
    """What a test adds to it is written into docs/reliability.md, with --long."""
    found = Report()
    yield found
    if long:
        found.write()


def users_own() -> dict[str, object]:
    """Spark's settings, the project's lake, the last report, and what stands beside them."""
    plugin = Path(sysconfig.get_path("purelib"), "dbt_datamaster.py")
    settings = [plugin, *(path for path in conf.settings_file().parent.glob("*") if path.is_file())]
    written = [PROJECT / "target" / "report.html", *DEFAULT.rglob("*")]
    return {
        # The set-up may still make the archive of Java's classes, in the background.
        **{str(path): path.read_bytes() for path in settings if path.stem != "classes"},
        **{str(path): path.stat().st_mtime_ns for path in written if path.is_file()},
        **{str(path): True for path in PROJECT.iterdir() if path.name not in MADE_BY_TOOLS},
    }


@pytest.fixture(scope="session", autouse=True)
def what_is_the_users_own_stays_as_it_was() -> Iterator[None]:
    before = users_own()
    yield
    after = users_own()
    changed = {path for path in before | after if before.get(path) != after.get(path)}
    assert not changed, f"a test (or somebody meanwhile) changed {sorted(changed)}"


@pytest.fixture(scope="session")
def jar_paths() -> list[Path]:
    return [jars.fetch(jar) for jar in jars.JARS]


@pytest.fixture(scope="module")
def lake_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the module's lake is; a module may have another one."""
    return tmp_path_factory.mktemp("lake")


@pytest.fixture(scope="module")
def lake(lake_folder: Path, jar_paths: list[Path]) -> Iterator[Lake]:
    """An empty lake, which dm, dbt and Spark use while the module's tests run."""
    here = Lake(lake_folder)
    conf.write_settings(here.root / "conf", here, jar_paths)
    os.environ["DM_LAKE"] = str(here.root)
    yield here
    if session := SparkSession.getActiveSession():
        session.stop()  # the Java process stays, for the next module's session
    del os.environ["DM_LAKE"]


@pytest.fixture(scope="module")
def session(lake: Lake) -> SparkSession:
    """Spark on the module's lake."""
    builder = SparkSession.builder.config("spark.sql.catalogImplementation", "in-memory")
    for key, value in lake.spark_settings().items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


@pytest.fixture
def project_copy(tmp_path: Path) -> Path:
    """A copy of the dbt project that a test may change."""
    return copy_project(tmp_path / "project")


@pytest.fixture
def dbt(session: SparkSession, tmp_path: Path) -> Dbt:
    return Dbt(target_path=tmp_path / "target")
