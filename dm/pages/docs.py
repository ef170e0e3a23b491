"""The docs as one page: descriptions, code, tests, readers, and the lineage of every column.

dbt-colibri makes it of what dbt compiles, and of the columns that the YAML declares: contracts hold
the tables to them. So it needs no lake, and no Spark. dbt's own page knows no lineage of columns.
"""

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dbt_colibri.lineage_extractor.extractor import DbtColumnLineageExtractor
from dbt_colibri.report.generator import DbtColibriReportGenerator

from runner.dbt.running import DbtProject
from runner.project import PROJECT

PAGE = PROJECT / "target" / "docs" / "index.html"

_TITLE = "Data Master: tables and where their columns come from"
# It begins with the source, its tables and their readers, without links to what its maker sells.
_HEAD = """
<style>
  a[href*="colibri-data.com"].border-dashed { display: none }
  @media (max-width: 760px) {
    body::before {
      content: "This page is for a desktop: the lineage needs more room than there is here.";
      display: block; padding: 12px 16px; font: 15px/1.4 sans-serif;
      background: #fff3cd; color: #332701;
    }
  }
</style>
<script>
  if (!new URLSearchParams(location.search).has("model"))
    history.replaceState(null, "", "?model=SOURCE&children=all")
</script>
"""


class _Extractor(DbtColumnLineageExtractor):  # type: ignore[misc]
    """Knows Spark's SQL, and tables whose names have two parts."""

    def _detect_adapter_type(self) -> str:
        return "spark"

    def build_nodes_with_columns(self) -> dict[str, Any]:
        # Lineage looks for catalog.schema.table, and ours have an empty catalog.
        return {f".{name}": node for name, node in super().build_nodes_with_columns().items()}


class _Report(DbtColibriReportGenerator):  # type: ignore[misc]
    """Calls tests by their own names, as dbt and `dm explain` do, and not by their kind."""

    def _build_tests_by_node(self) -> dict[str, dict[str, list[dict[str, Any]]]]:
        found: dict[str, dict[str, list[dict[str, Any]]]] = super()._build_tests_by_node()
        for columns in found.values():
            for test in (test for tests in columns.values() for test in tests):
                test["name"] = self.manifest["nodes"][test["unique_id"]]["name"]
        return found


def build(folder: Path = PAGE.parent) -> Path:
    """Makes the page, in a folder of its own.

    Returns:
        The page, a file.

    Raises:
        DbtFailed: the project cannot be compiled.
    """
    manifest = DbtProject(progress=lambda line: None).compile()
    nodes = json.loads(manifest.read_text())
    with TemporaryDirectory() as scratch:
        catalog = Path(scratch, "catalog.json")
        catalog.write_text(json.dumps(_catalog(nodes)))
        extractor = _Extractor(manifest, catalog)
    _Report(extractor, disable_telemetry=True).generate_report(str(folder))
    page = folder / PAGE.name
    head = _HEAD.replace("SOURCE", _silver(nodes))
    made = re.sub("<title>.*?</title>", f"<title>{_TITLE}</title>", page.read_text(), count=1)
    page.write_text(made.replace("</head>", f"{head}</head>", 1))
    return page


def _silver(manifest: dict[str, Any]) -> str:
    """The source that models read; dbt names sources in another order after some changes."""
    models = (node for node in manifest["nodes"].values() if node["resource_type"] == "model")
    read = {name for node in models for name in node["depends_on"]["nodes"]}
    return next(str(name) for name in manifest["sources"] if name in read)


def _catalog(manifest: dict[str, Any]) -> dict[str, Any]:
    """The columns of sources and models, as `dbt docs generate` would find them in the tables."""

    def table(node: dict[str, Any]) -> dict[str, Any]:
        columns = {
            name: {"name": name, "type": column["data_type"], "index": index}
            for index, (name, column) in enumerate(node["columns"].items())
        }
        place = {key: node[key] for key in ("database", "schema", "name")}
        return {"unique_id": node["unique_id"], "metadata": place, "columns": columns}

    models = (node for node in manifest["nodes"].values() if node["resource_type"] == "model")
    return {
        "nodes": {node["unique_id"]: table(node) for node in models},
        "sources": {name: table(node) for name, node in manifest["sources"].items()},
    }
