"""The tables against a computation that shares no code with them."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from local import demo, silver
from local.lake import Lake
from runner.project import tables
from tests.computed import EXPECTED, expected
from tests.dbt_project import Dbt
from tests.tables import rows


@pytest.fixture(scope="module")
def reviews(lake: Lake) -> pa.Table:
    made = demo.synthetic_reviews(seed=7, shape=demo.Shape(60_000))
    made = made.filter(pc.greater(made["review_year"], 2008))
    column = made.schema.get_field_index("review_overall")
    unrated = pc.equal(pc.bit_wise_and(made["review_id"], 7), 0)
    some = pc.if_else(unrated, None, made["review_overall"])
    made = made.set_column(column, made.schema.field(column), some)
    silver.upsert(lake, made)
    return made


def test_every_row_of_every_table_equals_an_independent_computation(
    lake: Lake, dbt: Dbt, reviews: pa.Table
) -> None:
    assert EXPECTED.keys() <= set(tables())
    assert dbt("build", "--select", "gold").success
    first = {name: rows(lake, name) for name in tables()}
    for name in EXPECTED:
        wanted = expected(reviews, name)
        assert len(wanted) > 30
        assert first[name] == wanted, name

    assert dbt("run", "--select", "gold", "--full-refresh", "--threads", "1").success
    for name in tables():
        assert rows(lake, name) == first[name], f"{name} differs after a full refresh"
