"""What a load tells: faults, counts, and what gold will do."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from local import silver
from local.lake import Lake
from local.loading import progress
from local.loading.errors import LoadOvertaken
from local.loading.options import Options
from local.reviews import ARROW_SCHEMA
from tests.loading import read, read_and_told
from tests.local.files.door import as_file, dm_load, in_silver, refused, text
from tests.reviews import review, table, write

BEERADVOCATE = (
    "brewery_id,brewery_name,review_time,review_overall,review_aroma,review_appearance,"
    "review_profilename,beer_style,review_palate,review_taste,beer_name,beer_abv,beer_beerid\n"
    "1,Brewery,1291550400,4.0,4.0,4.0,x1,Stout,4.0,4.0,Beer,5.0,7\n"
    "1,Brewery,1294228800,4.0,4.0,4.0,x1,Stout,4.0,4.0,Beer,,7\n"
    "1,Brewery,1294228800,4.0,4.0,4.0,,Stout,4.0,4.0,Beer,5.0,7\n"
)
LAYOUT = Options(layout="beeradvocate")


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


def test_rows_with_faults_go_to_a_new_file_alone(lake: Lake, tmp_path: Path) -> None:
    bad = text(review(1), review(2, beer_abv="x"))
    path = as_file(tmp_path / "a.csv", bad)
    assert "there is such a file already" in dm_load(path, "--rejects", path, code=1)
    assert path.read_text() == bad
    nowhere = tmp_path / "no" / "rejects.csv"
    assert f"--rejects {nowhere}: it cannot be written" in dm_load(
        path, "--rejects", nowhere, code=1
    )
    assert silver.find(lake) is None
    rejects = tmp_path / "rejects.csv"
    good = as_file(tmp_path / "b.csv", text(review(3)))
    assert "1 new" in dm_load(good, "--rejects", rejects)
    assert not rejects.exists()  # there was nothing for it


def test_a_load_that_is_not_done_leaves_no_rows_with_faults(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*_: object, **__: object) -> None:
        raise LoadOvertaken("Other loads were faster", "Run it again.")

    monkeypatch.setattr(silver, "merge", overtaken)
    path = as_file(tmp_path / "a.csv", text(review(1), review(2, beer_abv="x")))
    rejects = tmp_path / "rejects.csv"
    assert "Other loads were faster" in dm_load(path, "--rejects", rejects, code=1)
    assert not rejects.exists()


def test_rows_with_faults_load_as_their_file_does_once_they_are_mended(
    lake: Lake, tmp_path: Path
) -> None:
    folder = tmp_path / "exports" / "state=NY"
    lines = BEERADVOCATE.splitlines()
    # Two of one review that differ, and one that cannot be read.
    lines += [lines[1].replace("5.0", "6.0"), lines[2].replace("1,Brewery", "one,Brewery")]
    path = as_file(folder / "a.csv", "\n".join(lines))
    rejects = tmp_path / "rejects.csv"
    told = dm_load("--layout", "beeradvocate", path, "--rejects", rejects)
    assert "5 rows read: 2 new, 3 refused" in told
    rows = list(csv.DictReader(rejects.open()))
    assert [row["beer_abv"] for row in rows] == ["5.0", "6.0", ""]
    assert {row["state"] for row in rows} == {"NY"}
    mended = [line for line in rejects.read_text().splitlines() if ",6.0," not in line]
    again = as_file(tmp_path / "mended.csv", "\n".join(mended).replace(",one,", ",1,"))
    assert "2 rows read: 1 new, 1 unchanged" in dm_load("--layout", "beeradvocate", again)
    assert {found["state"] for found in in_silver(lake)} == {"NY"}


def test_a_long_load_tells_how_far_it_is(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "FIRST", 0.01)
    monkeypatch.setattr(progress, "EACH", 0.01)
    path = as_file(tmp_path / "a.csv", text(*map(review, range(2_000))))
    assert f" s: reading {path}" in dm_load(path)


def test_a_dry_run_tells_all_and_does_nothing(lake: Lake, tmp_path: Path) -> None:
    good = as_file(tmp_path / "a.csv", text(review(1), review(2, "2011-01")))
    told = dm_load("--dry-run", good)
    assert "would change 2010-12, 2011-01" in told
    assert "2 rows read: 2 new" in told
    assert silver.find(lake) is None
    dm_load(good)
    before = silver.table(lake).metadata_location
    changed = as_file(tmp_path / "b.csv", text(review(1, state="CA")))
    assert "would change 2010-12\n  1 row read: 1 changed" in dm_load("--dry-run", changed)
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
        review(5, beer_id=None, brewery_id=None, beer_style=None),
        *(review(i, "2011-01", beer_id=9, brewery_id=9, beer_name=None) for i in range(10, 35)),
    ]
    told = "\n".join(read_and_told(as_file(tmp_path / "a.csv", text(*reviews)))[3])
    assert "1 review with a review_overall that is not 1 to 5 (2010-12): gold builds no" in told
    assert "1 review with another rating that is not 1 to 5" in told
    assert "1 review of a time to come (up to 2090-01)" in told
    assert "26 without beer_name" in told
    assert "1 time a beer or brewery with 25 reviews in a month has no name" in told
    for name, table_ in (
        ("beer_id", "top_beers_by_rating"),
        ("brewery_id", "top_breweries_by_rating"),
        ("beer_style", "top_styles_by_popularity"),
    ):
        assert f"1 review with no {name}: gold counts none in {table_}" in told
    quiet = read_and_told(as_file(tmp_path / "b.csv", text(review(1))))[3]
    assert quiet == []
    told = "\n".join(read_and_told(as_file(tmp_path / "c.csv", BEERADVOCATE), options=LAYOUT)[3])
    assert "1 review with no profile_id, or no profile_name to make it of: gold counts none" in told
    rows = text(review(1)).replace("\n", ",junk\n")
    assert "not loaded: the column junk" in read_and_told(as_file(tmp_path / "d.csv", rows))[3]


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
