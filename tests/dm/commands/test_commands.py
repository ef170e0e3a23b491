"""The commands as a person types them: each in a process of its own, on a small lake."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from dm.cli import dm
from local.lake import Lake
from local.spark import conf
from runner.project import PROJECT, tables
from tests import reviews
from tests.dm.command import quiet, run

# 23:30 UTC on the last day of a month is the next month in Tokyo and 20:30 in São Paulo.
LATE = {"review_time": 1_291_159_800, "review_year": 2010, "review_month": 11}


def test_a_day_at_the_terminal_is_quiet(new_lake: Path) -> None:
    made = [*reviews.month_of("2010-12", 1), reviews.review(99, **LATE)]
    file = reviews.write(new_lake / "reviews.csv", made)
    quiet(run("dm", "load", str(file), lake=new_lake))
    quiet(run("dm", "pending", lake=new_lake))
    quiet(run("dm", "process", "--layer", "gold", lake=new_lake))
    quiet(run("dbt", "build", "--select", "gold", lake=new_lake))
    told = run("dbt", "docs", "generate", "--static", lake=new_lake)
    quiet(told)
    catalog = json.loads((PROJECT / "target" / "catalog.json").read_text())
    assert {node["metadata"]["name"] for node in catalog["nodes"].values()} == set(tables())
    shown = run("dm", "show", "top_beers_by_rating", "--format", "csv", lake=new_lake)
    quiet(shown)
    assert shown.stdout.splitlines()[1] == "1,Beer,Stout,4.0,25,1,2010,12"
    assert not list(PROJECT.glob("metastore_db")) + list(PROJECT.glob("spark-warehouse"))


def test_a_period_that_is_none_or_not_there(new_lake: Path) -> None:
    for period, told, code in (
        ("2010-13", "'2010-13' is no period", 2),
        ("1999-01", "no rows of 1999-01", 1),
    ):
        answer = run("dm", "show", "top_drinkers", "--period", period, lake=new_lake)
        assert answer.returncode == code
        assert told in answer.stderr


@pytest.mark.parametrize(
    "zone", ["Asia/Tokyo", pytest.param("America/Sao_Paulo", marks=pytest.mark.long)]
)
def test_the_numbers_are_the_same_in_every_time_zone(
    tmp_path: Path, jar_paths: list[Path], zone: str
) -> None:
    here = Lake(tmp_path)
    conf.write_settings(here.root / "conf", here, jar_paths)
    made = [reviews.review(1), reviews.review(99, **LATE)]
    file = reviews.write(tmp_path / "reviews.csv", made)
    quiet(run("dm", "load", str(file), lake=tmp_path, TZ=zone))
    quiet(run("dm", "process", "--table", "top_drinkers", lake=tmp_path, TZ=zone))
    for period in ("2010-11", "2010-12"):
        show = ("dm", "show", "top_drinkers", "--period", period, "--format", "json")
        (row,) = json.loads(run(*show, lake=tmp_path, TZ=zone).stdout)
        assert row["total_reviews"] == 1
        assert f"{row['review_year']}-{row['review_month']}" == period


@pytest.mark.parametrize("command", sorted(dm.commands))
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    told = CliRunner().invoke(dm, [command, "--help"], terminal_width=80).output
    assert re.search(rf"^  Examples?:\n    .*dm {command}", told, re.MULTILINE)
    assert all(len(line) <= 80 for line in told.splitlines())


def groups(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    yield path
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from groups(command, *path, name)


def test_a_list_of_commands_is_folded_and_not_cut() -> None:
    found = list(groups(dm))
    assert ("spark",) in found
    for path in found:
        told = CliRunner().invoke(dm, [*path, "--help"], terminal_width=80).output
        commands, _, more = told.partition("\nCommands:\n")[2].partition("\n\n")
        assert more == f"`{' '.join(('dm', *path))} COMMAND --help` tells more of each.\n"
        lines = commands.splitlines()
        assert lines
        assert all(len(line) <= 80 and not line.endswith("...") for line in lines), path
        for line in lines:
            if line[2] != " ":
                name = line.split()[0]
                example = CliRunner().invoke(dm, [*path, name, "--help"]).output
                assert re.search(rf"^ +(\S+ )*dm {' '.join((*path, name))}", example, re.MULTILINE)


def test_without_a_terminal_dm_prints_its_help(tmp_path: Path) -> None:
    told = run("dm", lake=tmp_path)
    quiet(told)
    assert told.stdout == run("dm", "--help", lake=tmp_path).stdout
    assert all(len(line) <= 80 for line in told.stdout.splitlines())
    assert all(f"\n  {command} " in told.stdout for command in dm.commands)


def test_dm_starts_fast_for_it_leaves_spark_and_dbt_alone(new_lake: Path) -> None:
    code = (
        "import sys; from click.testing import CliRunner; from dm.cli import dm;"
        "CliRunner().invoke(dm, ['pending']); CliRunner().invoke(dm, ['show', 'top_drinkers']);"
        "print([name for name in ('pyspark', 'dbt', 'boto3', 'jgo') if name in sys.modules])"
    )
    told = run("python", "-c", code, lake=new_lake)
    assert told.stdout == "[]\n", told.stderr
