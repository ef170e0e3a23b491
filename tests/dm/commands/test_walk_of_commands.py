"""Each command with each option, over seven lakes: a documented exit code, no stack, what to do."""

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from dm.cli import dm
from dm.reading.stale import plans
from dm.terminal.output import FORMATS
from local import place, silver
from local.control import SqliteControlTable
from local.lake import Lake
from local.spark import conf
from runner.control.items import Outcome, Status
from tests import reviews
from tests.dm.lakes import NAME, drinker, drinkers, write
from tests.runner.control.test_control import HOUR, item

LISTS = """
pending
runs --limit 3
status
status --check
branches
doctor
show T -M --limit 2
show T --branch nobodys
show T --as-of 2999-01-01
explain T -M
explain T -M --key 1
explain T -M --as-of nobodys
diff T -M
diff T -M --all
diff T -M --as-of 1999-01-01
"""
OTHERS = """
diff T
diff T --from main --to nobodys
diff T --from main --format markdown
sql 'select 1 as one'
sql 'select * from T' --format csv
sql 'selec'
sql --as-of nobodys 'select 1'
export T --output OUT/rows.csv --format csv --force
export T --from 2010-13 --output OUT/x
export T --to 2010-01 --output OUT/rows.parquet --as-of nobodys
report --output OUT/page.html
report --output OUT/page.html --as-of nobodys
process --dry-run
process --dry-run --layer gold --table T
process --table nobodys
retry --table T -M --yes
retry --yes
retry --period 2010-13
withdraw --table nobodys
withdraw --table T -M --yes
withdraw --yes
backfill --table T --from 2010-01 --to 2010-01 --force --yes
backfill --table T --from 2010-01 --to 2010-01
backfill --table T --from 2010-01 --to 2099-01
backfill --table T --from 2010-01 --to 2099-01 --future
backfill --table T --from 2010-02 --to 2010-01
hold T --period 2010-13 --because x
rollback T --to nobodys --because x --yes --until-silver-changes
drop nobodys --because x --yes
forget --profile 12345678 --yes
preview T --from 2010-13
spark status
spark stop
completion bash
load nothing.csv
load --template
load --dry-run --layout beeradvocate nothing
lake copy OUT
lake
nobodys
--help
--version
"""
EACH = [f"{line} --format {form}" for line in LISTS.split("\n")[1:-1] for form in FORMATS]
EACH += OTHERS.split("\n")[1:-1]
OF_ITEMS = ("pending", "runs", "status", "process", "retry", "withdraw", "backfill")
WHAT_TO_DO = re.compile(
    r"`|\bdm |--\w|DM_LAKE|docs/|[Nn]othing|\bIt has |did you mean|such as|does not exist"
    r"|is kept since|Give |Name |lists "
)


def none(root: Path) -> None:
    """The folder of a mistyped lake."""


def empty(root: Path) -> None:
    place.made()


def fresh(root: Path) -> None:
    made = [reviews.review(i, "2010-01", profile_id=i) for i in (1, 2)]
    silver.upsert(Lake(root), reviews.table(made))
    write(drinkers(root)[1], [drinker(1), drinker(2, rank=2)], "run-one")
    tell_plans(root)


def with_failures(root: Path) -> None:
    fresh(root)
    end(root, NAME, Status.PENDING)


def with_given_up(root: Path) -> None:
    fresh(root)
    end(root, NAME, Status.ERROR)


def with_a_removed_table(root: Path) -> None:
    fresh(root)
    end(root, "top_ciders", Status.ERROR)


def damaged(root: Path) -> None:
    fresh(root)
    for path in (root / "warehouse" / "dm_gold").rglob("*.metadata.json"):
        path.unlink()


LAKES: list[Callable[[Path], None]] = [
    *(none, empty, fresh, with_failures, with_given_up, with_a_removed_table, damaged)
]


def end(root: Path, table: str, status: Status) -> None:
    control = SqliteControlTable(Lake(root).control)
    control.enqueue([item("a", table_name=table, review_month="1")])
    (mine,) = control.claim(control.claimable(), "me", HOUR)
    control.finish([(mine, Outcome(status, "no beer has a name"))])


def tell_plans(root: Path) -> None:
    """Keeps what dbt told of this lake: nothing is stale."""
    told = {"tables": {NAME: {}}, "held": {}, "sources": {}}
    key = plans._key(plans._tables(Lake(root)))
    (root / "plans.json").write_text(json.dumps({"key": key, "plans": told}))


@pytest.mark.parametrize("make", LAKES, ids=lambda make: make.__name__)
def test_no_stack_a_documented_exit_code_and_what_to_do(
    make: Callable[[Path], None],
    long: bool,
    tmp_path: Path,
    jar_paths: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = tmp_path / "lake"
    monkeypatch.setenv("DM_LAKE", str(root))
    monkeypatch.chdir(tmp_path)
    if make is not none:
        conf.write_settings(root / "conf", Lake(root), jar_paths)
    make(root)
    monkeypatch.setattr(plans, "_ask", lambda: {"tables": {}, "held": {}, "sources": {}})
    wrong = []
    # Of tables, these lakes are as the fresh one.
    of_items = make in (with_failures, with_given_up, with_a_removed_table) and not long
    for command in EACH:
        if of_items and command.split()[0] not in OF_ITEMS:
            continue
        words = shlex.split(command.replace("OUT", str(tmp_path)))
        words = [NAME if word == "T" else word.replace("from T", f"from {NAME}") for word in words]
        if "-M" in words:
            words[words.index("-M") : words.index("-M") + 1] = ["--period", "2010-01"]
        answer = CliRunner().invoke(dm, words)
        said = answer.output.strip().splitlines()
        if answer.exception and not isinstance(answer.exception, SystemExit):
            wrong.append(f"{command}: {answer.exception!r}")
        elif answer.exit_code not in (0, 1, 2, 3) or "Traceback" in answer.output:
            wrong.append(f"{command}: {answer.exit_code} {said}")
        elif "json" in words or "csv" in words:
            continue  # for programs
        elif answer.exit_code and not any(WHAT_TO_DO.search(line) for line in said[-3:]):
            wrong.append(f"{command}: does not say what to do: {said[-3:]}")
        elif answer.exit_code in (1, 2, 3) and len(said) > 40:
            wrong.append(f"{command}: {len(said)} lines")
    assert not wrong, "\n".join(wrong)
    if make is none:
        assert not root.exists()
