"""The last line and the exit code are true: of what was built, what is stale, what is damaged."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dm.cli import dm
from dm.reading.stale import plans
from local import silver
from local.control import SqliteControlTable
from local.lake import Lake
from local.spark import conf
from runner.control.items import FORCED, Outcome, Status
from runner.project import tables
from tests import reviews
from tests.dm.lakes import NAME, drinker, drinkers, write
from tests.runner.control.test_control import HOUR, item

HELD = {"by": "ann", "since": "2012-02-01", "because": "wrong", "until": "release"}
SEVERAL = re.compile(r"\b1 (?!is\b|was\b|has\b)(?:\w+ )?\w+s\b")
Tell = Callable[..., None]


@pytest.fixture
def here(tmp_path: Path, jar_paths: list[Path], monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A lake whose table has January."""
    monkeypatch.setenv("DM_LAKE", str(tmp_path))
    conf.write_settings(tmp_path / "conf", Lake(tmp_path), jar_paths)
    made = Lake(tmp_path)
    # Not as a load does: this job of silver's announces what it changes itself.
    silver.table(made).append(reviews.table([reviews.review(1, "2010-01")]))
    write(drinkers(tmp_path)[1], [drinker(1)], "run-one")
    return made


@pytest.fixture
def control(here: Lake) -> SqliteControlTable:
    return SqliteControlTable(here.control)


@pytest.fixture
def dbt_tells(monkeypatch: pytest.MonkeyPatch) -> Tell:
    """What dbt finds, which takes a Spark: tests/dm/past/test_history.py asks it."""

    def tell(why: Mapping[str, str], held: Mapping[str, object], table: str = NAME) -> None:
        told = {"tables": {table: why}, "held": {table: held}, "sources": {}}
        monkeypatch.setattr(plans, "_ask", lambda: told)

    tell({}, {})
    return tell


def run(*command: str) -> Result:
    return CliRunner().invoke(dm, command, catch_exceptions=False)


def last_line(answer: Result) -> str:
    return answer.output.strip().splitlines()[-1]


def give_up(control: SqliteControlTable, **values: str) -> None:
    control.enqueue([item(**{"review_month": "1", **values})])
    (mine,) = control.claim(control.claimable(), "me", HOUR)
    control.finish([(mine, Outcome(Status.ERROR, "no beer has a name"))])


def build(here: Lake) -> None:
    """As dbt does, of which the control table knows nothing."""
    write(here.catalog.load_table(("dm_gold", NAME)), [drinker(1), drinker(2, rank=2)], "of-dbt")


@pytest.mark.parametrize("command", ["process", "status --check"])
@pytest.mark.parametrize(
    ("values", "held", "built", "settled"),
    [
        ({}, {}, True, True),
        ({}, {}, False, False),
        ({}, {"2010-01": HELD}, True, False),
        ({"object_key": f"{FORCED}backfill/a"}, {}, True, False),
        ({"review_month": "13"}, {}, True, False),
    ],
    ids=["built since", "not built since", "held", "forced", "no month"],
)
def test_what_gave_up_is_settled_by_what_was_built_since_and_by_nothing_else(
    here: Lake,
    control: SqliteControlTable,
    dbt_tells: Tell,
    values: dict[str, str],
    held: dict[str, object],
    built: bool,
    settled: bool,
    command: str,
) -> None:
    dbt_tells({}, held)
    give_up(control, **values)
    if built:
        build(here)
    answer = run(*command.split())
    assert bool(control.items(Status.SUCCESS)) == settled
    assert bool(control.items(Status.ERROR)) != settled
    assert answer.exit_code == (0 if settled else 1)
    assert ("dm retry" in last_line(answer)) != settled


