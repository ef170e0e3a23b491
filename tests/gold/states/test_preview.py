"""What a change would do is told before anyone sees it, and nothing else happens."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyspark.sql import SparkSession

from dm.cli import dm
from dm.pages.changes import page
from dm.reading.difference import compare
from dm.reading.difference.preview import read
from local import silver
from local.lake import Lake
from runner.dbt.previews import Previews
from tests import reviews
from tests.dbt_project import Dbt
from tests.dm.past.test_states import counted
from tests.gold.drinkers import JANUARY, NAME, edited
from tests.tables import gold, rows

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


def typed(*arguments: str) -> Result:
    return CliRunner().invoke(dm, arguments, catch_exceptions=False)


def branches(lake: Lake, name: str) -> list[str]:
    return [ref for ref in gold(lake, name).metadata.refs if ref != "main"]


def state(lake: Lake) -> list[object]:
    """All that readers and the next run look at."""
    return [
        (gold(lake, name).metadata.current_snapshot_id, gold(lake, name).schema())
        for name in (NAME, BEERS, "run_history")
    ]


def test_its_counts_are_those_of_an_independent_computation(
    lake: Lake, tmp_path: Path, long: bool
) -> None:
    some = random.Random(5)
    previews = Previews(str, folder=tmp_path)
    for _ in range(50 if long else 1):
        load(lake, some)
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
    assert f"| {BEERS} | 2 of 2 | 0 | 2 | 0 | 0 | its" in told.output
    (left,) = branches(lake, BEERS)
    assert typed("branches", "drop", BEERS, left).exit_code == 0
    assert "Rows that would go" in page.read_text()
    assert typed("preview", "--vars", "[").exit_code == 2
    nothing = typed("preview", BEERS, "--to", "1999-12", "--page", str(page))
    assert "nothing to build: no month is stale" in nothing.output
