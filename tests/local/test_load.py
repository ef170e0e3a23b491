"""Loading: an upsert by review_id, and a pending item for each table and changed month."""

from pathlib import Path
from typing import Any

import pytest

from local import silver
from local.control import SqliteControlTable
from local.lake import Lake
from local.load import load
from local.silver import LoadOvertaken
from runner.control.items import Status
from tests.reviews import Review, review, table, write

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


def test_of_two_loads_at_once_one_is_told_and_loses_nothing_of_the_other(
    lake: Lake, control: SqliteControlTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_all(lake, control, review(1))
    months_with = silver._months_with

    def then_another_load(*arguments: Any) -> Any:
        found = months_with(*arguments)
        monkeypatch.setattr(silver, "_months_with", months_with)
        silver.upsert(lake, table([review(2)]))
        return found

    monkeypatch.setattr(silver, "_months_with", then_another_load)
    with pytest.raises(LoadOvertaken):
        silver.upsert(lake, table([review(3)]))
    assert [found["review_id"] for found in in_silver(lake)] == [1, 2]
