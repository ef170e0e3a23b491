"""What happens to a silver, each as one function of it and of a number that chooses the details."""

from collections.abc import Callable, Mapping

from tests.silver.lakes import Silver

MONTHS = [(2010, 1), (2010, 2), (2010, 11), (2011, 1), (2011, 2)]
FIELDS = ["review_year", "review_month", "bucket(3, review_id)", "truncate(1, other)", "days(at)",
          "months(at)", "hours(at)", "years(at)"]  # fmt: skip

Event = Callable[[Silver, int], object]


def _month(n: int) -> str:
    year, month = MONTHS[n % len(MONTHS)]
    return f"review_year = {year} and review_month = {month}"


def append(silver: Silver, n: int) -> None:
    silver.append(*(m for i, m in enumerate(MONTHS) if n >> i & 1 or i == n % 5), rows=1 + n % 3)


def append_wrong(silver: Silver, n: int) -> None:
    wrong = [(None, 1), (2010, None), (2010, 13), (2010, 0), (-1, 2), (12010, 5), (0, 1)]
    silver.append(wrong[n % len(wrong)], MONTHS[n % 5], rows=1)


def update(silver: Silver, n: int) -> None:
    silver.sql(f"update SILVER set v = v + 1 where {_month(n)} and review_id % 2 = {n % 2}")


def update_unread(silver: Silver, n: int) -> None:
    silver.sql(f"update SILVER set other = 'y' where {_month(n)}")


def move(silver: Silver, n: int) -> None:
    year, month = MONTHS[n // 5 % 5]
    silver.sql(
        f"update SILVER set review_year = {year}, review_month = {month}"
        f" where {_month(n)} and review_id % 3 = {n % 3}"
    )


def delete(silver: Silver, n: int) -> None:
    silver.sql(f"delete from SILVER where review_id % 7 = {n % 7}")


def delete_month(silver: Silver, n: int) -> None:
    silver.sql(f"delete from SILVER where {_month(n)}")


def delete_by_equality(silver: Silver, n: int) -> None:
    silver.delete_by_equality("review_id", 10_000_000_001 + n % 9)


def delete_month_by_equality(silver: Silver, n: int) -> None:
    silver.delete_by_equality("review_month", MONTHS[n % 5][1])


def replace_month(silver: Silver, n: int) -> None:
    silver.sql(
        f"insert into SILVER replace where {_month(n)}"
        f" select * from SILVER where {_month(n)} and review_id % 2 = {n % 2}"
    )


def compact(silver: Silver, n: int) -> None:
    silver.compact()


def compact_month(silver: Silver, n: int) -> None:
    silver.compact(_month(n))


def order(silver: Silver, n: int) -> None:
    silver.sql("call system.rewrite_data_files(table => 'SILVER', strategy => 'sort', sort_order =>"
               " 'zorder(review_id, v)', options => map('rewrite-all', 'true'))")  # fmt: skip


def compact_deletes(silver: Silver, n: int) -> None:
    silver.sql("call system.rewrite_position_delete_files(table => 'SILVER',"
               " options => map('rewrite-all', 'true'))")  # fmt: skip


def rewrite_manifests(silver: Silver, n: int) -> None:
    silver.sql("call system.rewrite_manifests('SILVER')")


def evolve_partitions(silver: Silver, n: int) -> None:
    do = "add" if n % 2 else "drop"
    silver.sql(f"alter table SILVER {do} partition field {FIELDS[n // 2 % len(FIELDS)]}")


def unpartition(silver: Silver, n: int) -> None:
    for field in ("review_month", "review_year")[: 1 + n % 2]:
        silver.sql(f"alter table SILVER drop partition field {field}")


def add_column(silver: Silver, n: int) -> None:
    silver.sql(f"alter table SILVER add column new_{n} int")


def add_again(silver: Silver, n: int) -> None:
    column, kind = [("v", "double"), ("other", "string")][n % 2]
    silver.sql(f"alter table SILVER drop column {column}")
    silver.sql(f"alter table SILVER add column {column} {kind}")


def roll_back(silver: Silver, n: int) -> None:
    found = silver.snapshots()
    silver.sql(f"call system.set_current_snapshot('SILVER', {found[n % len(found)]})")


def take_a_branch(silver: Silver, n: int) -> None:
    """Two commits on a branch become main; of the first, main's log knows nothing."""
    silver.sql("alter table SILVER create or replace branch other")
    silver.sql(f"delete from SILVER.branch_other where review_id % 5 = {n % 5}")
    silver.sql(f"delete from SILVER.branch_other where review_id % 5 = {(n + 1) % 5}")
    if n % 3:
        silver.sql("call system.fast_forward('SILVER', 'main', 'other')")


def expire(silver: Silver, n: int) -> None:
    silver.sql("call system.expire_snapshots(table => 'SILVER', older_than =>"
               f" timestamp '2100-01-01 00:00:00', retain_last => {1 + n % 3})")  # fmt: skip


def tag(silver: Silver, n: int) -> None:
    silver.sql(f"alter table SILVER create or replace tag t{n}")


def set_property(silver: Silver, n: int) -> None:
    silver.sql(f"alter table SILVER set tblproperties ('note' = '{n}')")


def write_otherwise(silver: Silver, n: int) -> None:
    mode = ["merge-on-read", "copy-on-write"][n % 2]
    silver.sql(f"alter table SILVER set tblproperties ('write.delete.mode' = '{mode}',"
               f" 'write.update.mode' = '{mode}')")  # fmt: skip


def forget_bounds(silver: Silver, n: int) -> None:
    silver.sql("alter table SILVER set tblproperties ('write.metadata.metrics.default' = 'none')")


def make_anew(silver: Silver, n: int) -> None:
    silver.drop()
    silver.create()
    append(silver, n)


def append_again(silver: Silver, n: int) -> None:
    silver.append_again()


EVENTS: Mapping[str, Event] = {
    event.__name__: event
    for event in (
        append, append_wrong, update, update_unread, move, delete, delete_month,
        delete_by_equality, delete_month_by_equality, replace_month, compact, compact_month, order,
        compact_deletes, rewrite_manifests, evolve_partitions, unpartition, add_column, add_again,
        roll_back, take_a_branch, expire, tag, set_property, write_otherwise, forget_bounds,
        make_anew, append_again,
    )
}  # fmt: skip
