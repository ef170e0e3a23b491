"""Only what changed is built again: months by their input, tables by their code."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyspark.sql import SparkSession

from dm.cli import dm
from local.lake import Lake
from runner.project import PROJECT, tables
from tests.dbt_project import Dbt
from tests.reviews import Review, deleted, month_of, write
from tests.tables import files_by_period, rows, snapshots, written_periods

MONTHS = ("2010-01", "2010-02", "2010-03", "2010-04", "2010-05")
FEW = "2010-06"
"""A month in which no beer has enough reviews."""


def run(*arguments: str) -> str:
    answer = CliRunner().invoke(dm, arguments, catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return answer.output


def pending() -> set[tuple[str, str]]:
    items = json.loads(run("pending", "--format", "json"))
    return {(item["table_name"], f"{item['review_year']}-{item['review_month']}") for item in items}


def stale() -> set[tuple[str, str]]:
    """What dm status tells."""
    told = json.loads(run("status", "--format", "json"))["tables"]
    return {(table["table"], month) for table in told for month in table["stale"]}


@pytest.fixture(scope="module")
def reviews(lake: Lake, session: SparkSession) -> dict[int, Review]:
    """Reviews in silver, and in all five tables."""
    made = [r for i, month in enumerate(MONTHS) for r in month_of(month, 1 + 100 * i, size=30)]
    made += month_of(FEW, 901, size=3)
    run("load", str(write(lake.root / "first.csv", made)))
    assert pending() == {(name, month) for name in tables() for month in (*MONTHS, FEW)}
    assert stale() == pending()
    run("process", "--layer", "gold")
    assert not pending()
    assert not stale()
    return {int(str(r["review_id"])): r for r in made}


def test_a_change_builds_only_the_months_it_touches(
    lake: Lake, dbt: Dbt, reviews: dict[int, Review], tmp_path: Path
) -> None:
    before = {name: (snapshots(lake, name), files_by_period(lake, name)) for name in tables()}
    moved = reviews[1] | {"review_time": reviews[101]["review_time"], "review_month": 2}
    gone = deleted(reviews[201])
    renamed = reviews[301] | {"beer_name": "New name", "updated_at": reviews[401]["updated_at"]}
    untouched = reviews[401]
    run("load", str(write(tmp_path / "changes.csv", [moved, gone, renamed, untouched])))

    touched = {"2010-01", "2010-02", "2010-03", "2010-04"}
    assert pending() == {(name, month) for name in tables() for month in touched}
    assert stale() == pending()
    run("process")
    assert not stale()
    for name in tables():
        count, files = before[name]
        assert snapshots(lake, name) == count + 1
        assert written_periods(lake, name).split(",") == sorted(touched)
        now = files_by_period(lake, name)
        assert {period for period in files if files[period] != now[period]} == touched
    totals = {r["review_month"]: r["total_reviews"] for r in rows(lake, "top_beers_by_rating")}
    assert totals == {1: 29, 2: 31, 3: 29, 4: 30, 5: 30}
    assert rows(lake, "top_beers_by_rating", "review_month = 4")[0]["beer_name"] == "New name"

    assert "Nothing is pending" in run("process")
    told = dbt("run", "--select", "gold")
    assert told.success
    assert [told.messages[name] for name in tables()] == ["nothing to build"] * len(tables())
    assert [snapshots(lake, name) for name in tables()] == [before[n][0] + 1 for n in tables()]


def test_a_month_whose_reviews_are_all_deleted_disappears_once_that_is_accepted(
    lake: Lake, dbt: Dbt, reviews: dict[int, Review], tmp_path: Path
) -> None:
    dead = [deleted(reviews[401 + i]) for i in range(30)]
    run("load", str(write(tmp_path / "dead.csv", dead)))
    held = CliRunner().invoke(dm, ["process"])
    assert held.exit_code == 1
    assert "2010-05: 0 rows instead of 1. If that is right" in held.output
    assert rows(lake, "top_drinkers", "review_month = 5")
    assert dbt("run", "--select", "gold", max_row_loss=1).success
    assert f"{len(tables())} of {len(tables())} control items succeeded." in run("process")
    for name in tables():
        assert not rows(lake, name, "review_month = 5"), name
        assert "2010-05" not in files_by_period(lake, name)
    assert dbt("run", "--select", "gold").messages["top_drinkers"] == "nothing to build"
    run("load", str(write(tmp_path / "alive.csv", [reviews[401 + i] for i in range(30)])))
    run("process")
    assert rows(lake, "top_drinkers", "review_month = 5")


def test_a_month_without_a_ranked_beer_is_not_built_again_and_again(
    lake: Lake, dbt: Dbt, reviews: dict[int, Review]
) -> None:
    assert not rows(lake, "top_beers_by_rating", "review_month = 6")
    assert rows(lake, "top_drinkers", "review_month = 6")
    count = snapshots(lake, "top_beers_by_rating")
    assert dbt("run", "--select", "gold").messages["top_beers_by_rating"] == "nothing to build"
    assert snapshots(lake, "top_beers_by_rating") == count


def test_a_model_whose_sql_changes_is_built_for_all_months_and_no_other_is(
    lake: Lake, dbt: Dbt, reviews: dict[int, Review], project_copy: Path
) -> None:
    model = project_copy / "models/gold/top_drinkers.sql"
    model.write_text(model.read_text().replace("profile_id asc", "profile_id desc"))
    told = dbt("run", "--select", "gold", project=project_copy)
    assert told.success
    assert told.messages.pop("top_drinkers").startswith("6 periods")
    assert {told.messages[name] for name in tables() if name != "top_drinkers"} == {
        "nothing to build"
    }
    assert dbt("run", "--select", "gold").messages["top_drinkers"].startswith("6 periods")


def test_a_macro_or_a_var_that_changes_the_rows_counts_as_changed_sql(
    dbt: Dbt, reviews: dict[int, Review], project_copy: Path
) -> None:
    told = dbt("run", "--select", "gold", min_reviews=20)
    assert [n for n in tables() if "periods" in told.messages[n]] == having("min_reviews")
    macro = project_copy / "macros/expressions/latest.sql"
    macro.write_text(macro.read_text().replace("max_by", "min_by"))
    told = dbt("run", "--select", "gold", project=project_copy, min_reviews=20)
    assert [n for n in tables() if "periods" in told.messages[n]] == having("latest(")
    assert dbt("run", "--select", "gold").success


def having(text: str) -> list[str]:
    """The tables whose SQL has a text."""
    found = [n for n in tables() if text in (PROJECT / f"models/gold/{n}.sql").read_text()]
    assert 2 < len(found) < len(tables())
    return found


def test_maintenance_of_a_table_makes_nothing_stale(
    lake: Lake, dbt: Dbt, reviews: dict[int, Review], session: SparkSession
) -> None:
    session.sql("call system.rewrite_manifests('dm_gold.top_drinkers')")
    session.sql("""
        call system.rewrite_data_files(
            table => 'dm_gold.top_drinkers', options => map('rewrite-all', 'true')
        )
    """)
    assert written_periods(lake, "top_drinkers") == ""  # the newest snapshot is maintenance's
    assert dbt("run", "--select", "top_drinkers").messages["top_drinkers"] == "nothing to build"


@pytest.mark.parametrize(
    "periods", ["2010-13", "2010-1; drop table", 201012, ["2010-01", "2010-1"], {"no_model": []}]
)
def test_a_bad_period_is_named_before_anything_is_written(
    lake: Lake, dbt: Dbt, reviews: dict[int, Review], periods: object
) -> None:
    count = [snapshots(lake, name) for name in tables()]
    told = dbt("run", "--select", "gold", periods=periods)
    assert not told.success
    bad = {"list": "2010-1", "dict": "no_model"}.get(type(periods).__name__, str(periods))
    assert re.search(rf"var periods: .*'{re.escape(bad)}'", told.text)
    assert [snapshots(lake, name) for name in tables()] == count


def test_asked_periods_are_exactly_those_of_each_model(
    lake: Lake, dbt: Dbt, reviews: dict[int, Review]
) -> None:
    count = {name: snapshots(lake, name) for name in tables()}
    told = dbt(
        "run", "--select", "gold",
        periods={"top_drinkers": ["2010-02"], "state_by_review_volume": ["2010-03", "2010-01"]},
    )  # fmt: skip
    assert told.success
    wrote = {name for name in tables() if snapshots(lake, name) > count[name]}
    assert wrote == {"top_drinkers", "state_by_review_volume"}
    assert written_periods(lake, "top_drinkers") == "2010-02"
    assert written_periods(lake, "state_by_review_volume") == "2010-01,2010-03"


def test_a_changed_month_that_was_not_asked_for_stays_stale(
    lake: Lake, dbt: Dbt, reviews: dict[int, Review], tmp_path: Path
) -> None:
    later = {"beer_name": "A later name", "updated_at": reviews[401]["updated_at"]}
    run("load", str(write(tmp_path / "later.csv", [reviews[2] | later, reviews[302] | later])))
    name = "top_beers_by_rating"
    assert dbt("run", "--select", name, periods=["2010-01"]).success
    assert {month for table, month in stale() if table == name} == {"2010-04"}
    assert dbt("run", "--select", name).messages[name] == "1 period (2010-04)"
    run("process")
    assert not stale()


def test_all_periods_and_a_full_refresh_replace_everything_and_keep_the_history(
    lake: Lake, dbt: Dbt, reviews: dict[int, Review]
) -> None:
    before, count = rows(lake, "top_drinkers"), snapshots(lake, "top_drinkers")
    assert dbt("run", "--select", "top_drinkers", periods="all").success
    assert dbt("run", "--select", "top_drinkers", "--full-refresh").success
    assert rows(lake, "top_drinkers") == before
    assert snapshots(lake, "top_drinkers") == count + 2
    assert dbt("run", "--select", "top_drinkers").messages["top_drinkers"] == "nothing to build"
