"""The look through all files finds a person however a file has them, and nobody else."""

import html
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from local import silver
from local.forgetting import silver as forgetting
from local.forgetting import traces
from local.lake import Lake
from tests import reviews

NAME = 'Zoë "Zz" O\'Beeblebrox'
MAIL = "zoe.beeblebrox@example.com"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    here = Lake(tmp_path / "lake")
    mine = reviews.month_of("2010-01", 1, 3, profile_id=7, profile_name=NAME, email=MAIL)
    others = reviews.month_of("2010-01", 101, 3, profile_id=8, email="aa@x.org", profile_name="A")
    silver.upsert(here, reviews.table([*mine, *others]))
    return here


def left(lake: Lake, person: traces.Person) -> set[str]:
    return {path.name for path in forgetting.left(lake, person)}


@pytest.fixture
def forgotten(lake: Lake) -> traces.Person:
    """Who they were; silver has forgotten them, and its old snapshot is gone."""
    person = forgetting.find(lake, 7)
    assert person.texts == {NAME, MAIL}
    assert forgetting.forget_in_silver(lake, 7).change.changed == 3
    table = silver.table(lake)
    newest = table.metadata.current_snapshot_id
    for snapshot in list(table.metadata.snapshots):
        if snapshot.snapshot_id != newest:
            table.maintenance.expire_snapshots().by_id(snapshot.snapshot_id).commit()
    return person


def test_bounds_in_manifests_are_found(lake: Lake, forgotten: traces.Person) -> None:
    """The greatest address of the month was theirs: an old manifest has it, one letter higher."""
    found = left(lake, forgotten)
    assert any(name.endswith(".avro") for name in found)
    assert any(name.endswith(".parquet") for name in found)
    forgetting.remove_unreferenced(lake, forgotten)
    still = {name for name in left(lake, forgotten) if not name.endswith(".avro")}
    assert still == set()
    kept = list(lake.warehouse.rglob("*.parquet"))
    assert kept
    assert not any(traces.has(forgotten, path) for path in kept)


@pytest.mark.parametrize(
    "text",
    [
        NAME, json.dumps({"n": NAME}), json.dumps(json.dumps({"n": NAME})), html.escape(NAME),
        f"<{MAIL}>", f"dm forget: {MAIL}, again",
    ],
)  # fmt: skip
def test_texts_are_found_however_they_are_written(
    lake: Lake, forgotten: traces.Person, text: str
) -> None:
    forgetting.remove_unreferenced(lake, forgotten)
    (lake.root / "page.html").write_text(text)
    assert "page.html" in left(lake, forgotten)


WORD = "state"
OURS = {
    "profile_id": [7, 8], "profile_name": [WORD, "A"], "state": ["NY", WORD],
    "beer_name": [f"a {WORD}", "b"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "is_theirs"),
    [
        ('{"id": 11, "name": "state", "type": "string"}', False),
        ('{"id": 7, "name": "state"}', False),
        ("select profile_id, profile_name, state from dm_gold.top_drinkers", False),
        ("state_by_review_volume: its state changed in 7 months", False),
        ('{"profile_id": 7, "profile_name": "state"}', True),
        (json.dumps(json.dumps({"profile_id": 7, "profile_name": "state"})), True),
        ("1,2,3,7,Brewery,Beer,Ale,,state,,NY", False),
        ("7,state,NY", True),
        ('<td data-value="7">7</td>\n <td class="x" data-value="state">state</td>', True),
        ("profile_name: 'state'", True),
        (f"{MAIL}", True),
    ],
)
def test_a_name_that_is_a_word_tells_beside_its_number(
    tmp_path: Path, text: str, is_theirs: bool
) -> None:
    """A profile may be called as a column, a table or a beer is: forgetting it has to end."""
    person = traces.Person(7, frozenset([WORD, MAIL]), 1)
    file = tmp_path / "a.json"
    file.write_text(text)
    assert traces.has(person, file) is is_theirs
    pq.write_table(pa.table(OURS), tmp_path / "a.parquet")
    assert traces.has(person, tmp_path / "a.parquet")
    others = {name: values[1:] for name, values in OURS.items()}
    others["profile_id"] = [7]
    pq.write_table(pa.table(others), tmp_path / "b.parquet")
    assert not traces.has(person, tmp_path / "b.parquet")


def test_a_name_that_a_beer_has_is_a_word(tmp_path: Path) -> None:
    here = Lake(tmp_path / "lake")
    mine = reviews.month_of("2010-01", 1, 1, profile_id=7, profile_name="Old Rasputin", email=MAIL)
    beer = reviews.month_of("2010-01", 101, 1, profile_id=8, beer_name="The Old Rasputin XV")
    silver.upsert(here, reviews.table([*mine, *beer]))
    person = forgetting.find(here, 7)
    assert person.words == {"Old Rasputin"}
    page = here.root / "page.html"
    page.write_text("<td>The Old Rasputin XV</td>")
    assert not traces.has(person, page)
    page.write_text("<td>7</td><td>Old Rasputin</td>")
    assert traces.has(person, page)


def test_what_others_have_is_not_theirs(lake: Lake, forgotten: traces.Person) -> None:
    """A beer, or a state, may be called as a person is; a text of a run may have them in it."""
    forgetting.remove_unreferenced(lake, forgotten)
    for name, rows in {
        "beers": {"beer_name": [NAME], "beer_style": [NAME]},
        "other": {"profile_id": [8], "profile_name": [NAME]},
        "runs": {"error_message": [f"dropped by ann: {NAME} asked for it"]},
        "mails": {"beer_name": [f"by {MAIL}"]},
    }.items():
        pq.write_table(pa.table(rows), lake.warehouse / f"{name}.parquet")
    found = {name for name in left(lake, forgotten) if name.endswith(".parquet")}
    assert found == {"runs.parquet", "mails.parquet"}


def test_what_a_load_that_died_has_left_goes(lake: Lake, forgotten: traces.Person) -> None:
    """DuckDB packs texts, so nobody can look into it."""
    folder = lake.root / "loading" / "load-dead"
    folder.mkdir(parents=True)
    (folder / "lock").touch()
    (folder / "load.db").write_bytes(b"packed")
    forgetting.remove_unreferenced(lake, forgotten)
    assert not folder.exists()
