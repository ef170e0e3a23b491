"""Files as people have them: what is recognised, told, made of values, or refused."""

import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from dm.cli import dm
from local import silver
from local.lake import Lake
from local.loading.errors import UnreadableReviews
from local.loading.options import Options
from local.reviews import ARROW_SCHEMA
from tests.loading import read, read_and_told
from tests.reviews import Review, review, table, write

BEERADVOCATE = (
    "brewery_id,brewery_name,review_time,review_overall,review_aroma,review_appearance,"
    "review_profilename,beer_style,review_palate,review_taste,beer_name,beer_abv,beer_beerid\n"
    "1,Brewery,1291550400,4.0,4.0,4.0,x1,Stout,4.0,4.0,Beer,5.0,7\n"
    "1,Brewery,1294228800,4.0,4.0,4.0,x1,Stout,4.0,4.0,Beer,,7\n"
    "1,Brewery,1294228800,4.0,4.0,4.0,,Stout,4.0,4.0,Beer,5.0,7\n"
)
LAYOUT = Options(layout="beeradvocate")


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    monkeypatch.setenv("DM_LAKE", str(tmp_path / "lake"))
    return Lake(tmp_path / "lake")


def dm_load(*arguments: object, code: int = 0, stdin: bytes | None = None) -> str:
    answer = CliRunner().invoke(dm, ["load", *map(str, arguments)], input=stdin)
    assert answer.exit_code == code, answer.output
    assert "Traceback" not in answer.output
    return answer.output


def in_silver(lake: Lake) -> list[Review]:
    return silver.table(lake).scan().to_arrow().sort_by("review_id").to_pylist()


