"""Each query of the dashboards runs on tables of the contract: all columns are there, and fit."""

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
import yaml

from runner.control.items import ControlItem
from runner.project import PROJECT, tables

DASHBOARDS = sorted((PROJECT / "dashboards").glob("*.json"))
# What Grafana puts into a query before Athena sees it.
VARIABLES = {
    r"\$month": "2010-12",
    r"\$control": "dynamodb",
    r"\$__timeFilter\((\w+)\)": r"\1 between timestamp '2010-12-01' and timestamp '2010-12-02'",
}


def queries(dashboard: Path) -> dict[str, str]:
    """The query of each panel and variable, by its name."""
    content: dict[str, Any] = json.loads(dashboard.read_text())
    found = {panel["title"]: panel["targets"][0]["rawSQL"] for panel in content["panels"]}
    for variable in content["templating"]["list"]:
        if variable["type"] == "query":
            found[variable["name"]] = variable["query"]["rawSQL"]
    return found


@pytest.fixture(scope="module")
def contract() -> duckdb.DuckDBPyConnection:
    """Empty tables as the project declares them."""
    found = duckdb.connect()
    found.execute("create schema dm_gold")
    models = [
        yaml.safe_load((PROJECT / f"models/gold/{name}.yml").read_text())["models"][0]
        for name in tables()
    ]
    history = yaml.safe_load((PROJECT / "models/gold/_run_history.yml").read_text())
    for table in (*models, history["sources"][0]["tables"][0]):
        columns = ", ".join(f"{c['name']} {c['data_type']}" for c in table["columns"])
        found.execute(f"create table dm_gold.{table['name']} ({columns})")
    fields = ", ".join(f"{field.name} text" for field in dataclasses.fields(ControlItem))
    found.execute("attach ':memory:' as dynamodb; create schema dynamodb.default")
    found.execute(f'create table dynamodb."default"."dm-processing-control" ({fields})')
    return found


@pytest.mark.parametrize(
    ("dashboard", "name"),
    [(path, name) for path in DASHBOARDS for name in queries(path)],
    ids=lambda value: value.stem if isinstance(value, Path) else value,
)
def test_a_query_runs(contract: duckdb.DuckDBPyConnection, dashboard: Path, name: str) -> None:
    query = queries(dashboard)[name]
    for pattern, value in VARIABLES.items():
        query = re.sub(pattern, value, query)
    assert "$" not in query
    (translated,) = sqlglot.transpile(query, read="athena", write="duckdb")
    contract.execute(translated)


def test_all_gold_tables_are_shown() -> None:
    shown = "\n".join(query for path in DASHBOARDS for query in queries(path).values())
    assert [table for table in tables() if f"dm_gold.{table}" not in shown] == []
