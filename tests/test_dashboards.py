"""The dashboards are as Grafana's schema says, and each query runs on tables of the contract."""

import dataclasses
import enum
import json
import re
import types
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import duckdb
import pytest
import sqlglot
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.alerting import RuleGroup
from grafana_foundation_sdk.models.dashboard import Dashboard

from runner.control.items import ControlItem
from runner.project import PROJECT, tables
from tests.computed import EXPECTED

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
    if "rules" in content:
        return {rule["title"]: rule["data"][0]["model"]["rawSQL"] for rule in content["rules"]}
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


def fits(value: object, hint: Any) -> bool:
    """Whether a value is of a type of Grafana's schema, in all its parts."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin in (Union, types.UnionType):
        return any(fits(value, one) for one in inner)
    if origin is Literal:
        return value in inner
    if origin is list:
        return isinstance(value, list) and all(fits(each, inner[0]) for each in value)
    if origin is dict:
        return isinstance(value, dict) and all(fits(each, inner[1]) for each in value.values())
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return value in list(hint)
    if not isinstance(value, (int, float) if hint is float else hint):
        return False
    parts = getattr(value, "__dict__", {})
    hints = get_type_hints(type(value)) if parts else {}
    return all(fits(each, hints[name]) for name, each in parts.items() if name in hints)


@pytest.mark.parametrize("file", DASHBOARDS, ids=lambda file: file.stem)
def test_a_dashboard_is_as_the_schema_of_grafana_says(file: Path) -> None:
    register_default_plugins()
    content = json.loads(file.read_text())
    kind = RuleGroup if "rules" in content else Dashboard
    read = kind.from_json(content)
    assert fits(read, kind)
    again = json.loads(JSONEncoder(sort_keys=True).encode(read))
    assert unknown(content, again) == []


def unknown(content: Any, known: Any, path: str = "") -> list[str]:
    """What is in a file and Grafana knows nothing of."""
    if isinstance(content, dict):
        pairs = [(f"{path}.{key}", content[key], known.get(key, ...)) for key in content]
    elif isinstance(content, list):
        pairs = [(f"{path}[{i}]", *pair) for i, pair in enumerate(zip(content, known, strict=True))]
    else:
        return [] if content == known else [path]
    return [found for at, ours, theirs in pairs
            for found in ([at] if theirs is ... else unknown(ours, theirs, at))]  # fmt: skip


def test_each_column_has_a_name_for_people() -> None:
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text()).get("panels", []):
            named = {o["matcher"]["options"] for o in panel["fieldConfig"]["overrides"]}
            columns = sqlglot.parse_one(queries(path)[panel["title"]], read="athena").named_selects
            if panel["type"] == "timeseries":
                assert "displayName" in panel["fieldConfig"]["defaults"] or named
            else:
                assert named == set(columns), panel["title"]


def test_all_gold_tables_are_shown() -> None:
    shown = "\n".join(query for path in DASHBOARDS for query in queries(path).values())
    assert [table for table in EXPECTED if f"dm_gold.{table}" not in shown] == []