@pytest.mark.parametrize("why", ["its code changed", "silver changed", "not built yet", None])
def test_status_names_the_command_that_builds_what_is_stale(
    control: SqliteControlTable, dbt_tells: Tell, why: str | None
) -> None:
    dbt_tells({"2010-01": why} if why else {}, {})
    answer = run("status")
    planned = run("process", "--dry-run").output
    if why:
        assert last_line(answer) == "`dm process` builds what is stale."
        assert f"{NAME}  " in planned
    else:
        assert "dm process" not in answer.output
        assert planned == "Nothing is pending.\n"
        assert last_line(run("process")) == "Nothing is pending."
    control.enqueue([item(table_name="top_ciders")])
    assert "`dm withdraw`" in run("status").output
    control.enqueue([item("b")])
    assert "\n`dm process` builds what waits.\n" in run("status").output
    mine = control.claim(control.claimable(), "me", HOUR)
    control.finish((one, Outcome(Status.PENDING, "it lost rows")) for one in mine)
    assert last_line(run("status")) == "`dm process` tries again what failed; above is why it did."


@pytest.mark.parametrize("command", ["status", "process --dry-run"])
def test_a_load_that_died_before_it_announced_is_announced(
    here: Lake, control: SqliteControlTable, dbt_tells: Tell, command: str
) -> None:
    dbt_tells({"2010-02": "silver changed"}, {})
    silver.upsert(here, reviews.table([reviews.review(2, "2010-02")]))
    told = run(*command.split()).output
    found = {(item.table_name, item.month) for item in control.items(Status.PENDING)}
    if command == "status":
        assert found == {(name, "2010-02") for name in tables()}
        assert told.endswith("`dm process` builds what waits.\n")
    else:
        assert not found
        assert f"{NAME}" in told
        assert "no control item asks" not in told


def test_status_tells_programs_of_each_table(dbt_tells: Tell, control: SqliteControlTable) -> None:
    dbt_tells({"2010-01": "its code changed", "2010-02": "silver changed"}, {})
    header, *rows = run("status", "--format", "csv").output.splitlines()
    assert header == "table,newest,published,run,silver_snapshot_id,silver_written,stale"
    found = {row.split(",")[0]: row for row in rows}
    assert list(found) == list(tables())
    assert found[NAME].startswith(f"{NAME},2010-01,20")
    assert found[NAME].endswith(',run-one,,,"2010-01, 2010-02"')


def test_explain_tells_programs_of_a_month(dbt_tells: Tell, control: SqliteControlTable) -> None:
    given = ("explain", NAME, "--period", "2010-01", "--format", "csv")
    header, row = run(*given).output.splitlines()
    told = dict(zip(header.split(","), row.split(","), strict=True))
    assert (told["table"], told["period"], told["run"]) == (NAME, "2010-01", "run-one")
    assert told["total_rows"] == "1"
    header, row = run(*given, "--key", "1").output.splitlines()
    assert "drinker 1" in row


ONE_OF_EACH = """
load FILE
status
process --dry-run
pending
retry
withdraw --period 2010-01 --yes
backfill --table top_drinkers --from 2010-01 --to 2010-01 --force
backfill --table top_drinkers --from 2010-01 --to 2010-01
explain top_drinkers --period 2010-01
diff top_drinkers --from FIRST --to main
diff top_drinkers --from main --to main
diff top_drinkers --from FIRST --to main --format markdown
export top_drinkers --output OUT
runs
drop of_before --yes
report --output OUT.html
doctor
"""


def test_one_of_something_is_not_several(
    here: Lake,
    control: SqliteControlTable,
    dbt_tells: Tell,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    file = reviews.write(elsewhere / "r.csv", [reviews.review(2, "2010-01", state=" ny")])
    gold = here.catalog.load_table(("dm_gold", NAME))
    first = str(gold.metadata.current_snapshot_id)
    build(here)
    here.catalog.create_table("dm_gold.of_before", gold.schema())
    give_up(control)
    control.enqueue([item("b", table_name="of_before")])
    wrong, told = [], ""
    for command in ONE_OF_EACH.split("\n")[1:-1]:
        typed = command.replace("FILE", str(file)).replace("FIRST", first)
        said = run(*typed.replace("OUT", str(elsewhere / "out")).split()).output
        wrong += [f"{command}: {word}" for word in SEVERAL.findall(said)]
        told += said
    assert wrong == []
    for word in ("1 row read", "1 value written", "1 control item", "has 2 rows", "1 month"):
        assert word in told, told
