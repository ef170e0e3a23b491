"""A drop that dies at any of its steps is finished by the same command."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result
from pyiceberg.table import Table

from dm.cli import dm
from local.control import SqliteControlTable
from local.lake import Lake
from local.processes import owners
from runner.control.items import UNSETTLED, ControlItem, Outcome, Status
from tests.dm.lakes import NAME, drinker, drinkers, write

OLD = "of_before"
NOW = datetime(2012, 2, 1, tzinfo=UTC)


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """Two tables; one has no model any more, items wait for it or gave up, run_history knows it."""
    here, table = drinkers(tmp_path)
    monkeypatch.setenv("DM_LAKE", str(here.root))
    write(table, [drinker(1)], "0123456789abcdef")
    here.catalog.create_table(("dm_gold", OLD), table.schema())
    text, number, time = pa.string(), pa.int32(), pa.timestamp("us", "UTC")
    row = {
        "run_id": "a", "table_name": OLD, "status": "published", "periods": "2010-01",
        "period_count": 1, "error_message": None, "tests_passed": 3, "started_at": NOW,
        "finished_at": NOW, "duration_seconds": 1.0, "invocation_id": "a", "target": "local",
    }  # fmt: skip
    kinds = {str: text, int: number, float: pa.float64(), datetime: time, type(None): text}
    schema = pa.schema([(name, kinds[type(value)]) for name, value in row.items()])
    history = here.catalog.create_table(("dm_gold", "run_history"), schema)
    history.append(pa.Table.from_pylist([row], schema=schema))
    at = "2012-02-01T00:00:00Z"
    control = SqliteControlTable(here.control)
    for name in ("gave up", "waits"):
        item = ControlItem(name, "x", "dm_gold", OLD, "2010", "01", created_at=at, updated_at=at)
        control.enqueue([item])
        if name == "gave up":
            mine = control.claim([item], "a run", timedelta(hours=1))
            control.finish((one, Outcome(Status.ERROR, "no beer")) for one in mine)
    return here


def drop(name: str) -> Result:
    return CliRunner().invoke(dm, ("drop", name, "--yes"))


def history(lake: Lake) -> list[str]:
    found = lake.catalog.load_table(("dm_gold", "run_history")).scan().to_arrow().to_pylist()
    return [row["status"] for row in found if row["table_name"] == OLD]


@pytest.mark.parametrize(
    ("owner", "step"),
    [(SqliteControlTable, "claim"), (SqliteControlTable, "finish"), (Table, "append")],
)
def test_a_drop_that_died_is_finished(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, owner: type, step: str
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(owner, step, die)
        assert drop(OLD).exit_code != 0
    assert not lake.catalog.table_exists(("dm_gold", OLD))
    assert history(lake) == ["published"]
    for lock in owners._held.values():  # as the end of a process does
        lock.close()
    owners._held.clear()
    again = drop(OLD)
    assert again.exit_code == 0, again.output
    assert f"{OLD} is out of the catalog, and the rest of its drop was not done" in again.output
    assert sorted(history(lake)) == ["dropped", "published"]
    control = SqliteControlTable(lake.control)
    assert [item.control_id for item in control.items(Status.SUCCESS)] == ["waits"]
    assert not control.items(*UNSETTLED)
    assert drop(OLD).exit_code == 1
    assert sorted(history(lake)) == ["dropped", "published"]
    assert lake.catalog.table_exists(("dm_gold", NAME))


def test_a_table_that_lost_its_model_is_told(lake: Lake) -> None:
    """If a run has written it; what else somebody keeps there is theirs."""
    assert "has no model" not in CliRunner().invoke(dm, ["status"]).output
    write(lake.catalog.load_table(("dm_gold", OLD)), [drinker(1)], "a-run")
    told = CliRunner().invoke(dm, ["status"]).output
    assert f"dm_gold.{OLD} has no model, and readers see it as it is: bring models/gold/" in told
    assert f"`dm drop {OLD}`" in told
    assert f"without a model: {OLD}" in CliRunner().invoke(dm, ["doctor"]).output


def test_what_a_drop_loses_is_told_before(lake: Lake) -> None:
    """Who held months of a table, and where the files stay that nobody removes."""
    said = {"by": "ann", "since": "2012-01-01 00:00", "because": "x", "until": "release"}
    table = lake.catalog.load_table(("dm_gold", NAME))
    told = {"dm.inputs": "{}", "dm.held": json.dumps({"2010-01": said})}
    table.append(table.schema().as_arrow().empty_table(), snapshot_properties=told)
    asked = CliRunner().invoke(dm, ("drop", NAME), input="n\n").output
    assert "Held are 2010-01: that is forgotten." in asked
    assert "stay in" not in asked
    asked = CliRunner().invoke(dm, ("drop", OLD), input="n\n").output
    assert f"Its files stay in {lake.warehouse}" in asked
    assert Path(asked.partition("stay in ")[2].partition(".\n")[0]).is_dir()
