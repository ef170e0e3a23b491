"""The months that these tests have, and what all tables are to show of them."""

import pyarrow as pa

from infra.silver import GlueLake
from runner.project import tables
from tests.aws.stand_ins.account import DRINKERS
from tests.aws.stand_ins.trino import Trino
from tests.computed import expected
from tests.tables import gold

MONTHS = [(2010, 11), (2010, 12), (2011, 1)]
PERIODS = [f"{year}-{month:02}" for year, month in MONTHS]
OTHERS = [table for table in tables() if table != DRINKERS]
ORDER = "order by review_year, review_month, period_rank"


def current(lake: GlueLake, table: str) -> int:
    found = gold(lake, table).metadata.current_snapshot_id
    assert found is not None
    return found


def assert_shows(athena: Trino, reviews: pa.Table, *but: str) -> None:
    """Each table but those has the rows that these reviews make."""
    for table in set(tables()) - set(but):
        assert athena.query(f"select * from {table} {ORDER}") == expected(reviews, table), table
