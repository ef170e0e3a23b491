"""A gold table without Spark: each state is a commit with what a run says of itself."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import DoubleType, IntegerType, LongType, NestedField, StringType

from local.lake import Lake

NAME = "top_drinkers"
_TYPES = {
    "profile_id": LongType(), "profile_name": StringType(), "state": StringType(),
    "total_reviews": LongType(), "avg_rating": DoubleType(), "period_rank": IntegerType(),
    "review_year": IntegerType(), "review_month": IntegerType(),
}  # fmt: skip
Row = Mapping[str, object]


def drinker(key: int, month: str = "2010-01", rank: int = 1, **values: object) -> Row:
    year, number = map(int, month.split("-"))
    return {
        "profile_id": key, "profile_name": f"drinker {key}", "state": "NY", "total_reviews": 3,
        "avg_rating": 4.0, "period_rank": rank, "review_year": year, "review_month": number,
    } | values  # fmt: skip


def drinkers(root: Path) -> tuple[Lake, Table]:
    """A lake with an empty table of drinkers."""
    here = Lake(root)
    here.catalog.create_namespace_if_not_exists("dm_gold")
    fields = [NestedField(i + 1, n, t, required=False) for i, (n, t) in enumerate(_TYPES.items())]
    parts = [PartitionField(f.field_id, 1000 + f.field_id, IdentityTransform(), f.name)
             for f in fields[-2:]]  # fmt: skip
    return here, here.catalog.create_table(
        ("dm_gold", NAME), Schema(*fields), partition_spec=PartitionSpec(*parts)
    )


def write(table: Table, rows: Iterable[Row], run: str, branch: str = "main") -> int:
    """All rows of a table, as a run leaves them; its snapshot."""
    made = pa.Table.from_pylist([dict(row) for row in rows], schema=table.schema().as_arrow())
    months = {f"{r['review_year']:04}-{r['review_month']:02}" for r in made.to_pylist()}
    said = {"dm.run-id": run, "dm.periods": ",".join(sorted(months)), "dm.inputs": "{}"}
    table.overwrite(made, snapshot_properties=said, branch=branch)
    table.refresh()
    return table.metadata.refs[branch].snapshot_id