def text(*reviews: Review, separator: str = ",", **formats: Any) -> str:
    """A CSV as most programs write it."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\n", **formats)
    writer.writerow(ARROW_SCHEMA.names)
    for found in reviews:
        writer.writerow(
            value.isoformat() if isinstance(value, datetime) else value for value in found.values()
        )
    return out.getvalue()


def as_file(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(path: Path, **options: Any) -> str:
    with pytest.raises(UnreadableReviews) as caught:
        read(path, options=Options(**options))
    assert "@" not in caught.value.message + caught.value.hint
    return f"{caught.value.message}\n{caught.value.hint}"


@pytest.mark.parametrize(
    ("separator", "told"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars"), (",", "")]
)
def test_another_separator_is_recognised_and_told(
    tmp_path: Path, separator: str, told: str
) -> None:
    reviews = [review(1, beer_name="a,b;c|d"), review(2, "2011-01")]
    path = as_file(tmp_path / "a.csv", text(*reviews, separator=separator))
    rows, *_, sentences = read_and_told(path)
    assert rows == table(reviews)
    assert [s for s in sentences if "separate" in s] == (
        [f"{told} separate its columns"] if told else []
    )


def test_a_separator_that_is_not_recognised_is_given(tmp_path: Path) -> None:
    path = as_file(tmp_path / "a.csv", text(review(1), separator="~"))
    assert "no column review_id" in refused(path)
    assert read(path, options=Options(separator="~")) == table([review(1)])
    assert "give one character" in refused(path, separator="~~")


def test_the_public_layout_loads_with_its_name_or_a_mapping(tmp_path: Path) -> None:
    path = as_file(tmp_path / "beer_reviews.csv", BEERADVOCATE)
    told = refused(path)
    assert "--layout beeradvocate" in told
    mapped = dict(re.findall(r"--map (\w+)=(\w+)", told))
    rows, *_, sentences = read_and_told(path, options=LAYOUT)
    assert read(path, options=Options(columns=mapped)) == rows
    assert "review_id is made of the profile, the beer and review_time" in sentences
    assert rows["beer_id"].to_pylist() == [7, 7, 7]
    assert rows["updated_at"].to_pylist() == [
        datetime.fromtimestamp(time, UTC) for time in rows["review_time"].to_pylist()
    ]
    assert rows["profile_id"].null_count == 1
    assert len(set(rows["review_id"].to_pylist())) == 3


def test_ids_of_the_public_layout_are_the_same_in_each_load(tmp_path: Path) -> None:
    # They are written down in docs/loading.md, and must never change.
    path = as_file(tmp_path / "beer_reviews.csv", BEERADVOCATE.splitlines()[0] + "\n"
                   "1,Brewery,1291550400,4.0,4.0,4.0,x1,Stout,4.0,4.0,Beer,5.0,7\n")  # fmt: skip
    rows = read(path, options=LAYOUT)
    assert rows["profile_id"][0].as_py() == 7920832394338626365
    assert rows["review_id"][0].as_py() == 3764724019627594006


def test_a_mapping_may_be_a_file_and_names_what_is_wrong_with_it(
    tmp_path: Path, lake: Lake
) -> None:
    path = as_file(tmp_path / "a.csv", text(review(1)).replace("beer_name", "Name of beer"))
    mapping = as_file(tmp_path / "map.txt", "# theirs = ours\nName of beer = beer_name\n")
    assert "no column beer_name" in dm_load(path, code=1)
    assert "changed 2010-12" in dm_load(path, "--map", mapping)
    assert "no name" not in dm_load(path, "--map", "Name of beer=beer_name")
    assert "with a name of review_flat" in dm_load(path, "--map", "x=beername", code=1)
    assert "no column y" in dm_load(path, "--map", "y=beer_name", code=1)


@pytest.mark.parametrize("twice", ["beer_name", "Beer_Name", "other"])
def test_a_column_that_is_there_twice_is_named(tmp_path: Path, twice: str) -> None:
    lines = text(review(1)).splitlines()
    more = f"{lines[0]},{twice}{',other' if twice == 'other' else ''}\n{lines[1]},x,y"
    path = as_file(tmp_path / "a.csv", more if twice == "other" else more[:-2])
    assert f"the column {twice.lower()} is there twice" in refused(path)


def test_an_export_without_reviews_loads_nothing(tmp_path: Path, lake: Lake) -> None:
    path = as_file(tmp_path / "a.csv", text())
    assert "0 rows read" in dm_load(path)
    assert in_silver(lake) == []


def test_texts_for_no_value_are_left_out_and_counted(tmp_path: Path) -> None:
    path = as_file(
        tmp_path / "a.csv",
        text(
            review(1, beer_style="NA", state="nan"),
            review(2, beer_style="None", state="NULL", review_overall="nan"),
            review(3, state=r"\N", beer_abv="<NA>", deleted_at="NaT", profile_id="null"),
            review(4, beer_name="NA", profile_name="None"),
        ),
    )
    rows, *_, told = read_and_told(path)
    assert rows["state"].to_pylist() == [None, None, None, "NY"]
    assert rows["beer_style"].to_pylist() == [None, None, "Stout", "Stout"]
    assert rows["review_overall"].null_count == rows["beer_abv"].null_count == 1
    assert rows["profile_id"].null_count == rows["profile_id"].null_count == 1
    assert rows["beer_name"][3].as_py() == "NA"  # may be a beer without alcohol
    assert rows["profile_name"][3].as_py() == "None"
    assert any(s.startswith("9 texts that stand for no value") for s in told)
    assert "beer_style: NA 1, None 1" in str(told)


def test_nan_in_parquet_is_no_value_and_infinity_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(table([review(1, review_overall=float("nan"))]), path)
    assert read(path)["review_overall"].to_pylist() == [None]
    pq.write_table(table([review(1, review_overall=float("inf"))]), path)
    assert "column review_overall: not a double" in refused(path)


def test_one_state_is_one_however_it_is_written(tmp_path: Path) -> None:
    states = [" NY", "NY ", " ", "ny", "\u00a0Ny", ""]
    path = as_file(tmp_path / "a.csv", text(*(review(i, state=s) for i, s in enumerate(states))))
    rows, *_, told = read_and_told(path)
    assert rows["state"].to_pylist() == ["NY", "NY", None, "NY", "NY", None]
    assert "state: blanks around 3 values are left out" in told
    assert "state: 2 values are written in capitals, as the others" in told


def test_blank_texts_of_parquet_are_no_value_as_in_a_csv(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(table([review(1, state=""), review(2, state=" ", beer_name="  ")]), path)
    assert read(path)["state"].null_count == 2
    assert read(path)["beer_name"].null_count == 1


def test_latin1_is_told_and_read_with_the_option(tmp_path: Path) -> None:
    content = text(review(1), review(2, beer_name="Kölsch")).encode("latin-1")
    path = as_file(tmp_path / "a.csv", content)
    assert "row 3, column beer_name: not a UTF-8 text: the file is not UTF-8" in refused(path)
    rows, *_, told = read_and_told(path, options=Options(encoding="latin-1"))
    assert rows["beer_name"][1].as_py() == "Kölsch"
    assert "its encoding is latin-1" in told
    assert "no such encoding" in refused(path, encoding="latin-x")
    assert "not ascii" in refused(path, encoding="ascii")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_tells_the_encoding(tmp_path: Path, encoding: str) -> None:
    path = as_file(tmp_path / "a.csv", text(review(1, beer_name="Kölsch")).encode(encoding))
    assert read(path)["beer_name"].to_pylist() == ["Kölsch"]


def open_quotes(at: tuple[int, ...], last: str = "") -> str:
    """60 reviews; in some rows a quote opens the beer's name, and nothing closes it."""
    lines = text(*(review(i, email=f"drinker{i}@example.com") for i in range(60))).splitlines()
    for row in at:
        lines[row] = lines[row].replace(",Beer,", ',"Dead Guy,')
    if last:
        lines[at[-1]] = lines[at[-1]].replace(',"Dead Guy,', f",{last},")
    return "\n".join(lines)


