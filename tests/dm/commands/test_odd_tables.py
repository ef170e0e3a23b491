"""Tables that have no row yet, or whose columns changed, are told of as any other."""

import json
import re
import subprocess
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result
from dbt_common.context import get_invocation_context, set_invocation_context
from pyiceberg.table import Table
from pyiceberg.types import StringType

from dm.cli import dm
from dm.terminal.output import rows_out
from local import place
from local.lake import Lake
from local.spark import dbt_plugin
from runner.project import PROJECT, tables
from tests.dm.command import run as run_alone

NAME, PERIOD = "top_beers_by_rating", ("--period", "2010-12")
COLUMNS = pa.schema(
    [
        ("beer_id", pa.int64()),
        ("period_rank", pa.int32()),
        ("review_year", pa.int32()),
        ("review_month", pa.int32()),
    ]
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    monkeypatch.setenv("DM_LAKE", str(tmp_path))
    return place.made()


@pytest.fixture
def table(here: Lake) -> Table:
    """A gold table by the month, without any commit."""
    here.catalog.create_namespace("dm_gold")
    made = here.catalog.create_table(f"dm_gold.{NAME}", COLUMNS)
    with made.update_spec() as update:
        update.add_identity("review_year")
        update.add_identity("review_month")
    return made


def built(table: Table, rows: list[dict[str, object]]) -> None:
    """A run has built December with these rows."""
    month = {"review_year": 2010, "review_month": 12}
    data = pa.Table.from_pylist([row | month for row in rows], table.schema().as_arrow())
    told = {"dm.periods": "2010-12", "dm.inputs": "{}", "dm.run-id": "r1"}
    table.overwrite(data, snapshot_properties=told)


def run(*command: str) -> Result:
    return CliRunner().invoke(dm, command, catch_exceptions=False)


def test_a_table_that_is_built_and_has_no_row(table: Table) -> None:
    assert f"dm_gold.{NAME} has no rows at all" in run("show", NAME).output
    built(table, [])
    told = run("show", NAME)
    assert told.exit_code == 1
    assert "is built, and has no row: nothing has the 25 reviews in a month" in told.output
    assert "is built for 2010-12, and has no row" in run("show", NAME, *PERIOD).output
    assert (
        f"dm_gold.{NAME} has no rows of 2011-01" in run("show", NAME, "--period", "2011-01").output
    )
    checks = json.loads(run("doctor", "--format", "json").output)
    (lake,) = (check for check in checks if check["check"] == "lake")
    assert lake["ok"], lake
    assert f"1 of {len(tables())} gold tables" in lake["told"]


@pytest.mark.parametrize("format_", ["table", "json"])
def test_a_column_that_came_breaks_no_history(table: Table, format_: str) -> None:
    built(table, [{"beer_id": 1, "period_rank": 1}])
    with table.update_schema() as update:
        update.add_column("beer_name", StringType())
    built(table, [{"beer_id": 1, "period_rank": 1, "beer_name": "Old Ale"}])
    told = run("explain", NAME, *PERIOD, "--key", "1", "--format", format_)
    assert told.exit_code == 0
    assert "Old Ale" in told.output
    told = run("diff", NAME, *PERIOD, "--format", format_)
    assert told.exit_code == 0
    assert "Old Ale" in told.output


def test_the_first_build_of_a_month_is_counted_and_not_listed(table: Table) -> None:
    built(table, [{"beer_id": i, "period_rank": i} for i in range(1, 101)])
    told = run("diff", NAME, *PERIOD)
    assert "100 new" in told.output
    assert len(told.output.splitlines()) < 30
    assert "... and 80 more: --all shows them." in told.output
    assert len(run("diff", NAME, *PERIOD, "--all").output.splitlines()) > 100
    assert len(json.loads(run("diff", NAME, *PERIOD, "--format", "json").output)) == 100


def test_dbt_reads_which_commit_its_code_is() -> None:
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    ).stdout.strip()  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DM_CODE_VERSION", "of before")
        set_invocation_context({})
        dbt_plugin._tell_code_version()
        assert get_invocation_context().env.get("DM_CODE_VERSION", "") == commit


def test_dbt_clean_leaves_the_pages(tmp_path: Path, project_copy: Path) -> None:
    pages = [project_copy / "target" / name for name in ("report.html", "docs/index.html")]
    for page in pages:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.touch()
    done = run_alone("dbt", "clean", "--project-dir", str(project_copy), lake=tmp_path)
    assert done.returncode == 0, done.stdout
    assert all(page.exists() for page in pages)


@pytest.mark.parametrize("columns", [80, 60, 40])
def test_nothing_is_lost_in_a_narrow_terminal(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {
        "started": "2026-11-26 04:17",
        "outcome": "SUCCEEDED",
        "tables": "top_styles_by_popularity, top_breweries_by_rating",
        "months": "24 months, 2010-01 ... 2011-12",
        "seconds": 32,
        "run": "execution-of-the-schedule-17",
    }
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    rows_out([row, row], "table")
    shown = capsys.readouterr().out
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in shown.splitlines()]
    assert max(map(len, lines)) <= columns
    for value in row.values():
        for word in str(value).split():
            assert sum(word in line for line in lines) >= 2, word
