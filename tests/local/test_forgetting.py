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
