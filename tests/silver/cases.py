"""What may be done to silver, and which months are stale then."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.silver.lakes import Silver

NAMES = ("state_by_review_volume", "top_drinkers")
A, B, C, D, E = "2010-01", "2010-02", "2010-03", "2010-11", "2011-01"
ALL = {A, B, C, D, E}
FIRST = 10_000_000_001


class Reviews(Silver):
    """dm_silver.review_flat, as the contract has it."""

    def create(self) -> None:
        self.sql("create database if not exists dm_gold")
        self.sql("""
            create table SILVER (
                review_id bigint, brewery_id bigint, beer_id bigint, profile_id bigint,
                brewery_name string, beer_name string, beer_style string, beer_abv double,
                profile_name string, email string, state string,
                review_overall double, review_aroma double, review_appearance double,
                review_palate double, review_taste double, review_time bigint,
                created_at timestamp, updated_at timestamp, deleted_at timestamp,
                review_year int, review_month int
            ) using iceberg partitioned by (review_year, review_month)
            tblproperties ('format-version' = '2', 'write.delete.mode' = 'merge-on-read')
        """)

    def add(self, *months: str, rows: int = 3, **values: str) -> None:
        """Reviews of some months, in one commit; `values` are SQL for columns."""
        made = []
        for month in months:
            for _ in range(rows):
                made.append(self._review(month) | values)
                self.next_id += 1
        columns = self.spark.table(self.table).dtypes
        told = (
            ", ".join(f"cast({row.get(column, 'null')} as {kind})" for column, kind in columns)
            for row in made
        )
        values = "), (".join(told)
        self.sql(f"insert into SILVER select /*+ coalesce(1) */ * from values ({values})")

    def _review(self, month: str) -> dict[str, str]:
        at = f"timestamp'{month}-05 12:00:00 UTC'"
        return {
            "review_id": str(self.next_id), "profile_id": str(self.next_id % 2), "beer_id": "1",
            "brewery_id": "1", "beer_name": "'b'", "brewery_name": "'b'", "beer_style": "'s'",
            "profile_name": "'p'", "email": "'someone@example.com'", "state": "'NY'",
            "review_overall": str(1 + self.next_id % 5), "created_at": at, "updated_at": at,
            "review_time": f"unix_seconds({at})",
            "review_year": str(int(month[:4])), "review_month": str(int(month[5:])),
        }  # fmt: skip


def statement(*texts: str) -> Callable[[Reviews], None]:
    def run(silver: Reviews) -> None:
        for text in texts:
            silver.sql(text)

    return run


def partition(*clauses: str) -> Callable[[Reviews], None]:
    return statement(*(f"alter table SILVER {clause}" for clause in clauses))


def then(*events: Callable[[Reviews], object]) -> Callable[[Reviews], None]:
    def run(silver: Reviews) -> None:
        for event in events:
            event(silver)

    return run


@dataclass(frozen=True)
class Case:
    """An event, the months that are stale after it, and what there is to read about it."""

    what: str
    event: Callable[[Reviews], object]
    stale: set[str] = field(default_factory=set)
    told: str = ""
    refused: str = ""
    undone: Callable[[Reviews], object] | None = None
    quick: bool = False


def rewrite(options: str = "'rewrite-all', 'true'", more: str = "") -> Callable[[Reviews], None]:
    call = f"call system.rewrite_data_files(table => 'SILVER', options => map({options}) {more})"
    return statement(call)


def back(silver: Reviews, steps: int = 1) -> None:
    silver.sql(f"call system.set_current_snapshot('SILVER', {silver.snapshots()[-1 - steps]})")


def expire(silver: Reviews) -> None:
    silver.sql("call system.expire_snapshots(table => 'SILVER', retain_last => 1,"
               " older_than => timestamp '2100-01-01 00:00:00')")  # fmt: skip


def branch(silver: Reviews) -> None:
    silver.sql("alter table SILVER create branch other")
    silver.sql(f"delete from SILVER.branch_other where review_id = {FIRST + 4}")


def replaced_by_view(silver: Reviews) -> None:
    silver.sql("alter table SILVER rename to dm_silver.aside")
    silver.sql("create view SILVER as select * from dm_silver.aside")


def view_replaced(silver: Reviews) -> None:
    silver.sql("drop view SILVER")
    silver.sql("alter table dm_silver.aside rename to SILVER")


def without_month(silver: Reviews) -> None:
    silver.sql("alter table SILVER rename to dm_silver.aside")
    silver.sql("create table SILVER (review_id bigint, review_year int) using iceberg")


def with_month(silver: Reviews) -> None:
    silver.sql("drop table SILVER")
    silver.sql("alter table dm_silver.aside rename to SILVER")


def anew(silver: Reviews) -> None:
    silver.drop()
    silver.create()
    silver.add(*ALL)


CASES = (
    Case("reviews appended", lambda s: s.add(B, C), {B, C}, quick=True),
    Case("merge-on-read delete", statement(f"delete from SILVER where review_id = {FIRST}"), {A}),
    Case("copy-on-write update", statement(
        "update SILVER set state = 'CA' where review_month = 3 and review_year = 2010"), {C}),
    Case("a review moved to another month", statement(
        f"update SILVER set review_month = 3, review_time = review_time + 28 * 86400"
        f" where review_id = {FIRST + 5}"), {B, C}),
    Case("a month deleted", statement("delete from SILVER where review_month = 11"), {D}),
    Case("and back", lambda s: s.add(D), {D}),
    Case("a column updated that no table reads", statement(
        "update SILVER set beer_abv = 5.5 where review_year = 2011"), {E}),
    Case("equality deletes in each partition", lambda s: s.delete_by_equality(
        "review_id", FIRST + 1), ALL),
    Case("a data file registered twice", Reviews.append_again, {"one"}, undone=back),
    Case("compaction of all files", rewrite(), quick=True),
    Case("compaction, in z-order", rewrite(
        more=", strategy => 'sort', sort_order => 'zorder(review_id, beer_id)'")),
    Case("a change, then compaction", then(lambda s: s.add(C), rewrite()), {C}, quick=True),
    Case("compaction, then a change, then compaction", then(
        rewrite(), statement(f"delete from SILVER where review_id = {FIRST + 3}"), rewrite()), {B}),
    Case("delete files compacted", then(
        statement("call system.rewrite_position_delete_files('SILVER')"))),
    Case("rewrite_manifests", statement("call system.rewrite_manifests('SILVER')")),
    Case("snapshots expired", expire),
    Case("a tag", statement("alter table SILVER create tag kept")),
    Case("a branch, and a delete on it", branch),
    Case("a property", statement("alter table SILVER set tblproperties ('note' = 'silver')")),
    Case("a comment", statement("comment on table SILVER is 'reviews'")),
    Case("main set to the branch", statement(
        "call system.fast_forward('SILVER', 'main', 'other')"), {B}),
    Case("rolled back", lambda s: back(s), {B}),
    Case("format version 3", statement(
        "alter table SILVER set tblproperties ('format-version' = '3')")),
    Case("a deletion vector", statement(f"delete from SILVER where review_id = {FIRST + 6}"), {C}),
    Case("a column added", statement("alter table SILVER add column extra int")),
    Case("an unread column widened", statement(
        "alter table SILVER alter column extra type bigint")),
    Case("an unread column renamed", statement(
        "alter table SILVER rename column beer_abv to abv")),
    Case("a column dropped and added again", statement(
        "alter table SILVER drop column state", "alter table SILVER add column state string"), ALL,
        quick=True),
    Case("rows of month 13 and of no year", lambda s: (
        s.add(A, rows=1, review_month="13"), s.add(A, rows=1, review_year="null")),
        told="2 rows of no month", quick=True),
    Case("rows of years -1 and 12010, of months 0 and 113", lambda s: (
        s.add(A, rows=1, review_year="-1"), s.add(A, rows=1, review_year="12010"),
        s.add(A, rows=1, review_month="0"), s.add(A, rows=1, review_month="113")),
        told="rows of no month"),
    Case("new files by year alone", then(
        partition("drop partition field review_month"), lambda s: s.add("2011-02")), {"2011-02"},
        told="rows of no month", quick=True),
    Case("rows of month 13 in such a file", lambda s: s.add(E, rows=1, review_month="13"),
        told="rows of no month"),
    Case("the wrong rows deleted", statement(
        "delete from SILVER where review_year is null or review_month is null"
        " or review_year not between 1 and 9999 or review_month not between 1 and 12")),
    Case("new files unpartitioned", then(
        partition("drop partition field review_year"), lambda s: s.add(A, C)), {A, B, C}),
    Case("a delete in an unpartitioned file", statement(
        f"delete from SILVER where review_id = {FIRST + 40}"), None),
    Case("an equality delete of the whole table", lambda s: s.delete_by_equality(
        "review_id", FIRST + 7), ALL | {"2011-02"}),
    Case("compaction into unpartitioned files", rewrite()),
    Case("new files by bucket", then(
        partition("add partition field bucket(4, review_id)"), lambda s: s.add(B)), {B}),
    Case("new files by truncate", then(
        partition("drop partition field bucket(4, review_id)",
        "add partition field truncate(1, beer_name)"), lambda s: s.add(C)), {C}),
    Case("new files by day", then(
        partition("drop partition field truncate(1, beer_name)",
        "add partition field days(created_at)"), lambda s: s.add(D)), {D}),
    Case("new files by hour", then(
        partition("drop partition field days(created_at)",
        "add partition field hours(created_at)"), lambda s: s.add(E)), {E}),
    Case("new files by month again", then(
        partition("drop partition field hours(created_at)", "add partition field review_year",
        "add partition field review_month"), lambda s: s.add(B)), {B}),
    Case("compaction into files by month", rewrite()),
    Case("compaction, its history expired", then(rewrite(), rewrite(), expire),
        ALL | {"2011-02"}, told="does not keep its history"),
    Case("a view", replaced_by_view, refused="is a view", undone=view_replaced),
    Case("a table without months", without_month, refused="has no column review_month",
        undone=with_month),
    Case("dropped and made anew", anew, ALL | {"2011-02"}, quick=True),
)  # fmt: skip
