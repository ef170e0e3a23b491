"""Files of reviews: what can be read, and one clear sentence for what cannot."""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from dm.cli import dm
from local.loading.errors import UnreadableReviews
from tests.loading import read
from tests.reviews import review, table, write

TWO = [review(1, beer_name="Kölsch, 5 %", state=None), review(2, beer_name="NA", email=None)]


def csv_text(tmp_path: Path, **changes: Any) -> str:
    return write(tmp_path / "plain.csv", [review(1), review(2) | changes]).read_text()


def test_csv_gzip_and_parquet_give_the_same_reviews(tmp_path: Path) -> None:
    plain = write(tmp_path / "a.csv", TWO)
    zipped = tmp_path / "b.csv.gz"
    zipped.write_bytes(gzip.compress(plain.read_bytes()))
    parquet = tmp_path / "c.parquet"
    pq.write_table(table(TWO), parquet)
    assert read(plain) == read(zipped) == read(parquet) == table(TWO)


def test_columns_may_come_in_any_order_and_with_others(tmp_path: Path) -> None:
    made = table(TWO)
    reordered = made.select(made.schema.names[::-1]).append_column("x", pa.array([1, 2]))
    pq.write_table(reordered, tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet") == made


def test_time_is_utc_whatever_the_zone_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    text = csv_text(tmp_path, deleted_at=datetime(2010, 12, 6, tzinfo=UTC))
    path.write_text(text.replace("2010-12-06 00:00:00.000000Z", "2010-12-06T09:00:00+09:00"))
    assert read(path)["deleted_at"][1].as_py() == datetime(2010, 12, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("review_overall", "overall", "no column review_overall"),
        ('"Beer"', '"Beer","x"', "row 2: 23 values for 22 columns"),
        ("5,\"drinker\"", "five,\"drinker\"", "row 2, column beer_abv: not a double"),
        ("\n2,", "\nx@example.com,", "row 3, column review_id: not an int64"),
        ("\n2,", "\n,", "row 3, column review_id: it is empty"),
        (",1291550400,", ",,", "row 2, column review_time: it is empty"),
        (",1291550400,", ",1291550400000,", "row 2, column review_time: not in seconds"),
        ("2010,12\n2", "2010,11\n2", "row 2, column review_month: it is not the month"),
        ("2010,12\n2", "2009,12\n2", "row 2, column review_year: it is not the year"),
        ("2010-12-05 12:00:00.000000Z", "2010-12-05 12:00:00", "created_at: not a timestamp"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_row_and_column(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    text = csv_text(tmp_path)
    assert old in text
    path = tmp_path / "bad.csv"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(UnreadableReviews) as caught:
        read(path)
    assert caught.value.message.startswith(f"{path}: ")
    assert told in caught.value.message
    assert "@" not in caught.value.message.replace(str(path), "")


def broken_gzip(data: bytes) -> bytes:
    whole = gzip.compress(data * 50, mtime=0)
    return whole[:200] + bytes(100) + whole[300:]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("cut.csv.gz", lambda data: gzip.compress(data)[:-20], "a broken or incomplete file"),
        ("broken.csv.gz", broken_gzip, "a broken or incomplete file"),
        ("plain.csv.gz", lambda data: data, "not a gzip file"),
        ("plain.parquet", lambda data: data, "not a Parquet file"),
        ("cut.parquet", lambda data: b"PAR1" + data, "not a readable Parquet file"),
        ("empty.csv", lambda data: b"", "no column review_id"),
        ("latin.csv", lambda data: data.replace(b"Beer", b"K\xf6lsch"), "column beer_name: not a"),
        ("binary.csv", lambda data: bytes(range(256)) * 20, "no column review_id"),
    ],
)
def test_a_broken_file_loads_nothing_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: Any, told: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content(csv_text(tmp_path).encode()))
    monkeypatch.setenv("DM_LAKE", str(tmp_path / "lake"))
    answer = CliRunner().invoke(dm, ["load", str(path)])
    assert answer.exit_code == 1
    assert answer.output.startswith(f"Error: {path}: ")
    assert told in answer.output
    assert "Traceback" not in answer.output
    assert not (tmp_path / "lake").exists()


def test_a_parquet_column_of_another_type_is_named(tmp_path: Path) -> None:
    made = table(TWO)
    at = made.schema.get_field_index("review_overall")
    wrong = made.set_column(at, "review_overall", pa.array(["four", "five"]))
    pq.write_table(wrong, tmp_path / "a.parquet")
    with pytest.raises(UnreadableReviews, match="row 2, column review_overall: not a double"):
        read(tmp_path / "a.parquet")
