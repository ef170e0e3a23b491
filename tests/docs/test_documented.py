"""Everything in the dbt project that has a name has a description."""

import re
from pathlib import Path

import pytest
import yaml
from dbt.cli.main import dbtRunner
from dbt_common.events.base_types import EventMsg

from runner.project import PROJECT, tables
from tests.dbt_project import copy_project
from tests.docs import dictionary_page

MACROS_IN_A_FOLDER = 12


def documents(folder: str, key: str) -> dict[str, dict[str, object]]:
    found = {}
    for path in (PROJECT / folder).rglob("*.yml"):
        for entry in (yaml.safe_load(path.read_text()) or {}).get(key, []):
            found[entry["name"]] = entry
    return found


@pytest.mark.parametrize("folder", ["macros", "tests/data"])
def test_every_macro_and_each_of_its_arguments(folder: str) -> None:
    documented = documents(folder, "macros")
    text = "\n".join(path.read_text() for path in (PROJECT / folder).rglob("*.sql"))
    defined = dict(re.findall(r"{%-? macro (\w+)\((.*?)\) -?%}", text))
    for name, arguments in re.findall(r"{%-? test (\w+)\((.*?)\) -?%}", text):
        defined[f"test_{name}"] = arguments
    for name, adapter in re.findall(r"{%-? materialization (\w+), adapter='(\w+)'", text):
        defined[f"materialization_{name}_{adapter}"] = ""
    assert set(documented) == set(defined)
    for name, arguments in defined.items():
        entry = documented[name]
        assert entry["description"], name
        wanted = [argument.split("=")[0].strip() for argument in arguments.split(",") if argument]
        described = [a["name"] for a in entry.get("arguments", []) if a["description"]]
        assert described == wanted, name


def test_each_macro_is_documented_in_its_folder() -> None:
    for path in (PROJECT / "macros").rglob("_*.yml"):
        assert path.name == f"_{path.parent.name.lstrip('12345_')}.yml"
        names = {entry["name"] for entry in yaml.safe_load(path.read_text())["macros"]}
        beside = {other.stem for other in path.parent.glob("*.sql")}
        assert {re.sub(r"^materialization_(\w+)_spark$", r"\1", name) for name in names} == beside
        assert len(beside) <= MACROS_IN_A_FOLDER


def test_dbt_has_nothing_to_say_of_the_project(tmp_path: Path) -> None:
    """It warns of what is documented and not there, and of an argument with an unknown type."""
    settings = copy_project(tmp_path) / "dbt_project.yml"
    settings.write_text(
        settings.read_text().replace("\nflags:\n", "\nflags:\n  validate_macro_args: true\n")
    )
    assert "validate_macro_args" in settings.read_text()
    warnings: list[str] = []

    def note(event: EventMsg) -> None:
        # dbt does not count the arguments of generic tests, and finds them all to be too many.
        if event.info.level in ("warn", "error") and "yaml for macro test_" not in event.info.msg:
            warnings.append(event.info.msg)

    folders = ("--project-dir", str(tmp_path), "--profiles-dir", str(tmp_path))
    quiet = ("--log-level", "none", "--log-path", str(tmp_path))
    assert dbtRunner(callbacks=[note]).invoke([*quiet, "parse", *folders]).success, warnings
    assert warnings == []


@pytest.mark.parametrize("name", tables())
def test_every_column_and_the_grain_of_a_model(name: str) -> None:
    model = yaml.safe_load((PROJECT / f"models/gold/{name}.yml").read_text())["models"][0]
    assert model["name"] == name
    assert "One row per month and" in " ".join(model["description"].split())
    assert all(column["description"] and column["data_type"] for column in model["columns"])


def test_the_data_dictionary_says_what_the_yaml_does() -> None:
    """Of each column of silver, of the history, and of all tables but one that is new."""
    page = dictionary_page.PAGE.read_text()
    named = dictionary_page.sections(page)
    assert {"review_flat", "run_history", "top_drinkers"} <= named
    assert len(set(tables()) - named) <= 1, "`make commands` writes them"
    assert page == dictionary_page.up_to_date(page, named), "`make commands` writes it anew"


def test_each_macro_is_in_the_file_of_its_name() -> None:
    for path in (PROJECT / "macros").rglob("*.sql"):
        names = re.findall(r"{%-? (?:macro|materialization) (\w+)", path.read_text())
        assert names == [path.stem]


def test_every_property_of_a_snapshot() -> None:
    """Who writes and who reads it is in docs/decisions/0008."""
    page = (PROJECT / "docs/decisions/0008-what-a-run-writes-down.md").read_text()
    macros = "\n".join(path.read_text() for path in (PROJECT / "macros").rglob("*.sql"))
    recorded = set(re.findall(r"'(dm\.[a-z-]+)'", macros))
    assert recorded == set(re.findall(r"^\| `(dm\.[a-z-]+)` \|", page, re.MULTILINE))


PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []
