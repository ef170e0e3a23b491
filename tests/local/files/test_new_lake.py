"""A load into a new lake: if nothing is loaded, there is none."""

from pathlib import Path

import pytest

from local.lake import Lake
from local.loading.months import writing
from tests.local.files.door import as_file, dm_load, in_silver, text
from tests.reviews import Review, review


@pytest.mark.parametrize(
    ("rows", "options", "code"),
    [
        ([review(1, beer_abv="x")], [], 1),
        ([review(1, beer_abv="x")], ["--dry-run"], 1),
        ([review(1)], ["--dry-run"], 0),
        ([], [], 0),
        ([review(1)], ["--rejects", "no/such/folder.csv"], 1),
        ([review(1)], ["interrupted"], 130),
    ],
)
def test_a_load_that_loads_nothing_leaves_no_lake(
    lake: Lake,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rows: list[Review],
    options: list[str],
    code: int,
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setenv("DM_LAKE", str(lake.root / "in" / "folders"))
    path = as_file(tmp_path / "a.csv", text(*rows))
    with monkeypatch.context() as patched:
        if "interrupted" in options:
            patched.setattr(writing, "commit", interrupted)
        dm_load(path, *(option for option in options if option != "interrupted"), code=code)
    assert [found.name for found in tmp_path.iterdir()] == ["a.csv"]
    lake.root.mkdir()
    if options == ["--dry-run"]:
        dm_load(path, *options, code=code)
    assert not any(lake.root.iterdir())
    assert "A new lake: " in dm_load(as_file(path, text(review(1))))


def test_a_load_that_loads_nothing_takes_no_lake_of_another_away(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def another_loads(*_: object) -> None:
        monkeypatch.undo()
        monkeypatch.setenv("DM_LAKE", str(lake.root))
        dm_load(as_file(tmp_path / "b.csv", text(review(2))))
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, "commit", another_loads)
    dm_load(as_file(tmp_path / "a.csv", text(review(1))), code=130)
    assert [found["review_id"] for found in in_silver(lake)] == [2]
