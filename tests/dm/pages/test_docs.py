"""The page of the docs: it needs no lake, and tells where each column comes from."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dm.pages.docs import PAGE
from runner.project import tables

SILVER = "source.datamaster.dm_silver.review_flat"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What `dm docs` says where there is no lake, and no Spark that could read one."""
    done = subprocess.run(
        [Path(sys.executable).with_name("dm"), "docs"],
        env=os.environ | {"DM_LAKE": str(tmp_path_factory.mktemp("empty")), "SPARK_HOME": "/none"},
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module")
def content(told: str) -> Any:
    """What is in the page."""
    return json.loads(PAGE.with_name("colibri-manifest.json").read_text())


def origins(content: Any, table: str) -> dict[str, set[tuple[str, str]]]:
    """For each column of a table, the columns that it comes from."""
    found = content["lineage"]["parents"][f"model.datamaster.{table}"]
    return {
        column: {(parent["dbt_node"], parent["column"]) for parent in parents}
        for column, parents in found.items()
        if not column.startswith("__")  # a filter
    }


def test_the_command_says_what_it_does_and_where_the_page_is(told: str) -> None:
    first, page = told.splitlines()
    assert f"{len(tables())} gold tables" in first
    assert Path(page) == PAGE


@pytest.mark.parametrize("table", tables())
def test_each_column_comes_from_columns_of_silver(content: Any, table: str) -> None:
    silver = {(SILVER, column) for column in content["nodes"][SILVER]["columns"]}
    found = origins(content, table)
    assert found.keys() == content["nodes"][f"model.datamaster.{table}"]["columns"].keys()
    for column, parents in found.items():
        assert parents <= silver - {(SILVER, "email")}, column
        assert bool(parents) == (column != "total_reviews"), column  # that counts whole reviews


def test_ratings_are_means_of_review_overall(content: Any) -> None:
    rated = {
        table: found for table in tables() if "avg_rating" in (found := origins(content, table))
    }
    assert len(rated) == 4
    assert all(found["avg_rating"] == {(SILVER, "review_overall")} for found in rated.values())


def test_every_table_and_column_is_described(content: Any) -> None:
    for name, node in content["nodes"].items():
        assert node["description"], name
        for column, meaning in node["columns"].items():
            assert meaning["description"], f"{name}.{column}"


def test_each_reader_is_named(content: Any) -> None:
    read = {edge["target"] for edge in content["lineage"]["edges"] if edge["source"] != SILVER}
    exposures = {"athena", "grafana_dashboard", "metabase", "monthly_page", "power_bi"}
    assert read == {f"exposure.datamaster.{name}" for name in exposures}


def test_the_page_has_the_projects_title_and_the_tests_their_own_names(content: Any) -> None:
    assert "<title>Data Master: " in PAGE.read_text()
    node = content["nodes"]["model.datamaster.top_drinkers"]
    tests = [
        *node.get("tests", []),
        *(t for c in node["columns"].values() for t in c.get("tests", ())),
    ]
    names = {test["name"] for test in tests}
    assert "valid_rows_top_drinkers" in names
    assert all(test["unique_id"].split(".")[2] == test["name"] for test in tests)
