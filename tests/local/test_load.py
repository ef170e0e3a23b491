"""Loading: an upsert by review_id, and a pending item for each table and changed month."""

from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.table import Table
from pyiceberg.typedef import Record
from pyiceberg.types import StringType

from local import duck, silver
from local.control import SqliteControlTable
from local.lake import Lake
from local.loading.errors import SilverUnfit
from local.loading.load import load
from local.reviews import SCHEMA
from runner.control.items import Status
from tests.reviews import Review, review, table, write

Process = get_context("fork").Process
TABLES = ("top_drinkers", "state_by_review_volume")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.fixture
def control(lake: Lake) -> SqliteControlTable:
    return SqliteControlTable(lake.control)


def in_silver(lake: Lake) -> list[Review]:
    return silver.table(lake).scan().to_arrow().sort_by("review_id").to_pylist()


def load_all(lake: Lake, control: SqliteControlTable, *reviews: Review) -> tuple[str, ...]:
    path = write(lake.root.parent / "reviews.csv", reviews)
    return load(lake, control, TABLES, path).periods


def announced(control: SqliteControlTable) -> list[tuple[str, str]]:
    items = control.items(Status.PENDING)
    return sorted((item.table_name, f"{item.review_year}-{item.review_month}") for item in items)


def test_new_reviews_are_there_and_announced_once_per_table_and_month(
    lake: Lake, control: SqliteControlTable
) -> None:
    reviews = [review(1, "2010-12"), review(2, "2010-12"), review(3, "2011-01")]
    assert load_all(lake, control, *reviews) == ("2010-12", "2011-01")
    assert in_silver(lake) == table(reviews).to_pylist()
    months = ("2010-12", "2011-01")
    assert announced(control) == sorted((name, month) for name in TABLES for month in months)


def test_the_same_file_again_changes_nothing(lake: Lake, control: SqliteControlTable) -> None:
    load_all(lake, control, review(1), review(2, state=None))
    before, items = silver.table(lake).metadata_location, announced(control)
    assert load_all(lake, control, review(2, state=None), review(1)) == ()
    assert silver.table(lake).metadata_location == before
    assert announced(control) == items


def test_a_changed_review_replaces_the_old_one_and_touches_its_month_alone(
    lake: Lake, control: SqliteControlTable
) -> None:
    load_all(lake, control, review(1, "2010-11"), review(2, "2010-12"), review(3, "2010-12"))
    files = set(silver.table(lake).inspect.files()["file_path"].to_pylist())
    assert load_all(lake, control, review(3, state="CA"), review(1, "2010-11")) == ("2010-12",)
    assert [found["state"] for found in in_silver(lake)] == ["NY", "NY", "CA"]
    assert len(files & set(silver.table(lake).inspect.files()["file_path"].to_pylist())) == 1


def test_a_review_that_moves_touches_both_months_and_empties_the_one_it_leaves(
    lake: Lake, control: SqliteControlTable
) -> None:
    load_all(lake, control, review(1, "2010-11"), review(2, "2010-12"))
    assert load_all(lake, control, review(1, "2011-02")) == ("2010-11", "2011-02")
    assert [found["review_month"] for found in in_silver(lake)] == [2, 12]


def test_a_load_that_died_before_it_announced_is_announced_by_the_next(
    lake: Lake, control: SqliteControlTable
) -> None:
    silver.upsert(lake, table([review(1)]))  # what a load does first
    assert not announced(control)
    assert load_all(lake, control, review(1)) == ()
    assert announced(control) == sorted((name, "2010-12") for name in TABLES)


def test_a_change_of_silver_that_was_no_load_is_not_announced(
    lake: Lake, control: SqliteControlTable
) -> None:
    load_all(lake, control, review(1))
    items = announced(control)
    silver.table(lake).append(table([review(2)]))
    assert load_all(lake, control, review(1)) == ()
    assert announced(control) == items


def test_a_load_of_any_age_is_announced_once(lake: Lake, control: SqliteControlTable) -> None:
    silver.upsert(lake, table([review(1, "2010-10")]))  # each died before it announced
    silver.upsert(lake, table([review(2, "2010-11")]))
    load_all(lake, control, review(3, "2010-12"))
    months = ("2010-10", "2010-11", "2010-12")
    wanted = sorted((name, month) for name in TABLES for month in months)
    assert announced(control) == wanted
    load_all(lake, control, review(3, "2010-12"))
    assert announced(control) == wanted


def test_a_table_that_is_new_is_not_told_of_loads_before_it(
    lake: Lake, control: SqliteControlTable
) -> None:
    load_all(lake, control, review(1, "2010-11"))
    path = write(lake.root.parent / "reviews.csv", [review(2, "2010-12")])
    load(lake, control, (*TABLES, "top_ciders"), path)
    assert [month for name, month in announced(control) if name == "top_ciders"] == ["2010-12"]


