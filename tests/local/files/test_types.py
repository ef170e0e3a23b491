"""Times and numbers in the types that files have them in."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from local.loading.options import Options
from tests.loading import read, read_and_told
from tests.local.files.door import as_file, refused, text
from tests.reviews import review, table


def naive(**columns: list[Any]) -> pa.Table:
    made = table([review(1)])
    for name, values in columns.items():
        at = made.schema.get_field_index(name)
        made = made.set_column(at, name, pa.array(values, pa.timestamp("us")))
    return made


def test_times_without_a_zone_are_refused_in_parquet_as_in_csv(tmp_path: Path) -> None:
    noon = datetime(2010, 12, 5, 12)
    path, plain = tmp_path / "a.parquet", tmp_path / "a.csv"
    pq.write_table(naive(updated_at=[noon], deleted_at=[None]), path)
    as_file(plain, text(review(1)).replace("2010-12-05T12:00:00+00:00", "2010-12-05 12:00:00"))
    for file in (path, plain):
        assert "updated_at: not a timestamp with a zone" in refused(file) or file == plain
        assert "--timezone" in refused(file)
        rows = read(file, options=Options(timezone="America/New_York"))
        assert rows["updated_at"].to_pylist() == [datetime(2010, 12, 5, 17, tzinfo=UTC)]
    pq.write_table(naive(deleted_at=[None]), path)
    assert read(path)["deleted_at"].to_pylist() == [None]
    assert "no such" in refused(plain, timezone="Mars/Olympus").lower()


AT = datetime(2010, 12, 5, 12, tzinfo=UTC)
SECONDS = int(AT.timestamp())


@pytest.mark.parametrize(
    ("written", "options", "times"),
    [
        (str(SECONDS), {}, 0),
        (f"{SECONDS}.0", {}, 0),
        ("2010-12-05T12:00:00Z", {}, 1),
        ("2010-12-05 07:00:00.9-05:00", {}, 1),
        ("2010-12-05 07:00:00", {"timezone": "America/New_York"}, 1),
        ("2010-12-05T12:00:00Z", {"columns": {"date": "review_time"}}, 1),
    ],
)
def test_a_review_time_is_seconds_or_a_time(
    tmp_path: Path, written: str, options: dict[str, Any], times: int
) -> None:
    made = text(review(1, review_time=written))
    name = next(iter(options.get("columns", ())), "review_time")
    path = as_file(tmp_path / "a.csv", made.replace("review_time", name))
    rows, *_, told = read_and_told(path, options=Options(**options))
    assert rows["review_time"].to_pylist() == [SECONDS]
    assert ("review_time: 1 time loaded as seconds since 1970" in told) == bool(times)


def test_a_review_time_of_parquet_may_be_a_time(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    for type_, options in (
        (pa.timestamp("us"), {"timezone": "UTC"}),
        (pa.timestamp("ms", "UTC"), {}),
    ):
        made = table([review(1)])
        at = made.schema.get_field_index("review_time")
        times = pa.array([AT.replace(tzinfo=None)], pa.timestamp("us")).cast(type_)
        pq.write_table(made.set_column(at, "review_time", times), path)
        rows, *_, told = read_and_told(path, options=Options(**options))
        assert rows["review_time"].to_pylist() == [SECONDS]
        assert "review_time: 1 time loaded as seconds since 1970" in told


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("2010-12-05 12:00:00", "neither seconds since 1970 nor a time with a zone, such as 2012-"),
        ("7.5", "neither seconds since 1970 nor a time with a zone, such as 2012-"),
        (str(SECONDS * 1000), "not in seconds since 1970 (years 1970 to 2100)"),
        ("1950-01-01T00:00:00Z", "not in seconds since 1970 (years 1970 to 2100)"),
    ],
)
def test_another_review_time_is_refused(tmp_path: Path, written: str, told: str) -> None:
    path = as_file(tmp_path / "a.csv", text(review(1, review_time=written)))
    assert f"row 2, column review_time: {told}" in refused(path)
    assert "--timezone" in refused(path) or "with a zone" not in told


@pytest.mark.parametrize("zone", [None, "America/New_York"])
@pytest.mark.parametrize(
    "at", ["2012-02-30T00:00:00Z", "infinity", "yesterday", "20121-02-01T00:00:00Z"]
)
def test_what_is_no_time_is_refused(tmp_path: Path, at: str, zone: str | None) -> None:
    path = as_file(tmp_path / "a.csv", text(review(1, created_at=at)))
    assert "row 2, column created_at: not a timestamp with a zone" in refused(path, timezone=zone)
    path = as_file(tmp_path / "b.csv", text(review(1, created_at="2012-02-01")))
    assert zone or "column created_at: not a timestamp with a zone" in refused(path)


def test_whole_numbers_may_be_written_with_a_point(tmp_path: Path) -> None:
    path = as_file(tmp_path / "a.csv", text(review(1, profile_id="7.0", beer_id="+8")))
    assert read(path).select(["profile_id", "beer_id"]).to_pylist() == [
        {"profile_id": 7, "beer_id": 8}
    ]
    for wrong in ("7.5", "1e3", "0x10", "1_000", "9223372036854775808", "4,5"):
        path = as_file(tmp_path / "a.csv", text(review(1, profile_id=wrong)))
        assert "column profile_id: not an int64" in refused(path)


def test_parquet_numbers_may_be_of_another_width(tmp_path: Path) -> None:
    made = table([review(1), review(2, profile_id=None)])
    for name, type_ in (("profile_id", pa.float64()), ("review_year", pa.int64()),
                        ("review_overall", pa.int32()), ("beer_abv", pa.float32()),
                        ("beer_name", pa.dictionary(pa.int32(), pa.string()))):  # fmt: skip
        at = made.schema.get_field_index(name)
        made = made.set_column(at, name, made[name].cast(type_))
    pq.write_table(made, tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet") == table([review(1), review(2, profile_id=None)])
