"""Reads tables as a reader other than Spark sees them."""

import pyarrow as pa
from pyiceberg.table import Table

from local.lake import Lake


def gold(lake: Lake, name: str) -> Table:
    return lake.catalog.load_table(("dm_gold", name))


def branches(lake: Lake, name: str) -> list[str]:
    """The branches of a gold table that readers do not see."""
    return [ref for ref in gold(lake, name).metadata.refs if ref != "main"]


def rows(lake: Lake, name: str, where: str = "true") -> list[dict[str, object]]:
    """The rows of a gold table in the order of the periods and ranks."""
    table = gold(lake, name)
    found = (table.scan() if where == "true" else table.scan(where)).to_arrow()
    order = [(key, "ascending") for key in ("review_year", "review_month", "period_rank")]
    return found.sort_by(order).to_pylist()


def snapshots(lake: Lake, name: str) -> int:
    return len(gold(lake, name).metadata.snapshots)


def written_periods(lake: Lake, name: str) -> str:
    """The periods that the newest snapshot of a gold table says it wrote; empty if it says none."""
    snapshot = gold(lake, name).current_snapshot()
    assert snapshot is not None
    assert snapshot.summary is not None
    return snapshot.summary["dm.periods"] or ""


def files_by_period(lake: Lake, name: str) -> dict[str, set[str]]:
    """The data files of each period of a gold table."""
    files: pa.Table = gold(lake, name).inspect.files()
    found: dict[str, set[str]] = {}
    for part, path in zip(
        files["partition"].to_pylist(), files["file_path"].to_pylist(), strict=True
    ):
        period = f"{part['review_year']}-{part['review_month']:02}"
        found.setdefault(period, set()).add(path)
    return found


def run_of(lake: Lake, name: str, snapshot_id: int) -> dict[str, str]:
    """What the run of a snapshot says of itself."""
    snapshot = gold(lake, name).snapshot_by_id(snapshot_id)
    assert snapshot
    assert snapshot.summary
    return snapshot.summary.additional_properties
