"""Nobody is forgotten while others may write them once more; whom to look for is kept till then."""

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dm.cli import dm
from dm.commands.data import forget
from local import silver
from local.control import SqliteControlTable
from local.forgetting import silver as forgetting
from local.lake import Lake
from local.loading.workspace import workspace
from runner.control.items import ControlItem
from tests import reviews

MAIL = "zaphod@example.com"


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    here = Lake(tmp_path / "lake")
    monkeypatch.setenv("DM_LAKE", str(here.root))
    monkeypatch.setattr(forget, "ready", lambda: None)
    silver.upsert(here, reviews.table(reviews.month_of("2010-01", 1, 2, profile_id=7, email=MAIL)))
    return here


def typed() -> Result:
    return CliRunner().invoke(dm, ("forget", "--profile", "7", "--yes"), catch_exceptions=False)


def test_a_run_or_a_load_at_work_is_told(lake: Lake) -> None:
    with workspace(lake):
        refused = typed()
    assert refused.exit_code == 1
    assert "A load is at work" in refused.output
    at = "2012-02-01T00:00:00Z"
    control = SqliteControlTable(lake.control)
    control.enqueue(
        [
            ControlItem(
                "one", "x", "dm_gold", "top_drinkers", "2010", "01", created_at=at, updated_at=at
            )
        ]
    )
    control.claim(control.claimable(), "a run", timedelta(minutes=1))
    refused = typed()
    assert refused.exit_code == 1
    assert "A run is at work on top_drinkers 2010-01" in refused.output


def test_whom_to_look_for_is_known_when_no_table_says_it_any_more(lake: Lake) -> None:
    person = forgetting.find(lake, 7)
    forgetting.begin(lake, person)
    for path in lake.warehouse.rglob("*.parquet"):
        path.unlink()
    lake.catalog.drop_table(silver.TABLE)
    log = lake.root / "log.txt"
    log.write_text(MAIL)
    again = forgetting.find(lake, 7)
    assert again.texts == person.texts
    assert {path.suffix for path in forgetting.left(lake, again)} >= {".txt"}
    assert not [path for path in forgetting.left(lake, again) if path.suffix == ".json"]
    forgetting.end(lake, again)
    assert not forgetting.find(lake, 7).texts
