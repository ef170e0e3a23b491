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


HISTORY = (
    # table, status, hours ago, months, tests that passed
    ("fresh", "published", 1, "2010-11, 2010-12", 9),
    ("old", "published", 60, "2010-12", 9),
    ("old", "failed", 2, "2010-12", 9),
    ("untested", "published", 3, "2010-10, 2010-11", 0),
    ("untested", "published", 2, "2010-10", 9),
    ("gone", "published", 90, "2010-12", 0),
    ("gone", "failed", 80, "2010-12", 9),
    ("gone", "dropped", 70, "", 0),
    ("again", "dropped", 70, "", 0),
    ("again", "published", 65, "2010-12", 9),
)
ITEMS = (("old", "error"), ("fresh", "pending"), ("fresh", "running"), ("fresh", "success"))


@pytest.fixture(scope="module")
def nights(contract: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """What some nights leave behind."""
    columns = "table_name, status, finished_at, started_at, periods, tests_passed, run_id"
    for table, status, ago, months, passed in HISTORY:
        when = f"cast(current_timestamp as timestamp) - interval {ago} hour"
        values = f"'{table}', '{status}', {when}, {when}, '{months}', {passed}, 'run'"
        contract.execute(f"insert into dm_gold.run_history ({columns}) values ({values})")
    for table, status in ITEMS:
        contract.execute(
            'insert into dynamodb."default"."dm-processing-control"'
            " (schema_name, table_name, status, review_year, review_month, updated_at,"
            " error_message)"
            f" values ('dm_gold', '{table}', '{status}', '2010', '1', '2012-02-01', 'no beer')"
        )
    return contract


def asked(nights: duckdb.DuckDBPyConnection, dashboard: str, name: str) -> list[dict[str, Any]]:
    """What a panel or a rule shows."""
    query = queries(PROJECT / f"dashboards/{dashboard}.json")[name]
    for pattern, value in VARIABLES.items():
        query = re.sub(pattern, value, query)
    (translated,) = sqlglot.transpile(query, read="athena", write="duckdb")
    return nights.execute(translated).to_arrow_table().to_pylist()


def test_an_alarm_rings_for_tables_that_are_there(nights: duckdb.DuckDBPyConnection) -> None:
    """A table that was dropped has its last rows for ever."""
    late, failed = json.loads((PROJECT / "dashboards/alerts.json").read_text())["rules"]
    hours = asked(nights, "alerts", late["title"])
    assert rings(late, hours, "hours_since") == {"old", "again"}
    assert {row["table_name"] for row in hours} == {"fresh", "old", "untested", "again"}
    assert rings(failed, asked(nights, "alerts", failed["title"]), "not_published") == {"old"}


def rings(rule: dict[str, Any], rows: list[dict[str, Any]], column: str) -> set[str]:
    """The tables that a rule rings for."""
    asks, decides = rule["data"]
    assert (rule["condition"], decides["model"]["expression"]) == (decides["refId"], asks["refId"])
    (condition,) = decides["model"]["conditions"]
    assert condition["evaluator"]["type"] == "gt"
    return {row["table_name"] for row in rows if row[column] > condition["evaluator"]["params"][0]}


def test_what_is_untested_or_gave_up_is_shown(nights: duckdb.DuckDBPyConnection) -> None:
    untested = asked(nights, "operations", "Untested months")
    assert [(row["table_name"], row["month"]) for row in untested] == [("untested", "2010-11")]
    (gave_up,) = asked(nights, "operations", "Months that gave up")
    assert (gave_up["table_name"], gave_up["month"]) == ("old", "2010-01")
    assert gave_up["error_message"] == "no beer"
    waits = asked(nights, "operations", "Control items by table")
    assert [tuple(row.values()) for row in waits] == [("fresh", 1, 1, 0), ("old", 0, 0, 1)]
    hours = {
        row["table_name"]: row["hours_since"] for row in asked(nights, "operations", "Freshness")
    }
    assert hours == {"again": 65, "fresh": 1, "old": 60, "untested": 2}


def test_numbers_have_units_and_old_tables_a_colour() -> None:
    """The alarm rings where the dashboard's colour is red."""
    shown: dict[tuple[str, str], dict[str, Any]] = {}
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text()).get("panels", []):
            for override in panel["fieldConfig"]["overrides"]:
                said = {each["id"]: each["value"] for each in override["properties"]}
                shown[panel["title"], override["matcher"]["options"]] = said
                assert said["displayName"][0].isupper()
                assert "_" not in said["displayName"]
            defaults = panel["fieldConfig"]["defaults"]
            if panel["type"] != "table" and not panel["fieldConfig"]["overrides"]:
                assert {"unit", "displayName"} <= defaults.keys(), panel["title"]
    for (_, column), said in shown.items():
        if column == "total_reviews":
            assert (said["unit"], said["decimals"]) == ("locale", 0)
        if column == "avg_rating":
            assert (said["decimals"], said["min"], said["max"]) == (2, 1, 5)
    fresh = shown["Freshness", "hours_since"]
    assert fresh["unit"] == "h"
    steps = [(step["color"], step["value"]) for step in fresh["thresholds"]["steps"]]
    assert steps == [("green", None), ("orange", 30), ("red", 54)]
    (late, _) = json.loads((PROJECT / "dashboards/alerts.json").read_text())["rules"]
    assert late["data"][1]["model"]["conditions"][0]["evaluator"]["params"] == [54]


def test_the_dashboards_lead_to_each_other() -> None:
    boards = [json.loads(path.read_text()) for path in DASHBOARDS]
    boards = [board for board in boards if "panels" in board]
    assert len({board["uid"] for board in boards}) == len(boards) == 2
    for board in boards:
        (link,) = board["links"]
        assert link["type"] == "dashboards"
        assert all(set(link["tags"]) <= set(other["tags"]) for other in boards)


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
