"""Queries and exports read one state of a table, without Spark."""

import csv
import json
from pathlib import Path

import duckdb
import pytest

from dm.reading import duck
from tests.dm.lakes import NAME, drinker, drinkers, write
from tests.dm.past.test_states import FIRST, SECOND, run, states, told

__all__ = ["states"]


def test_a_query_reads_and_nothing_else(states: dict[str, str], tmp_path: Path) -> None:
    for query, why in {
        f"delete from {NAME}": "reads only",
        f"select 1; drop view {NAME}": "reads only",
        f"copy (from {NAME}) to '{tmp_path / 'x.csv'}'": "reads only",
        "from read_csv('/etc/passwd')": "cannot be run: Permission Error",
        "from nowhere": "does not exist",
        f"select nothing from {NAME}": "nothing",
        "selec 1": "syntax error",
        "": "There is no query",
    }.items():
        answer = run("sql", query)
        assert answer.exit_code == 1, query
        assert why in answer.output
        assert len(answer.output.splitlines()) < 4
    assert not (tmp_path / "x.csv").exists()
    assert json.loads(told("sql", f"from dm_gold.{NAME} order by all limit 1", "--format", "json"))
    assert told("sql", f"from {NAME} where false") == (
        "No row: profile_id, profile_name, state, total_reviews, avg_rating, period_rank,"
        " review_year, review_month\n"
    )


def test_an_export_is_whole_or_not_there(states: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "drinkers.parquet"
    told("export", NAME, "--from", "2010-02", "--output", str(file))
    assert duckdb.sql(f"select review_month from '{file}'").fetchall() == [(2,)]
    again = run("export", NAME, "--output", str(file))
    assert again.exit_code == 1
    assert "is there already" in again.output
    assert "3 rows" in told("export", NAME, "--output", str(file), "--force")
    nothing = tmp_path / "nothing.csv"
    none = run("export", NAME, "--to", "1999-12", "--format", "csv", "--output", str(nothing))
    assert none.exit_code == 1
    assert "has no rows of these months" in none.output
    assert "cannot be written" in run("export", NAME, "--output", str(tmp_path / "no/x.csv")).output
    assert [path.name for path in tmp_path.iterdir()] == ["drinkers.parquet"]


def test_a_run_that_publishes_meanwhile_is_not_seen_by_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A query and an export read one snapshot, whatever is published after they began."""
    here, table = drinkers(tmp_path)
    monkeypatch.setenv("DM_LAKE", str(here.root))
    write(table, [drinker(1), drinker(1, "2010-02")], FIRST)
    select, published = duck.select, []

    def beside(*arguments: object, **more: object) -> str:
        found = select(*arguments, **more)  # type: ignore[arg-type]
        if not published:
            published.append(write(table, [drinker(2), drinker(2, "2010-02")], SECOND))
        return found

    monkeypatch.setattr(duck, "select", beside)
    query = f"select min(a.profile_id) as low, max(b.profile_id) as high from {NAME} a, {NAME} b"
    assert json.loads(told("sql", query, "--format", "json")) == [{"low": 1, "high": 1}]
    published.clear()
    write(table, [drinker(1), drinker(1, "2010-02")], FIRST)
    file = tmp_path / "out.csv"
    told("export", NAME, "--format", "csv", "--output", str(file))
    assert [r["profile_id"] for r in csv.DictReader(file.open())] == ["1", "1"]
    assert published


def test_a_query_of_a_month_reads_its_rows_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of all other files only the footer, which says what is in them."""
    here, table = drinkers(tmp_path)
    monkeypatch.setenv("DM_LAKE", str(here.root))
    write(table, [drinker(1, f"{year}-01") for year in range(2000, 2010)], FIRST)
    others = [p for p in here.warehouse.rglob("*.parquet") if "review_year=2005" not in str(p)]
    assert len(others) == 9
    for path in others:
        data = path.read_bytes()
        footer = int.from_bytes(data[-8:-4], "little") + 8
        path.write_bytes(data[:4] + bytes(len(data) - 4 - footer) + data[-footer:])
    query = f"select profile_id from {NAME} where review_year = 2005 and review_month = 1"
    assert json.loads(told("sql", query, "--format", "json")) == [{"profile_id": 1}]
    assert run("sql", f"from {NAME}").exit_code == 1
