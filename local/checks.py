"""What `dm doctor` looks at on this machine: each check tells what is there, or raises a fault."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from pyiceberg.exceptions import NoSuchTableError

from local import damage, lake, place
from local.control import SqliteControlTable
from local.silver import TABLE
from local.spark import classes, conf, jars, java
from runner.control.items import UNSETTLED, Status
from runner.control.table import SCHEMA
from runner.errors import DataMasterError
from runner.project import PROJECT, tables

_ENOUGH = 2  # GB: for Spark's shuffles, and a table or two
_SET_UP = "Run `dm setup`."
_INSTALL = "Make the environment anew: rm -r .venv && make setup"


class Unwell(DataMasterError):
    """Something is not as it has to be."""


def checks() -> Mapping[str, Callable[[], str]]:
    """All checks of this machine; without those of what is in a lake that is not there."""
    of_lake = ("Spark's settings", "jars", "control items")
    found = {
        "Python": python,
        "packages": packages,
        "Java": java_of_spark,
        "Spark's settings": settings,
        "jars": jars_of_spark,
        "class archive": class_archive,
        "lake": tables_of_lake,
        "control items": control_items,
        "disk": disk,
    }
    try:
        place.there()
    except DataMasterError:  # the check of the lake tells it
        return {name: check for name, check in found.items() if name not in of_lake}
    return found


def python() -> str:
    """Whether the project runs on this Python."""
    version = sys.version.split()[0]
    needed = metadata.metadata("datamaster-gold")["Requires-Python"]
    if version not in SpecifierSet(needed):
        raise Unwell(f"{version}, and the project needs {needed}", _INSTALL)
    return f"{version} in {sys.prefix}"


def packages() -> str:
    """Whether the packages are those of the lock."""
    lines = (PROJECT / "requirements.txt").read_text().splitlines()
    locked = [Requirement(line.rstrip(" \\")) for line in lines if line[:1].isalnum()]
    wanted = [package for package in locked if not package.marker or package.marker.evaluate()]
    others = [package for package in wanted if _installed(package.name) not in package.specifier]
    if others:
        told = ", ".join(f"{package.name} {_installed(package.name)}" for package in others[:3])
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        raise Unwell(f"not those of requirements.txt: {told}{more}", _INSTALL)
    return f"{len(wanted)} as in requirements.txt"


def java_of_spark() -> str:
    """Whether Spark finds a Java that it runs on."""
    used = java.look(conf.java_started(), "Spark's configuration")
    if not used.fit:
        chosen, _ = java.find()
        raise Unwell(java.describe(used), f"{_SET_UP} It will take {chosen.executable}.")
    return f"{used.version}, started by {used.executable}"


def settings() -> str:
    """Whether Spark's settings are for this lake."""
    conf.must_be_configured()
    return str(conf.settings_file())


def jars_of_spark() -> str:
    """Whether the jars are those that the project knows."""
    paths = conf.settings().get("spark.driver.extraClassPath", "").split(os.pathsep)
    there = {Path(path).name: Path(path) for path in paths}
    for jar in jars.JARS:
        path = there.get(jar.file)
        if not path or not jars.is_intact(jar, path):
            raise Unwell(f"{path or jar.file} is missing or damaged", _SET_UP)
    return ", ".join(there)


def class_archive() -> str:
    """Whether Spark starts fast."""
    if classes.is_made():
        return str(conf.archive())
    if classes.is_being_made():
        return "is being made in the background"
    raise Unwell("none of this Java and these jars: Spark starts more slowly", _SET_UP)


def tables_of_lake() -> str:
    """Whether the catalog can be read, and the files of each table are whole."""
    here, gold = place.there(), 0
    if not here.database.exists():
        return f"{here.root} is empty; `dm load FILE` or `dm demo` fills it"
    silver = _has(here, TABLE)
    for name in tables():
        gold += _has(here, (SCHEMA, name))
    told = "reviews" if silver else "no reviews"
    strays = lake.without_model(here, tables())
    lost = f"; without a model: {', '.join(strays)}: `dm status` says more" if strays else ""
    return f"{here.root} has {told} and {gold} of {len(tables())} gold tables{lost}"


def control_items() -> str:
    """Whether the control table can be read."""
    file = lake.find().control
    items = SqliteControlTable(file).items(*Status) if file.exists() else []
    waiting = sum(item.status in UNSETTLED for item in items)
    return f"{len(items)}, {waiting or 'none'} of them unsettled; `dm status` tells more"


def disk() -> str:
    """Whether there is room for data."""
    root = lake.find().root
    free = shutil.disk_usage(next(p for p in (root, *root.parents) if p.exists())).free / 1e9
    if free < _ENOUGH:
        raise Unwell(
            f"{free:.1f} GB are free at {root}, and {_ENOUGH} are needed",
            "`dm maintain` frees some; DM_LAKE names a lake on another disk.",
        )
    return f"{free:.0f} GB are free"


def _installed(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "0"


def _has(here: lake.Lake, name: tuple[str, str]) -> bool:
    """Whether the lake has a table; if it has, the ends of its files are read."""
    try:
        table = here.catalog.load_table(name)
    except NoSuchTableError:
        return False
    if faults := damage.of_now(table):
        found = damage.damaged(name, faults)
        raise Unwell(found.message, found.hint)
    return True