def test_an_older_version_that_arrives_later_is_kept_out(
    lake: Lake, control: SqliteControlTable
) -> None:
    newer = datetime(2011, 2, 1, tzinfo=UTC)
    load_all(lake, control, review(1, state="CA", updated_at=newer))
    path = write(lake.root.parent / "reviews.csv", [review(1, "2010-11", state="NY"), review(2)])
    done = load(lake, control, TABLES, path)
    assert (done.change.older, done.change.new) == (1, 1)
    assert "1 older than what is there, kept out" in done.told[0]
    assert [found["state"] for found in in_silver(lake)] == ["CA", "NY"]


def test_a_review_that_silver_has_twice_is_there_once_after_its_next_load(
    lake: Lake, control: SqliteControlTable
) -> None:
    load_all(lake, control, review(1, "2010-11"), review(2, "2010-12"))
    silver.table(lake).append(table([review(1, "2011-01")]))
    assert load_all(lake, control, review(1, "2011-01")) == ("2010-11", "2011-01")
    assert [found["review_id"] for found in in_silver(lake)] == [1, 2]


def test_a_column_that_only_silver_has_keeps_its_values(
    lake: Lake, control: SqliteControlTable
) -> None:
    load_all(lake, control, review(1, "2010-11"), review(2))
    with silver.table(lake).update_schema() as schema:
        schema.add_column("source", StringType())
    rows = [review(1, "2010-11", state="CA") | {"source": "a"}, review(2) | {"source": "b"}]
    found = silver.table(lake)
    found.overwrite(pa.Table.from_pylist(rows, schema=found.schema().as_arrow()))
    load_all(lake, control, review(1, "2010-12", state="WA"), review(3))
    assert [(r["review_id"], r["state"], r["source"]) for r in in_silver(lake)] == [
        (1, "WA", "a"), (2, "NY", "b"), (3, "NY", None)]  # fmt: skip


def test_silver_that_a_load_cannot_write_is_told(lake: Lake, control: SqliteControlTable) -> None:
    lake.catalog.create_namespace("dm_silver")
    lake.catalog.create_table(silver.TABLE, SCHEMA)
    with pytest.raises(SilverUnfit, match="is not partitioned by review_year and review_month"):
        load_all(lake, control, review(1))
    lake.catalog.drop_table(silver.TABLE)
    with silver.table(lake).update_schema() as schema:
        schema.delete_column("email")
    with pytest.raises(SilverUnfit, match="has no column email"):
        load_all(lake, control, review(1))


@pytest.mark.parametrize("lacking", [(), ("review_year", "review_month")])
def test_files_that_were_added_to_silver_as_they_were_keep_their_rows(
    lake: Lake, control: SqliteControlTable, lacking: tuple[str, ...]
) -> None:
    reviews = table([review(i, "2010-11") for i in range(1, 20)])
    file = lake.warehouse / "exported" / "review_year=2010" / "review_month=11" / "part.parquet"
    file.parent.mkdir(parents=True)
    pq.write_table(reviews.drop_columns(list(lacking)), file)  # by another engine: without ids
    added(silver.table(lake), file, 2010, 11)
    assert load_all(lake, control, review(1, "2010-11", state="CA")) == ("2010-11",)
    assert (
        in_silver(lake)
        == table(
            [review(1, "2010-11", state="CA"), *(review(i, "2010-11") for i in range(2, 20))]
        ).to_pylist()
    )


def added(to: Table, path: Path, *partition: int) -> None:
    """Adds a file to a table as Spark's add_files() does it, which looks at its folders' names."""
    mapping = to.schema().name_mapping.model_dump_json()
    with to.transaction() as transaction:
        transaction.set_properties({"schema.name-mapping.default": mapping})
        with transaction.update_snapshot().fast_append() as append:
            found = DataFile.from_args(
                content=DataFileContent.DATA,
                file_path=f"file:{path}",
                file_format=FileFormat.PARQUET,
                partition=Record(*partition),
                record_count=pq.read_metadata(path).num_rows,
                file_size_in_bytes=path.stat().st_size,
            )
            found.spec_id = to.spec().spec_id
            append.append_data_file(found)


def test_rows_are_the_same_whether_duckdb_or_pyiceberg_reads_silver(
    lake: Lake, control: SqliteControlTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_all(lake, control, *(review(i, f"2010-{1 + i % 3:02}") for i in range(30)))
    monkeypatch.setattr(duck, "own_file", lambda task: None)  # as files in a bucket are
    path = write(lake.root.parent / "reviews.csv",
                 [review(1, state="CA"), review(2, "2010-03"), review(3, "2010-02")])  # fmt: skip
    done = load(lake, control, TABLES, path)
    assert (done.change.changed, done.change.unchanged) == (2, 1)
    assert done.periods == ("2010-01", "2010-02", "2010-12")
    assert len(in_silver(lake)) == 30
