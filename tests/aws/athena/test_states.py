"""What Trino shows after tables were built again, taken back, tidied, and rewritten by itself."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pytest
from pyiceberg.table.snapshots import Operation

from infra.silver import GlueLake
from local import silver
from runner.project import tables
from tests.aws.athena.tables import ORDER, OTHERS, PERIODS, assert_shows, current
from tests.aws.stand_ins.account import BEERS, DRINKERS, Account
from tests.aws.stand_ins.packaged import load_reviews, succeeded
from tests.aws.stand_ins.trino import Trino
from tests.computed import expected
from tests.tables import gold

pytestmark = pytest.mark.athena


def test_a_rebuild_and_the_states_before_it(
    athena: Trino,
    lake: GlueLake,
    account: Account,
    all_at_once: str,
    first: Mapping[str, int],
    reviews: pa.Table,
    rated: pa.Table,
    appended: list[pa.Table],
    changed: pa.Table,
    tmp_path: Path,
) -> None:
    load_reviews(lake, account, rated, tmp_path)
    for more in appended:
        silver.table(lake).append(more)
    succeeded(account.run({}, all_at_once))
    assert_shows(athena, changed)
    for table in (BEERS, DRINKERS):
        before = f"select * from {table} for version as of {first[table]} {ORDER}"
        assert athena.query(before) == expected(reviews, table)
    (shown,) = {
        entry.timestamp_ms
        for entry in gold(lake, BEERS).metadata.snapshot_log
        if entry.snapshot_id == first[BEERS]
    }
    at = f"from_unixtime({shown / 1000 + 0.5})"
    then = athena.query(f"select * from {BEERS} for timestamp as of {at} {ORDER}")
    assert then == expected(reviews, BEERS)


def test_a_branch_is_read_by_its_name_and_shows_nowhere_else(
    athena: Trino, lake: GlueLake, first: Mapping[str, int], reviews: pa.Table, changed: pa.Table
) -> None:
    gold(lake, BEERS).manage_snapshots().create_branch(first[BEERS], "audit_x").commit()
    branch = athena.query(f"select * from {BEERS} for version as of 'audit_x' {ORDER}")
    assert branch == expected(reviews, BEERS)
    assert_shows(athena, changed)
    assert len(athena.query(f'select * from "{BEERS}$refs"')) == 2
    gold(lake, BEERS).manage_snapshots().remove_branch("audit_x").commit()


def test_a_rollback(
    athena: Trino,
    account: Account,
    all_at_once: str,
    first: Mapping[str, int],
    reviews: pa.Table,
    changed: pa.Table,
) -> None:
    decided = {"table": DRINKERS, "to": str(first[DRINKERS]), "because": "a test", "by": "ann"}
    back = {"operate": {"name": "rollback", "arguments": decided}}
    succeeded(account.run(back, all_at_once))
    rows = athena.query(f"select * from {DRINKERS} {ORDER}")
    assert rows == expected(reviews, DRINKERS)
    assert_shows(athena, changed, DRINKERS)


def test_what_trino_rewrites_makes_nothing_stale(
    athena: Trino, lake: GlueLake, account: Account, all_at_once: str, changed: pa.Table
) -> None:
    """Of silver, whose months have several files by now, and of gold."""
    files = len(silver.table(lake).inspect.files())
    athena.query("alter table dm_silver.review_flat execute optimize")
    assert len(silver.table(lake).inspect.files()) < files
    for table in tables():
        athena.query(f"alter table {table} execute optimize")
        athena.query(f"alter table {table} execute optimize_manifests")
    for rewritten in (silver.table(lake), gold(lake, BEERS)):
        snapshot = rewritten.current_snapshot()
        assert snapshot is not None
        assert snapshot.summary is not None
        assert snapshot.summary.operation is Operation.REPLACE
    assert_shows(athena, changed, DRINKERS)
    # Of the drinkers all months are held since the rollback, so nobody may ask for them.
    before = {table: data_files(lake, table) for table in tables()}
    succeeded(account.run({"tables": OTHERS, "periods": PERIODS}, all_at_once))
    assert {table: data_files(lake, table) for table in tables()} == before
    for table in OTHERS:  # said again, so that no VACUUM takes it away
        snapshot = gold(lake, table).current_snapshot()
        assert snapshot is not None
        assert "dm.inputs" in snapshot.summary


def data_files(lake: GlueLake, table: str) -> set[str]:
    return set(gold(lake, table).inspect.files()["file_path"].to_pylist())


def test_the_weekly_maintenance(
    athena: Trino, account: Account, all_at_once: str, changed: pa.Table
) -> None:
    succeeded(account.run({"maintain": True}, all_at_once))
    assert_shows(athena, changed, DRINKERS)


def test_after_a_vacuum_all_is_right(
    athena: Trino, lake: GlueLake, account: Account, all_at_once: str, changed: pa.Table
) -> None:
    """Athena's VACUUM is these two. The snapshot that has the state is not among what goes."""
    for table in tables():
        athena.query(f"alter table {table} execute expire_snapshots(retention_threshold => '0s')")
        athena.query(
            f"alter table {table} execute remove_orphan_files(retention_threshold => '0s')"
        )
    assert_shows(athena, changed, DRINKERS)
    before = {table: current(lake, table) for table in tables()}
    succeeded(account.run({"tables": OTHERS, "periods": PERIODS}, all_at_once))
    assert_shows(athena, changed, DRINKERS)
    assert {table: current(lake, table) for table in tables()} == before
