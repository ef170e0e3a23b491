"""Any state of a table can be looked at, compared, queried and exported, without Spark."""

import csv
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dm.cli import dm
from dm.reading.difference import compare
from dm.reading.past import kept
from tests.dm.lakes import NAME, Row, drinker, drinkers, write

FIRST, SECOND = "0123456789abcdef", "fedcba9876543210"


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Two runs: drinker 2 goes, drinker 3 comes, drinker 1 changes; and what names the first."""
    with pytest.MonkeyPatch.context() as patch:
        lake, table = drinkers(tmp_path_factory.mktemp("lake"))
        patch.setenv("DM_LAKE", str(lake.root))
        old = write(table, [drinker(1), drinker(2, rank=2), drinker(1, "2010-02")], FIRST)
        time.sleep(0.02)
        between = datetime.now(UTC)
        time.sleep(0.02)
        new = [drinker(1, total_reviews=5), drinker(3, rank=2), drinker(1, "2010-02")]
        write(table, new, SECOND)
        yield {
            "time": between.isoformat(),
            "run": FIRST,
            "start of a run": FIRST[:2],
            "snapshot": str(old),
        }


def run(*arguments: str) -> Result:
    return CliRunner().invoke(dm, arguments, catch_exceptions=False)


def told(*arguments: str) -> str:
    answer = run(*arguments)
    assert answer.exit_code == 0, answer.output
    return answer.output


@pytest.mark.parametrize("by", ["time", "run", "start of a run", "snapshot"])
def test_each_command_shows_a_table_as_it_was(
    states: dict[str, str], by: str, tmp_path: Path
) -> None:
    then = ("--as-of", states[by])
    assert "drinker 2" not in told("show", NAME, "--period", "2010-01")
    assert "drinker 2" in told("show", NAME, "--period", "2010-01", *then)
    assert FIRST in told("explain", NAME, "--period", "2010-01", *then)
    assert FIRST in told("diff", NAME, "--period", "2010-01", *then)
    assert (
        told("sql", f"select sum(total_reviews) as n from {NAME}", "--format", "csv", *then)
        == "n\n9\n"
    )
    file = tmp_path / "out.csv"
    told("export", NAME, "--format", "csv", "--output", str(file), *then)
    assert [r["profile_id"] for r in csv.DictReader(file.open())] == ["1", "2", "1"]
    if by == "start of a run":  # a page takes a second
        page = tmp_path / "page.html"
        told("report", "--output", str(page), *then)
        assert "drinker 2" in page.read_text()
        assert f"as of {states[by]}, not of now" in page.read_text()


def test_what_is_no_state_is_told_in_a_sentence(states: dict[str, str]) -> None:
    for text, why in {
        "1999-01-01": "of 1999-01-01 00:00 UTC is not kept",
        "2010-13-01": "is no time",
        "nobody": "has no run, snapshot or branch 'nobody'",
        "12345": "has no run, snapshot or branch '12345'",
        "": "has no run, snapshot or branch ''",
    }.items():
        answer = run("show", NAME, "--as-of", text)
        assert answer.exit_code == 1
        assert why in answer.output
        assert len(answer.output.splitlines()) < 4


def test_two_states_are_compared(states: dict[str, str]) -> None:
    found = json.loads(told("diff", NAME, "--from", states["run"], "--format", "json"))
    counts = {kind: found["total"][kind] for kind in ("new", "gone", "changed", "moved")}
    assert counts == {"new": 1, "gone": 1, "changed": 1, "moved": 0}
    assert found["total"]["columns"] == {
        "total_reviews": {"rows": 1, "largest": 2.0, "typical": 2.0}
    }
    assert list(found["months"]) == ["2010-01", "2010-02"]
    text = told("diff", NAME, "--from", states["run"])
    assert "rows 1 new, 1 gone, 1 changed, in 2010-01; nothing differs in 1 other month" in text
    assert "3 -> 5" in text
    backwards = told("diff", NAME, "--from", "main", "--to", states["run"], "--format", "markdown")
    assert "| 5 -> 3 |" in backwards
    none = told("diff", NAME, "--from", states["run"], "--period", "2010-02")
    assert "no row differs, in 1 month" in none


def counted(before: list[Row], after: list[Row]) -> Counter[tuple[str, str]]:
    """What became of each row, by a computation that shares nothing with the one that is tested."""

    def by_key(rows: list[Row]) -> dict[tuple[object, ...], Row]:
        return {(r["review_year"], r["review_month"], r["profile_id"]): r for r in rows}

    was, becomes = by_key(before), by_key(after)
    found: Counter[tuple[str, str]] = Counter()
    for key in was.keys() | becomes.keys():
        one, other = was.get(key), becomes.get(key)
        if one == other:
            continue
        kind = "new" if one is None else "gone" if other is None else "changed"
        if one and other and {c for c in one if one[c] != other[c]} == {"period_rank"}:
            kind = "moved"
        found[f"{key[0]}-{key[1]:02}", kind] += 1
    return found


def random_rows(some: random.Random, rows: list[Row]) -> list[Row]:
    made = []
    for row in rows:
        what = some.choice(["keep"] * 5 + ["gone", "reviews", "rating", "rank", "state", "null"])
        change = {
            "reviews": {"total_reviews": some.randint(1, 9)},
            "rating": {"avg_rating": some.choice([None, 1.0, 2.5])},
            "rank": {"period_rank": some.randint(1, 99)},
            "state": {"state": some.choice(["NY", "CA", None])},
            "null": {"profile_name": None},
        }.get(what, {})
        made += [] if what == "gone" else [row | change]  # type: ignore[operator]
    return [*made, drinker(some.randint(100, 10**6), f"2010-{some.randint(1, 6):02}")]


def test_counts_are_those_of_an_independent_computation(tmp_path: Path, long: bool) -> None:
    some = random.Random(7)
    _, table = drinkers(tmp_path)
    rows: list[Row] = [drinker(i, f"2010-{i % 5 + 1:02}", i) for i in range(40)]
    before = write(table, rows, "first")
    for number in range(50 if long else 6):
        changed = random_rows(some, rows)
        after = write(table, changed, f"run {number}")
        found = compare.snapshots(table, NAME, before, after)
        told = Counter({
            (month, kind): getattr(counts, kind)
            for month, counts in found.months.items()
            for kind in ("new", "gone", "changed", "moved")
            if getattr(counts, kind)
        })  # fmt: skip
        assert told == counted(rows, changed)
        assert sum(told.values()) == sum(
            getattr(found.total, kind) for kind in ("new", "gone", "changed", "moved")
        )
        before, rows = after, changed


def test_what_is_kept_is_told_and_numbers_are_as_they_are_in_all_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, table = drinkers(tmp_path)
    monkeypatch.setenv("DM_LAKE", str(here.root))
    snapshot = write(table, [drinker(1, avg_rating=float("nan"))], FIRST)
    table.manage_snapshots().create_branch(snapshot, "audit_of_a_run").commit()
    (left,) = json.loads(told("branches", "--format", "json"))
    assert (left["branch"], left["kind"], left["tests"]) == ("audit_of_a_run", "run", kept.UNKNOWN)
    assert "Kept: top_drinkers audit_of_a_run, a run of 20" in run("status").output
    assert json.loads(run("status", "--format", "json").output)["branches"] == [left]
    table.manage_snapshots().create_branch(snapshot, "audit_of_two_runs").commit()
    said = run("status").output
    assert said.count("Kept: ") == 1
    assert "Kept: 2 branches of top_drinkers, each of a run, the newest of 20" in said
    table.manage_snapshots().remove_branch("audit_of_two_runs").commit()
    # jq would round the snapshot, and no JSON has NaN.
    version = json.loads(told("explain", NAME, "--period", "2010-01", "--format", "json"))[
        "version"
    ]
    assert version["snapshot_id"] == str(snapshot)
    assert datetime.fromisoformat(version["written"]).tzinfo
    (shown,) = json.loads(told("show", NAME, "--period", "2010-01", "--format", "json"))
    (queried,) = json.loads(told("sql", f"from {NAME}", "--format", "json"))
    assert shown == queried
    assert (shown["avg_rating"], shown["total_reviews"]) == (None, 3)


@pytest.mark.parametrize(
    ("branch", "said", "tests"),
    [
        ("audit_x", None, kept.UNKNOWN),  # killed before its tests
        ("audit_preview_x", None, kept.UNKNOWN),
        ("audit_x", "2010-01", "not passed"),
        ("audit_preview_x", "", "passed"),
        ("audit_preview_x", "2010-12", "passed"),  # untested before, and not by this one
        ("audit_by_hand_x", "", kept.UNKNOWN),
        ("audit_by_hand_x_from", None, kept.UNKNOWN),
    ],
)
def test_a_branch_says_whether_anybody_has_tested_it(
    tmp_path: Path, branch: str, said: str | None, tests: str
) -> None:
    here, table = drinkers(tmp_path)
    snapshot = write(table, [drinker(1)], FIRST)
    table.manage_snapshots().create_branch(snapshot, branch).commit()
    write(table, [drinker(2)], SECOND, branch)
    if said is not None:
        seal = {"dm.inputs": "{}", "dm.periods": "", "dm.untested": said}
        nothing = table.schema().as_arrow().empty_table()
        table.append(nothing, snapshot_properties=seal, branch=branch)
    (found,) = kept.branches(here)
    assert found.tests == tests
    kinds = {"audit_x": "run", "audit_preview_x": "preview"}
    assert found.kind == kinds.get(branch, "killed hold or rollback")
