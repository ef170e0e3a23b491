"""A catalog, a control table or silver that is damaged is told with what to do."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner

from dm.cli import dm
from local import silver
from local.control import SqliteControlTable
from local.lake import Lake
from runner.control.items import Status
from tests import reviews
from tests.dm.commands.test_last_line import Tell, control, dbt_tells, here, run
from tests.dm.lakes import NAME

__all__ = ["control", "dbt_tells", "here"]


def catalog_damaged(here: Lake) -> None:
    here.database.write_bytes(b"no database " * 1000)


def control_damaged(here: Lake) -> None:
    here.control.write_bytes(b"no database " * 1000)


def silver_gone(here: Lake) -> None:
    for path in (here.warehouse / "dm_silver").rglob("*.metadata.json"):
        path.unlink()


CATALOG = "catalog.db, cannot be read: file is not a database\nBring it back from a copy; DM_LAKE"


CONTROL = "control.db: file is not a database\nBring it back from a copy; or move it away, and `dm"


SILVER = "review_flat cannot be read: its metadata file is gone\ndocs/operations.md says how to rep"


ONE = "--from 2010-01 --to 2010-01"


@pytest.mark.parametrize(
    ("damage", "told", "commands"),
    [
        (
            catalog_damaged,
            CATALOG,
            f"status, status --check, process, process --dry-run, show {NAME}, report,"
            f" lake copy TO, lake move TO, load FILE, backfill --table {NAME} {ONE}",
        ),
        (
            control_damaged,
            CONTROL,
            "status, process, pending, runs, retry, withdraw, lake copy TO, load FILE,"
            f" backfill --table {NAME} --force {ONE}",
        ),
        (silver_gone, SILVER, f"process, load FILE, backfill --table {NAME} {ONE}"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_what_is_damaged_is_told_with_what_to_do(
    here: Lake,
    dbt_tells: Tell,
    tmp_path_factory: pytest.TempPathFactory,
    damage: Callable[[Lake], None],
    told: str,
    commands: str,
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    file = reviews.write(elsewhere / "reviews.csv", [reviews.review(2)])
    damage(here)
    wrong = {}
    for command in commands.split(", "):
        typed = command.replace("FILE", str(file)).replace("TO", str(elsewhere / "copy"))
        answer = CliRunner().invoke(dm, typed.split())
        if answer.exit_code != 1 or told not in answer.output:
            wrong[command] = answer.output or repr(answer.exception)
    assert wrong == {}
    assert not (elsewhere / "copy").exists()


def test_a_control_table_that_is_moved_away_comes_back(
    here: Lake, control: SqliteControlTable, dbt_tells: Tell
) -> None:
    silver.upsert(here, reviews.table([reviews.review(2, "2010-02")]))
    control_damaged(here)
    here.control.unlink()
    run("status")
    assert {item.month for item in control.items(Status.PENDING)} == {"2010-02"}
