"""Makes a lake forget a person: silver without name and address, and no file that has them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from pyiceberg.avro.file import AvroFile
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.table import Table
from pyiceberg.typedef import Record

from local import silver
from local.lake import Lake
from local.reviews import ARROW_SCHEMA
from local.uris import file_of

PERSONAL = ("email", "profile_name")
"""What silver forgets; the reviews and the number of the profile stay."""

_BOUND = 16
"""So much of a text is in the bounds that Iceberg's manifests have of a column."""


@dataclass(frozen=True)
class Person:
    """What a lake knows of a profile, in all of its files.

    Attributes:
        profile_id: the profile.
        texts: its names and addresses.
        reviews: how many reviews of it silver has with any of them.
    """

    profile_id: int
    texts: frozenset[str]
    reviews: int

    @cached_property
    def pattern(self) -> re.Pattern[bytes]:
        """Finds any of them in a file of text."""
        each = (re.escape(text.encode()) for text in sorted(self.texts, key=len, reverse=True))
        return re.compile(rb"(?<![\w])(?:" + b"|".join(each) + rb")(?![\w])")


def find(lake: Lake, profile_id: int) -> Person:
    """What the files of a lake have of a profile, those of old snapshots included."""
    texts: set[str] = set()
    for path in _parquet(lake.warehouse):
        with suppress(duckdb.Error), duckdb.connect() as db:
            names = [c for c in PERSONAL if c in _columns(db, path)]
            for name in names:
                found = db.execute(
                    f"select distinct {name} from read_parquet(?) where profile_id = ?",  # noqa: S608
                    [str(path), profile_id],
                ).fetchall()
                texts |= {text for (text,) in found if text}
    return Person(profile_id, frozenset(texts), len(_reviews(lake, profile_id)))


def forget_in_silver(lake: Lake, profile_id: int) -> silver.Load:
    """Takes the name and the address of a profile out of its reviews, in one commit.

    Nothing else of a review changes, its time of change neither: so no number does.

    Raises:
        LoadOvertaken: others changed silver again and again; nothing was changed.
    """
    reviews = _reviews(lake, profile_id)
    if not len(reviews):
        return silver.Load()
    for name in PERSONAL:
        place = reviews.schema.get_field_index(name)
        nothing = pa.nulls(len(reviews), ARROW_SCHEMA.field(name).type)
        reviews = reviews.set_column(place, ARROW_SCHEMA.field(name), nothing)
    return silver.upsert(lake, reviews)


def remove_unreferenced(lake: Lake, person: Person) -> list[Path]:
    """Deletes files of tables that have a person, and that no snapshot of any table refers to."""
    kept = {path for table in _tables(lake) for path in _referenced(table)}
    gone = []
    for path in _with(person, lake.warehouse.rglob("*")):
        if path not in kept and path.suffix in (".parquet", ".avro"):
            path.unlink()
            gone.append(path)
    return gone


def left(lake: Lake, person: Person, *elsewhere: Path) -> list[Path]:
    """The files that still have a person: of the lake, and of folders elsewhere."""
    if not person.texts:
        return []
    places = (lake.root, *elsewhere)
    return sorted(_with(person, (path for place in places for path in place.rglob("*"))))


def _reviews(lake: Lake, profile_id: int) -> pa.Table:
    table = silver.find(lake)
    if table is None:
        return ARROW_SCHEMA.empty_table()
    named = " or ".join(f"{name} is not null" for name in PERSONAL)
    found = table.scan(f"profile_id = {profile_id} and ({named})").to_arrow()
    return found.select(ARROW_SCHEMA.names).cast(ARROW_SCHEMA)


def _with(person: Person, paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_file():
            with suppress(FileNotFoundError):  # a run or an expiry has removed it meanwhile
                if _has(person, path):
                    yield path


def _has(person: Person, path: Path) -> bool:
    if path.suffix == ".parquet":
        return _in_parquet(person, path)
    if path.suffix == ".avro":
        return _in_avro(person, path)
    data = path.read_bytes()
    if path.suffix == ".gz":
        with suppress(OSError, EOFError):
            data = gzip.decompress(data)
    return bool(person.pattern.search(data))


def _in_parquet(person: Person, path: Path) -> bool:
    with duckdb.connect() as db:
        try:
            columns = _columns(db, path)
            texts = [c for c, type_ in columns.items() if type_ == "VARCHAR"]
            # A beer may be called as the person is: with a profile beside it, it is theirs.
            whose = "profile_id = ?" if "profile_id" in columns else "? is not null"
            here = " or ".join(f'list_contains(?, "{name}")' for name in texts)
            if not texts:
                return False
            values = [person.profile_id, *([sorted(person.texts)] * len(texts))]
            query = f"select 1 from read_parquet(?) where {whose} and ({here}) limit 1"  # noqa: S608
            return db.execute(query, [str(path), *values]).fetchone() is not None
        except duckdb.Error:  # half a file, of a process that died
            return bool(person.pattern.search(path.read_bytes()))


def _in_avro(person: Person, path: Path) -> bool:
    starts = {text.encode()[:_BOUND] for text in person.texts}
    source = PyArrowFileIO().new_input(path.as_uri())
    with AvroFile[Record](source) as records:
        return any(start in _bytes(record) for record in records for start in starts)


def _bytes(value: Any) -> bytes:
    """All texts and bytes of a record, one after the other."""
    if isinstance(value, bytes):
        return value + b"\n"
    if isinstance(value, str):
        return value.encode() + b"\n"
    if isinstance(value, dict):
        return b"".join(_bytes(each) for pair in value.items() for each in pair)
    if isinstance(value, list | tuple):
        return b"".join(map(_bytes, value))
    if isinstance(value, Record):
        return b"".join(_bytes(value[place]) for place in range(len(value)))
    return b""


def _parquet(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*.parquet") if path.is_file())


def _columns(db: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    rows = db.execute("describe select * from read_parquet(?)", [str(path)]).fetchall()
    return {row[0]: row[1] for row in rows}


def _tables(lake: Lake) -> Iterator[Table]:
    for (namespace,) in lake.catalog.list_namespaces():
        for name in lake.catalog.list_tables(namespace):
            with suppress(FileNotFoundError):
                yield lake.catalog.load_table(name)


def _referenced(table: Table) -> Iterator[Path]:
    for snapshot in table.metadata.snapshots:
        yield file_of(snapshot.manifest_list)
        for manifest in snapshot.manifests(table.io):
            yield file_of(manifest.manifest_path)
            for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True):
                yield file_of(entry.data_file.file_path)
