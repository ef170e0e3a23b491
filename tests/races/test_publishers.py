"""Two publish one table at the same moment, again and again: no month is lost or doubled."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import SimpleNamespace

from jinja2 import Environment
from py4j.protocol import Py4JJavaError
from pyiceberg.table.snapshots import ancestors_of
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from local import silver
from local.lake import Lake
from runner.project import PROJECT
from tests import reviews
from tests.dbt_project import Dbt
from tests.report import Report
from tests.tables import gold, rows

NAME = "top_drinkers"
TABLE = SimpleNamespace(schema="dm_gold", alias=NAME)


def script(branch: str) -> str:
    """What a run executes to publish the table from its branch."""
    macro = (PROJECT / "macros" / "4_publish" / "publish_statements.sql").read_text()
    template = Environment(autoescape=False).from_string(macro)
    return str(template.module.publish_statements([TABLE], [TABLE], branch))  # type: ignore[attr-defined]


def write(spark: SparkSession, branch: str, month: int, number: int) -> None:
    """Writes a month to a branch, as a run does."""
    spark.sql(f"set `spark.wap.branch` = {branch}")
    spark.sql(
        f"insert into dm_gold.{NAME} with ('snapshot-property.dm.run-id' = '{branch}') "
        f"replace where review_year = 2020 and review_month = {month} "
        f"select 1, 'x', 'NY', {number}, 4.0, 1, 2020, {month}"
    )
    spark.sql("reset `spark.wap.branch`")


def publish(spark: SparkSession, branch: str, together: Barrier | None = None) -> bool:
    """Whether the branch was published."""
    if together:
        together.wait(timeout=60)
    try:
        spark.sql(script(branch)).collect()
    except (PySparkException, Py4JJavaError):
        return False
    return True


def test_of_two_at_once_one_publishes_and_the_other_repeats(
    lake: Lake, session: SparkSession, dbt: Dbt, long: bool, report: Report
) -> None:
    silver.table(lake).overwrite(reviews.table([reviews.review(1)]))
    assert dbt("run", "--select", NAME).success
    sessions = {"a": session.newSession(), "b": session.newSession()}
    expected: dict[object, object] = {12: 1}
    published = []
    rounds = 100 if long else 10
    for number in range(rounds):
        months = {"a": 1, "b": 1 + number % 2}  # the same month in every other round
        branch = {who: f"audit_{who}_{number}" for who in sessions}
        for who, spark in sessions.items():
            write(spark, branch[who], months[who], number)
        together = Barrier(2)
        with ThreadPoolExecutor(2) as threads:
            done = {
                who: threads.submit(publish, spark, branch[who], together)
                for who, spark in sessions.items()
            }
        (loser,) = [who for who, answer in done.items() if not answer.result()]
        (winner,) = sessions.keys() - {loser}
        session.sql(f"alter table dm_gold.{NAME} drop branch {branch[loser]}")
        write(sessions[loser], branch[loser], months[loser], number + 1000)
        assert publish(sessions[loser], branch[loser])

        expected |= {months[winner]: number} | {months[loser]: number + 1000}
        published += [branch[winner], branch[loser]]
        found = [(row["review_month"], row["total_reviews"]) for row in rows(lake, NAME)]
        assert sorted(found) == sorted(expected.items())
    table = gold(lake, NAME)
    history = ancestors_of(table.current_snapshot(), table.metadata)
    told = [snapshot.summary["dm.run-id"] for snapshot in history if snapshot.summary]
    assert told[-2::-1] == published
    damage = {
        "lost": len(set(published) - set(told)),
        "doubled": len(told) - len(set(told)),
        "stuck": len(table.metadata.refs) - 1,
    }
    report.add("races", race="two runs publish a table at one moment", rounds=rounds, **damage)
    assert set(damage.values()) == {0}
