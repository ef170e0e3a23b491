"""Runs macros of the project on a Spark, as dbt does but without a run of dbt."""

import datetime
import json
import re
from types import SimpleNamespace
from typing import Any

import yaml
from dbt.clients.jinja import MacroGenerator
from dbt.context.base import BaseContext
from dbt_common.clients.agate_helper import table_from_data_flat
from pyspark.sql import SparkSession

from runner.errors import DataMasterError
from runner.project import PROJECT

Source = dict[str, Any]


class MacroStopped(DataMasterError):
    """A macro raised a compiler error, which ends a run of dbt."""


class Macros:
    """The project's macros, each from the file of its name.

    Args:
        spark: where their queries run.

    Attributes:
        lines: what they told people.
    """

    def __init__(self, spark: SparkSession) -> None:
        self.lines: list[str] = []
        self._spark = spark
        settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
        self._context: dict[str, Any] = {
            "return": BaseContext._return,
            "render": str,
            "run_query": self._run_query,
            "fromjson": json.loads,
            "tojson": json.dumps,
            "local_md5": BaseContext.local_md5,
            "log": lambda text, info=False: self.lines.append(text) or "",  # type: ignore[func-returns-value]
            "var": settings["vars"].get,
            "modules": SimpleNamespace(re=re, datetime=datetime),
            "exceptions": SimpleNamespace(raise_compiler_error=_stop, warn=self.lines.append),
            "adapter": SimpleNamespace(get_relation=self._relation, quote="`{}`".format),
        }
        for path in (PROJECT / "macros").rglob("*.sql"):
            macro = SimpleNamespace(name=path.stem, macro_sql=path.read_text(), unique_id="")
            self._context[path.stem] = MacroGenerator(macro, self._context)

    def __call__(self, name: str, *arguments: object, **graph: object) -> Any:
        """What a macro returns, or its text.

        Args:
            name: the macro.
            arguments: its arguments.
            graph: what dbt's variable `graph` has.
        """
        self._context["graph"] = graph
        return self._context[name](*arguments)

    def source_state(self, name: str) -> dict[str, Any]:
        """What the macro source_states gives of a table such as dm_silver.review_flat."""
        schema, identifier = name.split(".")
        source = {
            "database": None, "schema": schema, "identifier": identifier, "relation_name": name,
            "columns": {"review_id": {"name": "review_id", "config": {"meta": {}}}},
        }  # fmt: skip
        id_ = f"source.datamaster.{name}"
        model = SimpleNamespace(depends_on=SimpleNamespace(nodes=[id_]))
        found: dict[str, Any] = self("source_states", [model], sources={id_: source})[id_]
        return found

    def _run_query(self, sql: str) -> Any:
        frame = self._spark.sql(str(sql))
        rows = [row.asDict() for row in frame.collect()]
        return table_from_data_flat(rows, frame.columns)

    def _relation(self, _: object, schema: str, identifier: str) -> SimpleNamespace | None:
        there = self._spark.catalog.tableExists(f"{schema}.{identifier}")
        return SimpleNamespace(type="table", information="there") if there else None


def _stop(message: str) -> None:
    raise MacroStopped(message)
