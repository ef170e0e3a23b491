"""What Athena's readers ask, asked of Trino, on tables that the packaged job wrote."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
import sqlglot

from dm.aws import first_day
from infra.silver import GlueLake
from runner.project import PROJECT, tables
from tests import test_dashboards
from tests.aws.athena.tables import MONTHS, ORDER, assert_shows
from tests.aws.stand_ins.account import BEERS, DATALAKE, STATES
from tests.aws.stand_ins.packaged import gold_rows
from tests.aws.stand_ins.trino import QueryFailed, Trino
from tests.computed import expected
from tests.tables import gold

pytestmark = pytest.mark.athena


def test_all_rows_are_what_the_reviews_make(
    athena: Trino, first: Mapping[str, int], reviews: pa.Table
) -> None:
    assert_shows(athena, reviews)
    assert len(athena.query("select * from run_history")) == len(tables())


def test_the_queries_of_the_docs(athena: Trino, lake: GlueLake) -> None:
    first_query = re.search(r"--query-string '(.*?)'", (PROJECT / "docs/aws.md").read_text(), re.S)
    assert first_query
    bi = (PROJECT / "docs/bi.md").read_text()
    blocks = re.findall(r"^    select .*(?:\n    .*)+", bi, re.M)
    assert len(blocks) == 1
    december = gold_rows(lake, BEERS, "review_year = 2010 and review_month = 12")
    assert len(december) >= 2
    assert (
        athena.query(first_query[1].replace("LIMIT", "order by period_rank limit"))
        == (december[:10])
    )
    assert len(athena.query(first_query[1])) == min(len(december), 10)
    names = [row["beer_name"] for row in athena.query(blocks[0])]
    assert names == [row["beer_name"] for row in december[:10]]
    assert list(athena.query(first_day.QUERY)[0].values()) == [
        len(gold_rows(lake, BEERS, "review_year = 2010"))
    ]

    (yesterday,) = re.findall(r"`\.\.\. (from .* for timestamp as of .*?)`", bi)
    with pytest.raises(QueryFailed, match=r"No version history table .* at or before"):
        athena.query(f"select * {yesterday}")
    assert "interval '1' day" in yesterday
    now = yesterday.replace("'1' day", "'1' second")
    assert athena.query(f"select * {now} {ORDER}") == athena.query(f"select * from {BEERS} {ORDER}")


QUERIES = [
    (path, name) for path in test_dashboards.DASHBOARDS for name in test_dashboards.queries(path)
]
VARIABLES = test_dashboards.VARIABLES | {
    r"\$control": "awsdatacatalog",
    r"\$__timeFilter\((\w+)\)": (
        r"\1 between timestamp '1990-01-01 00:00:00' and timestamp '2120-01-01 00:00:00'"
    ),
}


@pytest.fixture(scope="module")
def control_items(athena: Trino) -> None:
    """Control items, as Athena's connector for DynamoDB would show them."""
    where = f"location 's3://{DATALAKE}/control'"
    athena.query(f'create schema "default" with ({where.replace(" ", " = ")})')
    athena.query(
        'create table "default"."dm-processing-control" as select * from (values'
        f" ('dm_gold', '{BEERS}', 'pending', 2010, 12, '2012-02-01', 0, ''),"
        f" ('dm_gold', '{BEERS}', 'error', 2010, 11, '2012-02-01', 3, 'it died'),"
        f" ('dm_gold', '{BEERS}', 'error', 2010, 11, '2012-02-03', 3, 'a test failed'),"
        f" ('dm_gold', '{STATES}', 'running', 2011, 1, '2012-02-02', 1, ''),"
        " ('dm_silver', 'x', 'error', 2010, 12, '2012-02-01', 3, 'no'))"
        " as t (schema_name, table_name, status, review_year, review_month, updated_at,"
        " attempt_count, error_message)"
    )


