"""Values as people write them: what is recognised, told, made null, or refused."""

import csv
import re
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from local.lake import Lake
from local.loading.options import Options
from tests.loading import read, read_and_told
from tests.local.files.door import as_file, dm_load, in_silver, refused, text
from tests.reviews import review, table

BEERADVOCATE = (
    "brewery_id,brewery_name,review_time,review_overall,review_aroma,review_appearance,"
    "review_profilename,beer_style,review_palate,review_taste,beer_name,beer_abv,beer_beerid\n"
    "1,Brewery,1291550400,4.0,4.0,4.0,x1,Stout,4.0,4.0,Beer,5.0,7\n"
    "1,Brewery,1294228800,4.0,4.0,4.0,x1,Stout,4.0,4.0,Beer,,7\n"
    "1,Brewery,1294228800,4.0,4.0,4.0,,Stout,4.0,4.0,Beer,5.0,7\n"
)
LAYOUT = Options(layout="beeradvocate")


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
    assert any(s.startswith("9 texts for no value left out") for s in told)
    assert "beer_style: NA 1, None 1" in str(told)


@pytest.mark.parametrize("column", ["state", "beer_style"])
def test_what_gold_calls_no_state_never_comes_in_as_one(tmp_path: Path, column: str) -> None:
    texts = ["Unknown", "unknown", " UNKNOWN ", "n/A", "NONE", "null", "Ale"]
    reviews = [review(i, **{column: value}) for i, value in enumerate(texts)]
    rows, *_, told = read_and_told(as_file(tmp_path / "a.csv", text(*reviews)))
    assert [str(value).upper() for value in rows[column].to_pylist()] == ["NONE"] * 6 + ["ALE"]
    assert rows[column].null_count == 6
    assert "6 texts for no value left out" in str(told)
    assert "UNKNOWN 1, Unknown 1" in str(told)
    assert "unknown 1" in str(told)
    path = as_file(tmp_path / "b.csv", text(review(1, beer_name="Unknown", profile_name="Unknown")))
    assert read(path)["beer_name"].to_pylist() == ["Unknown"]  # may be its name


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
    assert "state: blanks around 3 values left out" in told
    assert "state: 2 values written in capitals, as the others" in told


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


def test_apostrophes_around_values_are_asked_about(tmp_path: Path) -> None:
    names = {"beer_name": "B, x", "brewery_name": "W", "profile_name": "P", "state": "NY"}
    lines = text(review(1, **names)).splitlines()
    quoted = text(review(1, **names), quoting=csv.QUOTE_NONNUMERIC, quotechar="'").splitlines()
    path = as_file(tmp_path / "a.csv", "\n".join([lines[0], quoted[1]]))
    assert "its values stand between apostrophes, which" in refused(path)
    assert read(path, options=Options(quote="'")) == table([review(1, **names)])
    own = as_file(tmp_path / "b.csv", text(review(1, beer_name="'Til Dawn'")))
    assert read(own)["beer_name"].to_pylist() == ["'Til Dawn'"]


def test_rows_of_another_width_are_told_of_their_own_file(tmp_path: Path) -> None:
    for number in range(2):
        lines = text(*(review(10 * number + i) for i in range(1, 4))).splitlines()
        lines[1 + number] += ",more"
        lines[3] = "1,2"
        as_file(tmp_path / "parts" / f"{number}.csv", "\n".join(lines))
    told = refused(tmp_path / "parts")
    assert "0.csv: row 2: 23 values for 22 columns" in told
    assert "There are 3 more faults" in told


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
