"""A small silver that is treated as real ones are, and what its rows are after each event."""

from dataclasses import dataclass, field
from typing import Any

from pyspark.sql import SparkSession

from bench.macros import Macros

Rows = dict[str, tuple[int, str]]
"""Of each month how many rows it has, and a hash of them."""

CODE = "select review_id, v, review_year, review_month from silver"
"""What the table of these tests is built of: it reads `v`, and not `other`."""


@dataclass
class Silver:
    """A table like silver, named dm_silver.NAME, and its events."""

    spark: SparkSession
    name: str
    version: int = 2
    mode: str = "merge-on-read"
    partitions: str = "review_year, review_month"
    next_id: int = 10_000_000_001  # so large that py4j takes it for a long

    def __post_init__(self) -> None:
        self.spark.sql("create database if not exists dm_silver")
        self.create()

    @property
    def table(self) -> str:
        return f"dm_silver.{self.name}"

    def sql(self, text: str) -> list[Any]:
        return self.spark.sql(text.replace("SILVER", self.table)).collect()

    def create(self) -> None:
        by = f"partitioned by ({self.partitions})" if self.partitions else ""
        modes = "".join(
            f", 'write.{w}.mode' = '{self.mode}'" for w in ("delete", "update", "merge")
        )
        self.sql(f"""
            create table SILVER (
                review_id bigint, v double, other string, at timestamp,
                review_year int, review_month int
            ) using iceberg {by}
            tblproperties ('format-version' = '{self.version}' {modes})
        """)

    def drop(self) -> None:
        self.sql("drop table SILVER")

    def append(self, *months: tuple[int | None, int | None], rows: int = 3) -> None:
        values = []
        for year, month in months:
            for _ in range(rows):
                parts = {
                    "review_id": self.next_id, "v": self.next_id % 5 + 0.5, "other": "'x'",
                    "at": f"timestamp'2012-0{self.next_id % 3 + 1}-05 12:00:00 UTC'",
                    "review_year": year, "review_month": month,
                }  # fmt: skip
                values.append(parts)
                self.next_id += 1
        columns = [c for c, _ in self.spark.table(self.table).dtypes]
        told = ", ".join(
            "(" + ", ".join(_text(row.get(column)) for column in columns) + ")" for row in values
        )
        self.sql(f"insert into SILVER values {told}")

    def snapshots(self) -> list[int]:
        """Those of main's history that are kept, oldest first."""
        return [
            row[0]
            for row in self.sql(
                "select snapshot_id from SILVER.history where snapshot_id in"
                " (select snapshot_id from SILVER.snapshots) order by made_current_at"
            )
        ]

    def compact(self, where: str = "", **options: str) -> None:
        told = "".join(f", '{key.replace('_', '-')}', '{value}'" for key, value in options.items())
        clause = f", where => '{where}'" if where else ""
        self.sql(
            f"call system.rewrite_data_files(table => 'SILVER' {clause},"
            f" options => map('rewrite-all', 'true' {told}))"
        )

    def append_again(self) -> None:
        """A data file is registered once more; one with deletes could not be read any more."""
        table = self.iceberg()
        tasks = table.newScan().planFiles().iterator()
        while tasks.hasNext():
            task = tasks.next()
            if not task.deletes():
                table.newAppend().appendFile(task.file()).commit()
                return

    def delete_by_equality(self, column: str, value: object) -> None:
        """As Flink writes it: each row with this value is gone, without a look at the data."""
        jvm: Any = self.spark._jvm
        table = self.iceberg()
        schema, spec = table.schema().select([column]), table.spec()
        ids = self.spark.sparkContext._gateway.new_array(jvm.int, 1)
        ids[0] = schema.findField(column).fieldId()
        partition = None
        if spec.isPartitioned():  # a delete of the whole table has a spec without partitions
            spec = jvm.org.apache.iceberg.PartitionSpec.unpartitioned()
            known = [s for s in table.specs().values() if not s.isPartitioned()]
            if not known:
                return self._delete_in_partitions(column, value)
            spec = known[0]
        self._write_equality_delete(table, schema, spec, partition, ids, column, value)
        return None

    def _delete_in_partitions(self, column: str, value: object) -> None:
        """The same for each partition, as Flink does for one that is partitioned."""
        jvm: Any = self.spark._jvm
        table = self.iceberg()
        schema = table.schema().select([column])
        ids = self.spark.sparkContext._gateway.new_array(jvm.int, 1)
        ids[0] = schema.findField(column).fieldId()
        files = table.newScan().planFiles().iterator()
        seen = set()
        while files.hasNext():
            file = files.next().file()
            key = (file.specId(), str(file.partition()))
            if key not in seen and file.specId() == table.spec().specId():
                seen.add(key)
                spec = table.specs().get(file.specId())
                self._write_equality_delete(
                    table, schema, spec, file.partition(), ids, column, value
                )

    def _write_equality_delete(
        self, table: Any, schema: Any, spec: Any, partition: Any, ids: Any, column: str,
        value: object,
    ) -> None:  # fmt: skip
        iceberg: Any = self.spark._jvm.org.apache.iceberg
        parquet = iceberg.FileFormat.PARQUET
        factory = iceberg.data.GenericAppenderFactory(table.schema(), spec, ids, schema, None)
        names = iceberg.io.OutputFileFactory.builderFor(table, 1, self.next_id).format(parquet)
        file = names.build()
        out = file.newOutputFile(spec, partition) if partition else file.newOutputFile()
        writer = factory.newEqDeleteWriter(out, parquet, partition)
        record = iceberg.data.GenericRecord.create(schema)
        record.setField(column, value)
        writer.write(record)
        writer.close()
        table.newRowDelta().addDeletes(writer.toDeleteFile()).commit()
        self.next_id += 1

    def iceberg(self) -> Any:
        jvm: Any = self.spark._jvm
        load = jvm.org.apache.iceberg.spark.Spark3Util.loadIcebergTable
        return load(self.spark._jsparkSession, self.table)

    def rows(self) -> Rows:
        """What readers of silver see of the columns that the table is built of."""
        found = self.sql("""
            select review_year, review_month, count(*),
                cast(sum(cast(xxhash64(review_id, cast(v as string)) as decimal(20))) as string)
            from SILVER
            where review_year between 1 and 9999 and review_month between 1 and 12
            group by review_year, review_month
        """)
        return {f"{year:04}-{month:02}": (count, told) for year, month, count, told in found}