@pytest.mark.parametrize("at", [(3,), (3, 5), (40, 43), (1, 59), (2, 30, 50)])
def test_a_quote_that_does_not_close_is_refused_with_its_line(
    tmp_path: Path, at: tuple[int, ...]
) -> None:
    assert f"line {at[0] + 1}: " in refused(as_file(tmp_path / "a.csv", open_quotes(at)))


@pytest.mark.parametrize("closing", ['Guy"', '"'])
def test_quotes_that_swallow_rows_and_leave_a_good_one_are_refused(
    tmp_path: Path, closing: str
) -> None:
    path = as_file(tmp_path / "a.csv", open_quotes((3, 7), closing))
    told = refused(path)
    assert "row 4, column beer_name: it holds line breaks and as many separators" in told
    rejects = tmp_path / "rejects.csv"
    rows, counts, *_ = read_and_told(path, options=Options(rejects=rejects))
    assert counts["refused"] == 1
    assert len(rows) == 55
    assert "drinker4@example.com" in rejects.read_text()  # what it swallowed is there


def test_a_line_break_in_a_name_is_none_of_these(tmp_path: Path) -> None:
    reviews = [review(1, beer_name="two\nlines, and a comma"), review(2, beer_name="a\r\nb")]
    assert read(as_file(tmp_path / "a.csv", text(*reviews))) == table(reviews)


def test_a_backslash_before_a_quote_is_recognised_where_one_reading_is_possible(
    tmp_path: Path,
) -> None:
    plain = text(review(1, beer_name="NAME"))
    path = as_file(tmp_path / "a.csv", plain.replace("NAME", r'"Bell\"s Two Hearted"'))
    rows, *_, told = read_and_told(path)
    assert rows["beer_name"].to_pylist() == ['Bell"s Two Hearted']
    assert r"a quote in a value is written \"" in told
    both = as_file(tmp_path / "b.csv", plain.replace("NAME", r'"A\\B"'))
    assert "--escape" in refused(both)
    assert read(both, options=Options(escape='"'))["beer_name"].to_pylist() == [r"A\\B"]
    assert read(both, options=Options(escape="\\"))["beer_name"].to_pylist() == ["A\\B"]
    one = as_file(tmp_path / "c.csv", plain.replace("NAME", r'"C:\"'))
    assert read(one)["beer_name"].to_pylist() == ["C:\\"]


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
    assert "2.csv: row 2, column beer_id: not a int64" in dm_load(tmp_path / "parts", code=1)
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
)
def test_what_is_no_file_of_reviews_is_named(
    tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    assert told in refused(as_file(tmp_path / name, content))


def test_rows_with_faults_are_written_with_the_reason_and_the_others_loaded(
    lake: Lake, tmp_path: Path
) -> None:
    lines = text(*(review(i) for i in range(1, 8))).splitlines()
    lines[2] += ",more"
    lines[4] = lines[4].replace("NY", "ny").replace(",5.0,", ",five,")
    lines[6] = "1,2"
    path = as_file(tmp_path / "a.csv", "\n".join(lines))
    rejects = tmp_path / "rejects.csv"
    assert "2 more faults" in dm_load(path, code=1)
    told = dm_load(path, "--rejects", rejects)
    assert "7 rows read: 4 new, 3 refused" in told
    assert [r["review_id"] for r in in_silver(lake)] == [1, 3, 5, 7]
    rows = list(csv.DictReader(rejects.open()))
    assert [(row["dm_row"], row["dm_reason"]) for row in rows] == [
        ("3", "23 values for 22 columns"),
        ("5", "beer_abv: not a double (a number such as 4.5)"),
        ("7", "2 values for 22 columns"),
    ]
    assert rows[1]["state"] == "ny"  # as it was
    assert rows[2]["dm_line"] == "1,2"
    mended = rejects.read_text().replace("five", "5.0").splitlines()
    again = as_file(tmp_path / "mended.csv", "\n".join([mended[0], mended[2]]))
    assert "1 new" in dm_load(again)


def test_a_dry_run_tells_all_and_does_nothing(lake: Lake, tmp_path: Path) -> None:
    good = as_file(tmp_path / "a.csv", text(review(1), review(2, "2011-01")))
    told = dm_load("--dry-run", good)
    assert "would change 2010-12, 2011-01" in told
    assert "2 rows read: 2 new" in told
    assert silver.find(lake) is None
    dm_load(good)
    before = silver.table(lake).metadata_location
    changed = as_file(tmp_path / "b.csv", text(review(1, state="CA")))
    assert "would change 2010-12\n  1 rows read: 1 changed" in dm_load("--dry-run", changed)
    assert silver.table(lake).metadata_location == before
    reviews = (review(i, beer_abv="x", state="NY" if i else "") for i in range(250))
    bad = as_file(tmp_path / "c.csv", text(*reviews))
    told = dm_load("--dry-run", bad, code=1)
    assert told.count("column beer_abv: not a double") == 101
    assert "250 rows: column beer_abv: not a double" in told


def test_what_gold_will_do_is_told_at_the_door(tmp_path: Path) -> None:
    reviews = [
        review(1, review_overall=0.0),
        review(2, review_aroma=9.0),
        review(3, "2090-01"),
        review(4, beer_name=None),
        *(review(i, "2011-01", beer_id=9, brewery_id=9, beer_name=None) for i in range(10, 35)),
    ]
    told = "\n".join(read_and_told(as_file(tmp_path / "a.csv", text(*reviews)))[3])
    assert "1 ratings of review_overall are not 1 to 5 (2010-12): gold builds no month" in told
    assert "1 reviews have another rating that is not 1 to 5" in told
    assert "1 reviews are of a time to come (up to 2090-01)" in told
    assert "26 without beer_name" in told
    assert "1 times a beer or brewery with 25 reviews in a month has no name" in told
    quiet = read_and_told(as_file(tmp_path / "b.csv", text(review(1))))[3]
    assert quiet == []


def test_columns_that_follow_from_others_are_optional(tmp_path: Path) -> None:
    kept = [
        name
        for name in ARROW_SCHEMA.names
        if name not in ("review_year", "review_month", "created_at", "updated_at", "deleted_at",
                        "email")
    ]  # fmt: skip
    made = table([review(1), review(2, "2011-01")])
    pq.write_table(made.select(kept), tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet") == table([review(1, email=None),
                                                  review(2, "2011-01", email=None)])  # fmt: skip


