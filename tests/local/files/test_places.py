"""Files, folders and packed files as people have them, and what is none."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from local import silver
from local.lake import Lake
from tests.loading import read
from tests.local.files.door import as_file, dm_load, in_silver, refused, text
from tests.reviews import Review, review, table


def as_json(reviews: list[Review]) -> list[str]:
    return [
        json.dumps({k: v.isoformat() if isinstance(v, datetime) else v for k, v in found.items()})
        for found in reviews
    ]


def zipped(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


REVIEWS = [review(1, beer_name='Kölsch, "5 %"', state=None), review(2, "2011-01", email=None)]
FORMS: dict[str, Callable[[], str | bytes]] = {
    "a.csv": lambda: text(*REVIEWS),
    "a.csv.gz": lambda: gzip.compress(text(*REVIEWS).encode()),
    "two-members.csv.gz": lambda: b"".join(
        gzip.compress(part.encode()) for part in text(*REVIEWS).splitlines(keepends=True)
    ),
    "a.csv.zst": lambda: pa.Codec("zstd").compress(text(*REVIEWS).encode(), asbytes=True),
    "a.zip": lambda: zipped(**{"a.csv": text(*REVIEWS), "__MACOSX/a.csv": "x"}),
    "a.jsonl": lambda: "\n".join(as_json(REVIEWS)),
    "a.jsonl.gz": lambda: gzip.compress("\n".join(as_json(REVIEWS)).encode()),
    "a.json": lambda: f"[{','.join(as_json(REVIEWS))}]",
    "quoted.csv": lambda: text(*REVIEWS, quoting=csv.QUOTE_ALL),
    "windows.csv": lambda: text(*REVIEWS).replace("\n", "\r\n"),
    "no-ending": lambda: text(*REVIEWS),
}


@pytest.mark.parametrize("name", FORMS)
def test_each_form_gives_the_same_reviews(tmp_path: Path, name: str) -> None:
    assert read(as_file(tmp_path / name, FORMS[name]())) == table(REVIEWS)


def test_standard_input_is_a_file(lake: Lake, tmp_path: Path) -> None:
    assert "standard input" not in dm_load("-", stdin=text(*REVIEWS).encode())
    assert in_silver(lake) == table(REVIEWS).to_pylist()
    pq.write_table(table([review(3)]), tmp_path / "a.parquet")
    assert "1 new" in dm_load("-", stdin=(tmp_path / "a.parquet").read_bytes())


def test_many_parts_are_one_load_and_one_commit(lake: Lake, tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    for number in range(20):
        as_file(parts / f"part-{number}.csv", text(review(number)))
    as_file(parts / "_SUCCESS", "")
    as_file(parts / ".part-0.csv.crc", "x")
    assert "20 rows read: 20 new" in dm_load(parts)
    assert len(silver.table(lake).metadata.snapshots) == 1
    assert "20 unchanged" in dm_load(str(parts / "*.csv"))
    assert "20 unchanged" in dm_load(*parts.glob("*.csv"))
    as_file(parts / "readme.pdf", "x")
    assert "readme.pdf: a folder of reviews holds files that end in" in dm_load(parts, code=1)


def test_a_fault_in_one_part_names_it_and_loads_none(lake: Lake, tmp_path: Path) -> None:
    as_file(tmp_path / "parts" / "1.csv", text(review(1)))
    as_file(tmp_path / "parts" / "2.csv", text(review(2, beer_id="x")))
    assert "2.csv: row 2, column beer_id: not an int64" in dm_load(tmp_path / "parts", code=1)
    assert silver.find(lake) is None


def test_folders_give_the_columns_that_the_files_lack(lake: Lake, tmp_path: Path) -> None:
    for period in ("2010-12", "2011-01"):
        year, month = map(int, period.split("-"))
        found = review(month, period)
        made = table([found]).drop_columns(["review_year", "review_month"])
        folder = tmp_path / "flat" / f"review_year={year}" / f"review_month={month}"
        folder.mkdir(parents=True)
        pq.write_table(made, folder / "part-0.parquet")
    assert "changed 2010-12, 2011-01" in dm_load(tmp_path / "flat")
    assert [r["review_month"] for r in in_silver(lake)] == [1, 12]
    (folder.parent / "review_month=1").rename(folder.parent / "review_month=2")
    told = dm_load(tmp_path / "flat", code=1)
    assert "column review_month: it is not the month of review_time in UTC" in told


def test_folders_are_named_as_hive_and_spark_name_them(lake: Lake, tmp_path: Path) -> None:
    style = tmp_path / "flat" / "beer_style=American Double %2F Imperial IPA"
    for number, state in enumerate(["state=__HIVE_DEFAULT_PARTITION__", "state= ny"]):
        folder = style / state
        folder.mkdir(parents=True)
        made = table([review(number)]).drop_columns(["beer_style", "state"])
        pq.write_table(made, folder / "part-0.parquet")
    assert "2 new" in dm_load(tmp_path / "flat")
    assert [(r["beer_style"], r["state"]) for r in in_silver(lake)] == [
        ("American Double / Imperial IPA", None),
        ("American Double / Imperial IPA", "NY"),
    ]


SPREADSHEET = {"[Content_Types].xml": "x", "xl/workbook.xml": "x"}


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("two.zip", zipped(**{"a.csv": "x", "b.csv": "x"}), "a zip file of 2 files"),
        ("a.xlsx", zipped(**SPREADSHEET), "a spreadsheet"),
        ("a.xls", b"\xd0\xcf\x11\xe0" + bytes(100), "a spreadsheet"),
        ("a.csv", b"<html><body>Not found", "a page of HTML"),
        ("a.csv", b"%PDF-1.7", "a PDF"),
        ("a.csv.gz", gzip.compress(gzip.compress(b"a")), "packed twice"),
        ("a.zst", b"\x28\xb5\x2f\xfd\x00", "a broken or incomplete file"),
        ("a.jsonl", b'{"review_id": 1}\n{"review_id"', "row 3: not readable as JSON"),
        ("mixed.csv", text(review(1)).encode() + b"x\r\ny\r\n", "its lines end in different ways"),
        ("mac.csv", text(review(1)).replace("\n", "\r").encode(), "old Macs"),
        ("empty.csv", b"", "no column review_id"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_file_of_reviews_is_named(
    tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    assert told in refused(as_file(tmp_path / name, content))
