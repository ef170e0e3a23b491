"""Ways to build changed months: each one command, from the same silver, to the same rows."""

import json
import os
import shlex
import shutil
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyiceberg.schema import Schema
from pyiceberg.table import Table

from bench.lakes import BIN, Bench
from local import silver
from local.spark import jars
from local.uris import path_of
from runner.errors import DataMasterError
from runner.project import tables

HERE = Path(__file__).parent
PROJECT_WAY = "dm process"
ORIGINAL = "five spark-submits"
BARE_STOCK = "bare script, stock settings"
BARE_OWN = "bare script, the project's settings"
DUCK = "DuckDB"


class ResultsDiffer(DataMasterError):
    """Two contestants did not compute the same rows: their times cannot be compared."""


@dataclass(frozen=True)
class Contestant:
    """A command, and its environment variables."""

    command: tuple[str | Path, ...]
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Contest:
    """All ways to build some months of the five tables of a lake.

    Args:
        bench: the lake.
        months: such as 2010-12.
    """

    bench: Bench
    months: Collection[str]

    @cached_property
    def folder(self) -> Path:
        """What the contestants read, and what they write beside the lake's tables."""
        folder = self.bench.lake.root / f"contest-{len(self.months)}"
        folder.mkdir(exist_ok=True)
        return folder

    @cached_property
    def contestants(self) -> dict[str, Contestant]:
        """Each contestant by its name."""
        own = self.bench.environment
        stock = stock_environment(self.bench)
        # The same SQL as dbt's, so that only the way to run it differs.
        bare = self.bare(tables())
        submits = [
            shlex.join(map(str, (BIN / "spark-submit", HERE / "original.py", table, self._control)))
            for table in tables()
        ]
        return {
            PROJECT_WAY: Contestant((BIN / "dm", "process", "--layer", "gold"), own),
            ORIGINAL: Contestant(("sh", "-c", " && ".join(submits)), stock),
            BARE_STOCK: Contestant(bare, stock),
            BARE_OWN: Contestant(bare, own),
            DUCK: Contestant((sys.executable, HERE / "duck.py", self._duck), {}),
        }

    def prepare(self) -> None:
        """Changes the months, and puts back what the contestants wrote in the last round."""
        self.bench.change(self.months)
        shutil.copy(self.bench.lake.control, self._control)
        for table in tables():
            appended_to = self._own_table("bench_original", table)
            if appended_to.scan().count():
                appended_to.delete()
        self.prepare_bare()
        self.prepare_duck()

    def prepare_bare(self) -> None:
        """Makes the tables of the bare script, where they are not there."""
        for table in tables():
            self._own_table("bench_bare", table)

    def prepare_duck(self) -> None:
        """Tells DuckDB which files silver has."""
        self._duck.write_text(
            json.dumps(
                {
                    "files": self._silver_files(),
                    "queries": self._queries,
                    "folder": str(self.folder),
                }
            )
        )

    def bare(self, chosen: Collection[str]) -> tuple[str | Path, ...]:
        """The command that builds some tables by a bare script."""
        file = self.folder / f"statements-{len(chosen)}.json"
        return bare_script(file, [self.statements[table] for table in chosen])

    def check(self, names: Collection[str]) -> None:
        """Compares what these contestants wrote.

        Raises:
            ResultsDiffer: it is not the same.
        """
        for table in tables():
            gold = self.bench.lake.catalog.load_table(("dm_gold", table))
            expected = self._rows(gold.scan().to_arrow(), gold)
            found = {
                name: self._own_table("bench_bare", table).scan().to_arrow()
                for name in (BARE_STOCK, BARE_OWN)
            }
            found[DUCK] = pq.read_table(self.folder / f"{table}.parquet")
            found[ORIGINAL] = self._own_table("bench_original", table).scan().to_arrow()
            for name in found.keys() & set(names):
                rows = self._rows(found[name], gold)
                if not rows.equals(expected.select(rows.column_names)):
                    raise ResultsDiffer(f"{name} computes other rows of {table} than {PROJECT_WAY}")

    @property
    def _control(self) -> Path:
        return self.folder / "control.db"

    @property
    def _duck(self) -> Path:
        return self.folder / "duck.json"

    @cached_property
    def _queries(self) -> dict[str, str]:
        target = self.folder / "target"
        self.bench.dbt(
            *("compile", "--target-path", str(target)),
            *("--vars", json.dumps({"periods": list(self.months)})),
        )
        compiled = target / "compiled" / "datamaster" / "models" / "gold"
        return {table: (compiled / f"{table}.sql").read_text() for table in tables()}

    @property
    def statements(self) -> dict[str, str]:
        """The bare script's statement for each table."""
        return {
            table: f"insert into bench_bare.{table} replace where {in_months(self.months)} "
            f"select {', '.join(self._columns(table))} from ({query})"
            for table, query in self._queries.items()
        }

    def _columns(self, table: str) -> list[str]:
        schema: Schema = self.bench.lake.catalog.load_table(("dm_gold", table)).schema()
        return list(schema.column_names)

    def _own_table(self, namespace: str, table: str) -> Table:
        """A table like the gold one; made if it is not there."""
        catalog = self.bench.lake.catalog
        catalog.create_namespace_if_not_exists(namespace)
        gold = catalog.load_table(("dm_gold", table))
        left_out = {"period_rank"} if namespace == "bench_original" else set()
        schema = Schema(*(field for field in gold.schema().fields if field.name not in left_out))
        return catalog.create_table_if_not_exists(
            (namespace, table), schema, partition_spec=gold.spec()
        )

    def _silver_files(self) -> list[str]:
        scan = silver.table(self.bench.lake).scan(in_months(self.months))
        return [str(path_of(task.file.file_path)) for task in scan.plan_files()]

    def _rows(self, found: pa.Table, gold: Table) -> pa.Table:
        """The months' rows, in order; means to nine digits, for a sum of doubles has an order."""
        numbers = [int(month[:4]) * 12 + int(month[5:]) for month in self.months]
        month = pc.add(
            pc.multiply(pc.cast(found["review_year"], pa.int64()), 12), found["review_month"]
        )
        rows = found.filter(pc.is_in(month, pa.array(numbers)))
        key = gold.schema().column_names[0]
        rows = rows.sort_by([(name, "ascending") for name in ("review_year", "review_month", key)])
        types = {field.name: field.type for field in gold.schema().as_arrow()}
        columns = {
            name: rows[name].cast(types[name]) for name in types if name in rows.column_names
        }
        if "avg_rating" in columns:
            columns["avg_rating"] = pc.round(columns["avg_rating"], 9)
        return pa.table(columns).combine_chunks()