@dataclass
class Table:
    """What a gold table would record of itself, month by month as it was built."""

    macros: Macros
    inputs: dict[str, str] | None = None
    sources: dict[str, int | None] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    built: Rows = field(default_factory=dict)
    now: dict[str, str] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)

    def stale(self, silver: Silver) -> dict[str, str]:
        """The stale months with their reasons, as a run would find them."""
        self.state = self.macros.source_state(silver.table)
        id_ = f"source.datamaster.{silver.table}"
        node = {
            "depends_on": {"nodes": [id_]}, "columns": {}, "name": "some_table", "raw_code": CODE,
        }  # fmt: skip
        told = {
            "inputs": self.inputs or {}, "sources": self.sources, "columns": self.columns,
            "left": self.left, "code": "code", "untested": [], "foreign": {},
        }  # fmt: skip
        states = {id_: self.state}
        found = self.macros("stale_periods", node, states, told, "code", sources=states)
        self.now, self.found_columns = found["now"], found["columns"]
        return dict(found["why"])

    def build(self, silver: Silver, stale: dict[str, str], months: set[str], rows: Rows) -> None:
        """Commits these of the stale months, as plan_model and provenance say."""
        left = [month for month in stale if month not in months]
        known = self.now.keys() | (self.inputs or {}).keys()
        before = self.inputs or {}
        inputs = {m: (before if m in left else self.now).get(m) for m in known}
        self.inputs = {month: told for month, told in inputs.items() if told}
        self.sources = {silver.table: self.state["snapshot"]}
        self.columns, self.left = self.found_columns, left
        for month in months:
            self.built.pop(month, None)
            if month in rows:
                self.built[month] = rows[month]

    def changed(self, rows: Rows) -> set[str]:
        """The months whose rows are not those that the table was built from."""
        return {m for m in rows.keys() | self.built.keys() if rows.get(m) != self.built.get(m)}


def _text(value: object) -> str:
    return "null" if value is None else str(value)
