"""Reads the table run_history, which each run writes at its end."""

from pyiceberg.exceptions import NoSuchTableError

from local.lake import HasCatalog
from runner.control.table import SCHEMA


def warnings(lake: HasCatalog, run: str, table: str) -> set[str]:
    """The tests that only warned of what a run published of a gold table, by name.

    None of a run that is not in run_history, such as one that died at its very end.
    """
    try:
        history = lake.catalog.load_table((SCHEMA, "run_history"))
    except NoSuchTableError:
        return set()
    if "warnings" not in history.schema().column_names:
        return set()
    rows = history.scan("status = 'published'").to_arrow().to_pylist()
    told = (r["warnings"] for r in rows if r["run_id"] == run and r["table_name"] == table)
    return {name for names in told if names for name in names.split(", ")}