def bare_script(file: Path, statements: Sequence[str]) -> tuple[str | Path, ...]:
    """The command that runs statements in one session; a file holds them."""
    file.write_text(json.dumps(statements))
    return (sys.executable, HERE / "bare.py", file)


def in_months(months: Collection[str]) -> str:
    """SQL for the rows of these months."""
    years: dict[int, list[str]] = {}
    for month in months:
        years.setdefault(int(month[:4]), []).append(str(int(month[5:])))
    return " or ".join(
        f"(review_year = {year} and review_month in ({', '.join(found)}))"
        for year, found in years.items()
    )


def stock_environment(bench: Bench) -> dict[str, str]:
    """Spark as it comes, with nothing set but the catalog, the jars and the time zone."""
    iceberg, sqlite = (jars.fetch(jar) for jar in jars.JARS)
    settings = {
        **bench.lake.spark_settings(),
        "spark.sql.session.timeZone": "UTC",
        "spark.jars": iceberg,
        # Java's driver manager does not look into spark.jars.
        "spark.driver.extraClassPath": sqlite,
    }
    folder = bench.lake.root / "stock"
    folder.mkdir(exist_ok=True)
    text = "".join(f"{key} {value}\n" for key, value in settings.items())
    (folder / "spark-defaults.conf").write_text(text)
    return {
        "SPARK_CONF_DIR": str(folder),
        "JAVA_HOME": java_home(),
        "PATH": os.pathsep.join((str(BIN), os.environ["PATH"])),  # spark-submit looks for Python
    }


def java_home() -> str:
    """The Java that `dm setup` chose, as Spark is told of it."""
    import pyspark

    text = (Path(pyspark.__file__).parent / "conf" / "spark-env.sh").read_text()
    line = next(line for line in text.splitlines() if line.startswith("JAVA_HOME="))
    return shlex.split(line.removeprefix("JAVA_HOME="))[0]
