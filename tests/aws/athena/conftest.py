"""Tables that the packaged job wrote, and a Trino that reads them."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from infra.silver import GlueLake
from local import demo
from runner.project import tables
from tests.aws.athena.tables import MONTHS, current
from tests.aws.stand_ins import trino
from tests.aws.stand_ins.account import DATALAKE, Account
from tests.aws.stand_ins.packaged import load_reviews, succeeded
from tests.aws.stand_ins.trino import Trino
from tests.aws.stand_ins.worker import SparkSubmit, Worker


@pytest.fixture(scope="package")
def reviews() -> pa.Table:
    made = demo.synthetic_reviews(7, demo.Shape(60_000))
    months = pc.add(pc.multiply(made["review_year"], 100), made["review_month"])
    return made.filter(pc.is_in(months, pa.array([100 * y + m for y, m in MONTHS], months.type)))


@pytest.fixture(scope="package")
def rated(reviews: pa.Table) -> pa.Table:
    """The same reviews, a quarter of them with another rating."""
    rating = pc.if_else(
        pc.equal(pc.bit_wise_and(reviews["review_id"], 3), 0), 1.5, reviews["review_overall"]
    )
    return reviews.set_column(
        reviews.column_names.index("review_overall"), "review_overall", rating
    )


@pytest.fixture(scope="package")
def appended(reviews: pa.Table) -> list[pa.Table]:
    """More reviews of a month, which somebody appends: its months have several files then."""
    some = reviews.filter(pc.equal(reviews["review_year"], 2011)).slice(0, 50)
    number = some.column_names.index("review_id")
    return [
        some.set_column(number, "review_id", pc.add(some["review_id"], more))
        for more in (7_000_000, 8_000_000)
    ]


@pytest.fixture(scope="package")
def changed(rated: pa.Table, appended: list[pa.Table]) -> pa.Table:
    return pa.concat_tables([rated, *appended])


@pytest.fixture(scope="package")
def lake(
    account: Account,
    all_at_once: str,
    packaged: SparkSubmit,
    worker: Worker,
    patch: pytest.MonkeyPatch,
    endpoint: str,
    reviews: pa.Table,
    tmp_path_factory: pytest.TempPathFactory,
) -> GlueLake:
    """The tables as the first job wrote them."""
    patch.setattr(worker, "run", packaged)
    account.forget_items()
    made = GlueLake(DATALAKE, {"s3.endpoint": endpoint})
    load_reviews(made, account, reviews, tmp_path_factory.mktemp("loaded"))
    succeeded(account.run({}, all_at_once))
    return made


@pytest.fixture(scope="package")
def athena(
    lake: GlueLake, endpoint: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Trino]:
    with trino.started(endpoint, tmp_path_factory.mktemp("trino")) as server:
        yield server


@pytest.fixture(scope="package")
def first(lake: GlueLake) -> dict[str, int]:
    """The snapshot of each table that the first job wrote."""
    return {table: current(lake, table) for table in tables()}
