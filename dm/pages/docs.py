"""The docs as one page: descriptions, code, tests, readers, and the lineage of every column.

dbt-colibri makes it of what dbt compiles, and of the columns that the YAML declares: contracts hold
the tables to them. So it needs no lake, and no Spark. dbt's own page knows no lineage of columns.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dbt_colibri.lineage_extractor.extractor import DbtColumnLineageExtractor
from dbt_colibri.report.generator import DbtColibriReportGenerator

from runner.dbt.running import DbtProject
from runner.project import PROJECT

PAGE = PROJECT / "target" / "docs" / "index.html"

# It begins with the source, its tables and their readers, without links to what its maker sells.
_HEAD = """
<style>a[href*="colibri-data.com"].border-dashed { display: none }</style>
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
    DbtColibriReportGenerator(extractor, disable_telemetry=True).generate_report(str(folder))
    page = folder / PAGE.name
    head = _HEAD.replace("SOURCE", next(iter(nodes["sources"])))
    page.write_text(page.read_text().replace("</head>", f"{head}</head>", 1))
    return page


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
