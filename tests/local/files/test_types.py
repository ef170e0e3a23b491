"""Times and numbers in the types that files have them in."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from local.loading.options import Options
from tests.loading import read
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


@pytest.mark.parametrize(
    "at", ["2012-02-30T00:00:00Z", "2012-02-01", "infinity", "yesterday", "20121-02-01T00:00:00Z"]
)
def test_what_is_no_time_is_refused(tmp_path: Path, at: str) -> None:
    path = as_file(tmp_path / "a.csv", text(review(1, created_at=at)))
    assert "row 2, column created_at: not a timestamp with a zone" in refused(path)


def test_whole_numbers_may_be_written_with_a_point(tmp_path: Path) -> None:
    path = as_file(tmp_path / "a.csv", text(review(1, profile_id="7.0", beer_id="+8")))
    assert read(path).select(["profile_id", "beer_id"]).to_pylist() == [
        {"profile_id": 7, "beer_id": 8}
    ]
    for wrong in ("7.5", "1e3", "0x10", "1_000", "9223372036854775808", "4,5"):
        path = as_file(tmp_path / "a.csv", text(review(1, profile_id=wrong)))
        assert "column profile_id: not a int64" in refused(path)


def test_parquet_numbers_may_be_of_another_width(tmp_path: Path) -> None:
    made = table([review(1), review(2, profile_id=None)])
    for name, type_ in (("profile_id", pa.float64()), ("review_year", pa.int64()),
                        ("review_overall", pa.int32()), ("beer_abv", pa.float32()),
                        ("beer_name", pa.dictionary(pa.int32(), pa.string()))):  # fmt: skip
        at = made.schema.get_field_index(name)
        made = made.set_column(at, name, made[name].cast(type_))
    pq.write_table(made, tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet") == table([review(1), review(2, profile_id=None)])
