"""What a change would do is told before anyone sees it, and nothing else happens."""

import json
import random
import re
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyspark.sql import SparkSession

from dm.cli import dm
from dm.commands.states import preview
from dm.pages.changes import page
from dm.reading.difference import compare
from dm.reading.difference.preview import read
from local import silver
from local.lake import Lake
from runner.dbt import running
from runner.dbt.previews import Previews
from tests import reviews
from tests.dbt_project import Dbt
from tests.dm.past.test_states import counted
from tests.gold.drinkers import JANUARY, NAME, edited, typed
from tests.gold.states.edits import some_edit
from tests.tables import branches, gold, rows

BEERS = "top_beers_by_rating"


def load(lake: Lake, some: random.Random) -> None:
    """Silver has reviews of some drinkers in two months, other ones each time."""
    made = [
        reviews.review(
            100 * month + i, f"2010-{month:02}", profile_id=some.randint(1, 20),
            review_overall=some.choice([1.0, 2.5, 4.0, None]),
            state=some.choice(["NY", "CA", None]),
        )
        for month in (1, 2) for i in range(some.randint(25, 40))
    ]  # fmt: skip
    silver.table(lake).overwrite(reviews.table(made))


@pytest.fixture(scope="module", autouse=True)
def built(lake: Lake, session: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> None:
    load(lake, random.Random(1))
    assert Dbt(tmp_path_factory.mktemp("target"))("run", "--select", NAME, BEERS).success


def state(lake: Lake) -> list[object]:
    """All that readers and the next run look at."""
    return [
        (gold(lake, name).metadata.current_snapshot_id, gold(lake, name).schema())
        for name in (NAME, BEERS, "run_history")
    ]


def test_its_counts_are_those_of_an_independent_computation(
    lake: Lake, dbt: Dbt, tmp_path: Path, long: bool, project_copy: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    some = random.Random(5)
    monkeypatch.setattr(running, "PROJECT", project_copy)
    model = project_copy / f"models/gold/{NAME}.sql"
    as_it_is = model.read_text()
    for _ in range(50 if long else 2):
        load(lake, some)
        model.write_text(some_edit(as_it_is, some))
        previews = Previews(str, folder=tmp_path)
        before, seen = rows(lake, NAME), state(lake)
        (found,) = map(read, previews.preview([NAME]))
        assert found.changes is not None
        assert found.problem is None
        assert state(lake) == seen
        told = Counter({
            (month, kind): getattr(counts, kind)
            for month, counts in found.changes.months.items()
            for kind in ("new", "gone", "changed", "moved") if getattr(counts, kind)
        })  # fmt: skip
        table = gold(lake, NAME)
        ref = table.metadata.refs[str(found.branch)].snapshot_id
        after = table.scan(snapshot_id=ref).to_arrow().to_pylist()
        assert told == counted(before, after)
        by_duck = compare.snapshots(table, NAME, table.metadata.current_snapshot_id, ref)
        assert by_duck.total == found.changes.total
        assert by_duck.differing == found.changes.differing
        assert sorted(map(str, by_duck.rows)) == sorted(map(str, found.changes.rows))
        page.write([found], tmp_path / "page.html")
        assert "drinker" in (tmp_path / "page.html").read_text()
        previews.operate("publish_branch", {"table": NAME, "branch": found.branch})
        assert rows(lake, NAME) == sorted(
            after, key=lambda r: (r["review_year"], r["review_month"], r["period_rank"])
        )
        assert branches(lake, NAME) == []
    assert dbt("run", "--select", NAME).success  # by the model as it is


def test_plain_dbt_previews_by_a_var(lake: Lake, dbt: Dbt, project_copy: Path) -> None:
    seen = state(lake)
    changed = edited(project_copy, f"models/gold/{NAME}.sql", "'Unknown'", "'nowhere'")
    answer = dbt("run", "--select", NAME, project=changed, preview=True)
    assert answer.success, answer.text
    assert "0 rows new, 0 gone" in answer.text
    assert "in 2 of the 2 periods (2010-01, 2010-02)" in answer.text
    assert state(lake) == seen
    (branch,) = branches(lake, NAME)
    assert branch.startswith("audit_preview_")
    listed = typed("branches", "--format", "json")
    assert [row["branch"] for row in json.loads(listed.output)] == [branch]
    assert "Unknown -> nowhere" in typed("diff", NAME, "--from", "main", "--to", branch).output
    refused = typed("branches", "publish", NAME, branch)  # the SQL is not that of the branch
    assert refused.exit_code == 1
    assert "2010-01 is stale again (its code changed)" in refused.output
    assert typed("branches", "drop", NAME, branch).exit_code == 0
    assert branches(lake, NAME) == []
    assert dbt("run", "--select", NAME).messages[NAME] == "nothing to build"


WIDE = [
    (
        f"models/gold/{NAME}.yml", "      - name: avg_rating\n",
        "      - name: last_id\n        description: The latest review's id.\n"
        "        data_type: bigint\n      - name: avg_rating\n",
    ),
    (
        f"models/gold/{NAME}.yml", 'then the lower profile_id."\n        data_type: int\n',
        'then the lower profile_id."\n        data_type: bigint\n',
    ),
    (
        f"models/gold/{NAME}.sql", "count(*) as total_reviews",
        "count(*) as total_reviews, max(review_id) as last_id",
    ),
    (f"models/gold/{NAME}.sql", "        ) as period_rank", "        ) * 1L as period_rank"),
]  # fmt: skip
"""A column that is new, and one that is wider."""


def test_a_change_of_columns_is_previewed_beside_the_table(
    lake: Lake, project_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file, old, new in WIDE:
        edited(project_copy, file, old, new)
    monkeypatch.setattr(running, "PROJECT", project_copy)
    seen, size = state(lake), len(rows(lake, NAME))
    page = tmp_path / "preview.html"
    answer = typed(
        "preview", NAME, "--format", "json", "--then", "publish", "--page", str(page)
    )  # of what is not left, nothing is published
    assert answer.exit_code == 0, answer.output
    (mine,) = json.loads(answer.stdout)
    assert mine["branch"] is None
    assert "; its columns change, by dm migrate top_drinkers: " in mine["verdict"]
    assert "add column `last_id` bigint after `total_reviews`" in mine["columns"]
    assert "alter column `period_rank` type bigint" in mine["columns"]
    total = mine["changes"]["total"]
    assert (total["new"], total["gone"], total["changed"]) == (0, 0, size)
    assert list(total["columns"]) == ["last_id"]
    assert all(row["before"]["last_id"] is None for row in mine["changes"]["rows"])
    assert "last_id" in page.read_text()
    assert state(lake) == seen
    assert branches(lake, NAME) == []
    assert ("dm_gold_preview",) not in lake.catalog.list_namespaces()
    assert not list(lake.warehouse.rglob("dm_gold_preview/**/*.parquet"))


def test_what_changed_since_a_preview_is_not_published(
    lake: Lake, dbt: Dbt, tmp_path: Path
) -> None:
    previews = Previews(str, folder=tmp_path)
    load(lake, random.Random(8))
    (found,) = map(read, previews.preview([NAME], last=JANUARY))
    assert found.changes is not None
    assert list(found.changes.months) == [JANUARY]
    load(lake, random.Random(9))
    refused = typed("branches", "publish", NAME, str(found.branch))
    assert refused.exit_code == 1
    assert "2010-01 is stale again (silver changed)" in refused.output
    assert dbt("run", "--select", NAME).success
    moved = typed("branches", "publish", NAME, str(found.branch))
    assert moved.exit_code == 1
    assert "has been published since" in moved.output
    previews.operate("drop_branch", {"table": NAME, "branch": found.branch})


def test_what_fails_its_tests_is_told_and_not_published(
    lake: Lake, dbt: Dbt, doubled: Path
) -> None:
    seen = state(lake)
    answer = dbt("run", "--select", NAME, project=doubled, preview=True)
    assert not answer.success
    assert "not published, for test ranked_in_period_top_drinkers_profile_id" in answer.text
    assert state(lake) == seen
    (branch,) = branches(lake, NAME)
    assert "not passed" in typed("branches").output
    assert typed("branches", "publish", NAME, branch).exit_code == 1
    assert typed("branches", "drop", NAME, branch).exit_code == 0


def test_a_preview_as_it_is_typed(lake: Lake, tmp_path: Path) -> None:
    page = tmp_path / "preview.html"
    tried = ("preview", BEERS, "--vars", "{min_reviews: 99, max_row_loss: 1}", "--page", str(page))
    assert "not published: the next run" in typed(*tried, "--then", "publish").output
    told = typed(*tried, "--then", "drop", "--format", "markdown")
    assert told.exit_code == 0, told.output
    assert f"| {BEERS} | 2 of 2 | 0 | 2 | 0 | 0 | " in told.output
    (left,) = branches(lake, BEERS)
    assert typed("branches", "drop", BEERS, left).exit_code == 0
    assert "Rows that would go" in page.read_text()
    assert typed("preview", "--vars", "[").exit_code == 2
    nothing = typed("preview", BEERS, "--to", "1999-12", "--page", str(page))
    assert "nothing to build: no month is stale" in nothing.output


@pytest.mark.parametrize("by_prompt", [False, True])
def test_a_preview_that_is_good_is_published_at_its_end(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_prompt: bool
) -> None:
    load(lake, random.Random(20 + by_prompt))
    monkeypatch.setattr(preview, "_can_ask", lambda: by_prompt)
    before = gold(lake, NAME).metadata.current_snapshot_id
    command = ("preview", NAME, "--page", str(tmp_path / "page.html"))
    then = () if by_prompt else ("--then", "publish")
    answer = CliRunner().invoke(dm, (*command, *then), input="publish\n" if by_prompt else None)
    assert answer.exit_code == 0, answer.output
    assert f"{NAME} is published" in answer.output
    assert gold(lake, NAME).metadata.current_snapshot_id != before
    assert branches(lake, NAME) == []
    table = gold(lake, NAME).current_snapshot()
    assert table
    assert table.summary
    (mine,) = [
        one
        for one in json.loads(typed("status", "--format", "json").output)["tables"]
        if one["table"] == NAME
    ]
    assert mine["run"] == table.summary["dm.run-id"]  # of who published it, as in run_history
    explained = typed("explain", NAME, "--period", "2010-01").output
    assert re.search(rf"by hand  published by .* UTC, run {mine['run']}", explained)
    query = "select error_message as why, period_count from run_history where status = 'published'"
    (*_, told) = json.loads(
        typed("sql", f"{query} order by finished_at", "--format", "json").output
    )
    assert ": from audit_preview_" in told["why"]
    assert told["period_count"] == 2
    again = typed("preview", NAME, "--page", str(tmp_path / "page.html"))
    assert "nothing to build: no month is stale" in again.output
