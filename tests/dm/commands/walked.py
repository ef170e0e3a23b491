"""All commands with all their options, as somebody types them, and the lakes that they meet.

T is a table, M a month of it, OUT a folder. Before a line is its exit code: one for all lakes, or
one for each of LAKES; - where it is not walked.
"""

import json
from collections.abc import Callable
from pathlib import Path

from dm.reading.stale import plans
from local import place, silver
from local.control import SqliteControlTable
from local.lake import Lake
from local.loading.announcing import announce_missed
from runner.control.items import Outcome, Status
from runner.project import tables
from tests import reviews
from tests.dm.lakes import NAME, drinker, drinkers, write
from tests.runner.control.test_control import HOUR, item


def none(root: Path) -> None:
    """The folder of a mistyped lake."""


def empty(root: Path) -> None:
    place.made()


def fresh(root: Path) -> None:
    made = [reviews.review(i, "2010-01", profile_id=i) for i in (1, 2)]
    silver.upsert(Lake(root), reviews.table(made))
    write(drinkers(root)[1], [drinker(1), drinker(2, rank=2)], "run-one")
    control = SqliteControlTable(Lake(root).control)
    announce_missed(Lake(root), control, tables())
    built = control.claim(control.claimable(), "run-one", HOUR)
    control.finish([(item, Outcome(Status.SUCCESS)) for item in built])
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


def without_gold_metadata(root: Path) -> None:
    fresh(root)
    for path in (root / "warehouse" / "dm_gold").rglob("*.metadata.json"):
        path.unlink()


def without_silver_metadata(root: Path) -> None:
    fresh(root)
    for path in (root / "warehouse" / "dm_silver").rglob("*.metadata.json"):
        path.unlink()


def with_a_damaged_catalog(root: Path) -> None:
    fresh(root)
    Lake(root).database.write_bytes(b"no database " * 1_000)


def with_damaged_items(root: Path) -> None:
    fresh(root)
    Lake(root).control.write_bytes(b"no database " * 1_000)


LAKES: tuple[Callable[[Path], None], ...] = (
    *(none, empty, fresh, with_failures, with_given_up, with_a_removed_table),
    *(without_gold_metadata, without_silver_metadata, with_a_damaged_catalog, with_damaged_items),
)


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


# What only looks; each in each format.
LOOKS = """
1000000001 pending
1000000011 runs --limit 3
1000000011 status
1001110011 status --check
1000000010 branches
1000000010 branches --target local
1000001111 doctor
1100001010 show T --period M --limit 2
1 show T --branch nobodys
1100001010 show T --as-of 2999-01-01
1100001010 explain T --period M
1100001010 explain T --period M --key 1
1 explain T --period M --as-of nobodys
1100001010 diff T --period M
1100001010 diff T --period M --all
1 diff T --period M --as-of 1999-01-01
1000000000 sql 'select 1 as one'
1100001010 sql 'from T'
"""
OTHERS = r"""
2 diff T
1 diff T --from main --to nobodys
1100001010 diff T --from main --format markdown
1100001010 sql 'select * from T' --format csv
1 sql 'selec'
1 sql --as-of nobodys 'select 1'
1000000000 sql --spark 'select 1'
1100001010 export T --output OUT/rows.csv --format csv --force
2 export T --from 2010-13 --output OUT/x
1 export T --to M --output OUT/rows.parquet --as-of nobodys --format parquet
1100001010 report --output OUT/page.html --open
1 report --output OUT/page.html --as-of nobodys
1000000111 process --dry-run --target local
1000000111 process --dry-run --layer gold --table T
2 process --table nobodys
100011-111 process --wait --force
100011-111 process
1000000001 retry --table T --period M --yes --target local
1000010001 retry --yes
2 retry --period 2010-13
1222222221 withdraw --table nobodys
1000000001 withdraw --table T --period M --yes --target local
1000000001 withdraw --yes
1000000001 pending --target local
1000000011 runs --target local
1000000011 status --target local
1000001111 doctor --target local
2 cost --target local
1100000111 backfill --table T --from M --to M --force --yes --target local
1100000110 backfill --table T --from M --to M
2 backfill --table T --from M --to 2099-01
1 backfill --table T --from M --to 2099-01 --future
2 backfill --table T --from 2010-02 --to 2010-01
2 hold T --period 2010-13 --because x
1000000000 hold T --period M --because x --until-silver-changes --target local
1000000001 release T --period M --because x --target local
1 rollback T --to nobodys --because x --yes --until-silver-changes
1 rollback T --to run-one --period M --because x --yes --target local
1 drop nobodys --because x --yes
1000000110 forget --profile 12345678 --yes
1000000000 preview T --from M --to M --vars {} --then leave --page OUT/p.html --format table --open
1000000000 preview --then drop --format json --page OUT/p.html --target local
1000000000 preview --then ask --format markdown --page OUT/p.html
1000000000 preview --then publish --page OUT/p.html
2 preview --vars [ --page OUT/p.html
1 preview --target connect --page OUT/p.html
1000000000 branches publish T nobodys --untested --target local
1000000000 branches drop T nobodys --target local
1000000000 migrate T --yes --target local
1000000111 maintain
1000000000 spark status
1000000000 spark start --idle 5
0 spark stop
0 completion bash
0 completion zsh
0 completion fish
1 load nothing.csv
0 load --template
1 load --dry-run --layout beeradvocate nothing
0000000111 load OUT/a.csv --map id=review_id --separator ; --quote ! --escape \\ --encoding latin-1
0000000111 load OUT/a.csv --map id=review_id --separator ; --quote ! --timezone UTC
0000000111 load OUT/b.csv --rejects OUT/rejects.csv --into-demo
2 cost
2 doctor --after-deploy --workgroup primary
0--------- docs --open
0 setup
0--------- demo
0000000001 lake copy OUT/copied
1 lake copy OUT
2 lake
2 nobodys
0 --help
0 -h
0 --version
0000000001 lake move OUT/moved
1111111110 lake remove --yes
"""
# On an account that nobody has signed in to.
ON_AWS = """
1 pending --target aws
1 runs --target aws --state-machine other
1 status --target aws --state-machine other
1 retry --target aws
1 withdraw --target aws
1 backfill --table T --from M --to M --target aws
1 process --target aws --state-machine other
1 process --target aws --wait
2 process --target aws --force
2 process --target aws --dry-run
1 hold T --because x --target aws --state-machine other
1 release T --target aws --state-machine other
1 rollback T --to x --because x --yes --target aws --state-machine other
1 preview --target aws --state-machine other --page OUT/p.html
1 branches publish T b --target aws --state-machine other
2 branches publish T b --target aws --untested
1 branches drop T b --target aws --state-machine other
1 branches --target aws --state-machine other
1 migrate T --yes --target aws --state-machine other
1 doctor --target aws --state-machine other
1 doctor --target aws --after-deploy
1 cost --target aws --state-machine other --days 3 --limit 9 --vcpu-price 0.1 --gb-price 0.1
1 cost --target aws --format csv
1 cost --target aws --format json
1 cost --target aws --format table
"""
