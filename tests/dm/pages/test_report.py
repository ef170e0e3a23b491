"""The page about the gold tables: its file holds the tables' numbers, and asks for nothing else."""

import json
import os
import re
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyspark.sql import SparkSession

from dm.cli import dm
from dm.reading.past import history
from local import silver
from local.lake import Lake
from runner.project import PROJECT
from tests import reviews
from tests.dbt_project import Dbt
from tests.tables import gold, rows

MONTH, NEXT = "2010-11", "2010-12"
BUILT = ("state_by_review_volume", "top_beers_by_rating", "top_drinkers")
NASTY = "</script><script>document.title = 'hacked'</script>"


class Tags(HTMLParser):
    """The tags of a page, and the text of its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script":
            self.scripts[-1] += data


@pytest.fixture(scope="module")
def file(lake: Lake, session: SparkSession) -> Path:
    """A page about two months of three tables, and of a beer whose name is HTML."""
    made = reviews.month_of(MONTH, 1, 26, beer_name=NASTY, profile_name=NASTY)
    made += reviews.month_of(NEXT, 100, 30, profile_name=NASTY, review_overall=4.5)
    made += [reviews.review(200 + i, NEXT, profile_id=i, beer_id=i, state=None) for i in range(9)]
    silver.upsert(lake, reviews.table(made))
    build = ("build", "--select", *BUILT, "--exclude-resource-type", "unit_test")
    assert Dbt(lake.root / "target")(*build).success
    browser, there = lake.root / "browser", lake.root / "new folder" / "page.html"
    browser.write_text('#!/bin/sh\necho "$1" > "$DM_LAKE/opened"\n')
    browser.chmod(0o755)
    done = subprocess.run(
        [Path(sys.executable).parent / "dm", "report", "--open", "--output", there],
        env=os.environ | {"BROWSER": f"{browser} %s"},
        cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, f"The page is {there}\n", "")
    return there


@pytest.fixture(scope="module")
def page(file: Path) -> str:
    return file.read_text()


def figures(page: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(Tags(page).scripts[0])
    return found


def test_the_numbers_are_those_of_the_tables(lake: Lake, page: str) -> None:
    on_page = figures(page)
    assert on_page["months"] == [MONTH, NEXT]
    assert set(on_page["tables"]) == set(BUILT)
    for name, table in on_page["tables"].items():
        wanted: dict[str, list[list[object]]] = {MONTH: [], NEXT: []}
        for row in rows(lake, name):
            row[table["key"]] = str(row[table["key"]])
            wanted[f"{row['review_year']}-{row['review_month']}"].append(
                [row[column] for column in table["columns"]]
            )
        assert set(table["columns"]) | {"review_year", "review_month"} == set(row)
        assert table["rows"] == wanted
        assert table["total_rows"] == {month: len(found) for month, found in wanted.items()}
    assert on_page["volume"] == {MONTH: 26, NEXT: 39}
    (beer,) = on_page["tables"]["top_beers_by_rating"]["history"].values()
    assert beer == [[MONTH, 1, 26, 4.0], [NEXT, 1, 31, pytest.approx(139 / 31)]]


def test_each_month_names_the_run_that_wrote_it(lake: Lake, page: str) -> None:
    for name, table in figures(page)["tables"].items():
        for month in (MONTH, NEXT):
            version = history.explain(lake, name, month, None).version
            run = table["runs"][table["written_by"][month]]
            assert run["snapshot"] == str(gold(lake, name).metadata.current_snapshot_id)
            assert run["silver"] == str(silver.table(lake).metadata.current_snapshot_id)
            assert (run["run"], run["tests"]) == (version.run, list(version.tests))
            assert f"valid_rows_{name}" in run["tests"]


def test_the_page_asks_for_nothing_and_runs_only_its_own_scripts(page: str) -> None:
    found = Tags(page)
    for _, attributes in found.tags:
        assert not {"src", "srcset", "action"} & attributes.keys()
        assert (attributes.get("href") or "#").startswith("#")
    styles = page.partition("<style>")[2].partition("</style>")[0]
    assert not re.search(r"url\(|@import", styles)
    (policy,) = (a["content"] for _, a in found.tags if "http-equiv" in a)
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    hashes = [f"'sha256-{b64encode(sha256(s.encode()).digest()).decode()}'" for s in found.scripts]
    assert policy.endswith(f"script-src {' '.join(hashes[1:])}")
    assert NASTY not in page
    assert "@example.com" not in page


def test_without_gold_it_says_what_to_do(tmp_path: Path) -> None:
    there = tmp_path / "report.html"
    Lake(tmp_path).control.touch()  # an empty lake, as dm setup makes it
    answer = CliRunner().invoke(
        dm, ["report", "--output", str(there)], env={"DM_LAKE": str(tmp_path)}
    )
    assert answer.exit_code == 1
    assert answer.output == (
        "Error: No gold table is built yet\n"
        "Load reviews with 'dm load', then build it with 'dm process'.\n"
    )
    assert not there.exists()


def test_a_file_that_cannot_be_written_is_told(file: Path) -> None:
    there = file / "page.html"
    answer = CliRunner().invoke(dm, ["report", "--output", str(there)])
    assert answer.exit_code == 1
    assert answer.output.startswith(f"Error: {there} cannot be written: ")


def test_it_opens_in_the_browser(lake: Lake, file: Path) -> None:
    assert (lake.root / "opened").read_text() == f"{file.as_uri()}\n"