def test_of_versions_of_a_review_the_newest_is_loaded(tmp_path: Path) -> None:
    later = datetime(2011, 1, 1, tzinfo=UTC)
    versions = [review(1, state="B", updated_at=later), review(1, state="A"), review(2), review(2)]
    rows, counts, *_ = read_and_told(write(tmp_path / "a.csv", versions))
    assert rows.select(["review_id", "state"]).to_pylist() == [
        {"review_id": 1, "state": "B"}, {"review_id": 2, "state": "NY"}]  # fmt: skip
    assert counts == {"read": 4, "refused": 0, "repeated": 1, "older": 1}
    conflict = refused(write(tmp_path / "b.csv", [review(1), review(1, state="CA")]))
    assert "row 2, column review_id: it is there again with the same updated_at" in conflict


def test_the_template_can_be_loaded(lake: Lake, tmp_path: Path) -> None:
    path = as_file(tmp_path / "a.csv", dm_load("--template"))
    assert "2 rows read: 2 new" in dm_load(path)


def test_a_demo_lake_refuses_other_reviews_unless_told(lake: Lake, tmp_path: Path) -> None:
    with silver.table(lake).transaction() as transaction:
        transaction.set_properties({silver.DEMO: "1996"})
    path = as_file(tmp_path / "a.csv", text(review(1)))
    assert "--into-demo" in dm_load(path, code=1)
    assert "1 new" in dm_load(path, "--into-demo")
    assert "1 unchanged" in dm_load(as_file(lake.root / "demo" / "b.csv", text(review(1))))


def test_a_field_of_a_megabyte_is_read(tmp_path: Path) -> None:
    found = review(1, beer_name="x" * 1_000_000)
    assert read(as_file(tmp_path / "a.csv", text(found))) == table([found])


def test_a_place_that_is_not_there_is_named(lake: Lake, tmp_path: Path) -> None:
    assert "does not exist" in dm_load(tmp_path / "x.csv", code=1)
    (tmp_path / "empty").mkdir()
    assert "no file of reviews" in dm_load(tmp_path / "empty", code=1)
    assert "Missing argument" in dm_load(code=2)