@pytest.fixture(scope="module")
def other(athena: Trino, lake: GlueLake, control_items: None) -> duckdb.DuckDBPyConnection:
    """The same tables in another engine."""
    found = duckdb.connect()
    found.execute("set timezone = 'UTC'; create schema dm_gold")
    for table in (*tables(), "run_history"):
        read = gold(lake, table).scan().to_arrow()
        naive = [
            pa.field(field.name, pa.timestamp("us")) if pa.types.is_timestamp(field.type) else field
            for field in read.schema
        ]
        found.register("read", read.cast(pa.schema(naive)))
        found.execute(f"create table dm_gold.{table} as from read")
    found.register(
        "read",
        pa.Table.from_pylist(athena.query('select * from "default"."dm-processing-control"')),
    )
    found.execute("attach ':memory:' as awsdatacatalog; create schema awsdatacatalog.default")
    found.execute('create table awsdatacatalog."default"."dm-processing-control" as from read')
    return found


@pytest.mark.parametrize(
    ("dashboard", "name"),
    QUERIES,
    ids=lambda value: value.stem if isinstance(value, Path) else value,
)
def test_a_query_of_a_dashboard(
    athena: Trino, other: duckdb.DuckDBPyConnection, dashboard: Path, name: str
) -> None:
    """In Athena's own dialect it gives what it gives elsewhere."""
    query = test_dashboards.queries(dashboard)[name]
    for pattern, value in VARIABLES.items():
        query = re.sub(pattern, value, query)
    (translated,) = sqlglot.transpile(query, read="athena", write="duckdb")
    wanted = other.execute(translated).to_arrow_table().to_pylist()
    found = athena.query(query)
    assert wanted or name in ("What was not published", "Untested months")  # all is well
    assert sorted(map(in_words, found)) == sorted(map(in_words, wanted))
    if "order by period_rank" in query:
        assert found == wanted


def in_words(row: Mapping[str, Any]) -> str:
    """A row's values, times and decimals as texts that engines agree on."""
    return str([re.sub(r"(\.0+)?(\+00:00)?$", "", str(value)) for value in row.values()])


def test_comments_are_those_of_the_catalog(athena: Trino, lake: GlueLake) -> None:
    for table in tables():
        docs = {field.name: field.doc for field in gold(lake, table).schema().fields}
        found = athena.query(f"show columns from {table}")
        assert {row["Column"]: row["Comment"] for row in found} == docs
        assert all(docs.values())
    comments = athena.query(
        "select table_name, comment from system.metadata.table_comments"
        " where catalog_name = 'awsdatacatalog' and schema_name = 'dm_gold'"
    )
    told = {row["table_name"]: row["comment"] for row in comments}
    assert all(told[table] == gold(lake, table).properties["comment"] for table in tables())


def test_the_tables_of_metadata(
    athena: Trino, lake: GlueLake, first: Mapping[str, int], reviews: pa.Table
) -> None:
    partitions = athena.query(f'select * from "{STATES}$partitions"')
    wanted = expected(reviews, STATES)
    counts = {(r["partition"][0], r["partition"][1]): r["record_count"] for r in partitions}
    assert counts == {
        month: sum((row["review_year"], row["review_month"]) == month for row in wanted)
        for month in MONTHS
    }
    files = athena.query(f'select * from "{STATES}$files"')
    assert sum(file["record_count"] for file in files) == len(wanted)
    assert {file["file_path"] for file in files} == set(
        gold(lake, STATES).inspect.files()["file_path"].to_pylist()
    )
    (snapshot,) = [
        row
        for row in athena.query(f'select * from "{STATES}$snapshots"')
        if row["snapshot_id"] == first[STATES]
    ]
    assert snapshot["summary"]["dm.periods"] == "2010-11,2010-12,2011-01"
    refs = athena.query(f'select name, snapshot_id from "{STATES}$refs"')
    assert refs == [{"name": "main", "snapshot_id": first[STATES]}]
