"""Makes a lake forget a person: silver without name and address, and no file that has them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import duckdb
import pyarrow as pa
from pyiceberg.table import Table
from pyiceberg.types import StringType

from local import silver
from local.forgetting.traces import PERSONAL, Person, columns_of, has
from local.lake import Lake
from local.loading.workspace import remove_left
from local.reviews import ARROW_SCHEMA
from local.reviews import SCHEMA as COLUMNS
from local.uris import file_of
from runner.control.table import SCHEMA


def find(lake: Lake, profile_id: int) -> Person:
    """What the files of a lake have of a profile, those of old snapshots included.

    And what is noted of one whose forgetting has not come to its end.
    """
    texts: set[str] = set()
    for path in _parquet(lake.warehouse):
        with suppress(duckdb.Error), duckdb.connect() as db:
            names = [c for c in PERSONAL if c in columns_of(db, path)]
            for name in names:
                found = db.execute(
                    f"select distinct {name} from read_parquet(?) where profile_id = ?",  # noqa: S608
                    [str(path), profile_id],
                ).fetchall()
                texts |= {text for (text,) in found if text}
    with suppress(FileNotFoundError):
        texts |= set(json.loads(_note(lake, profile_id).read_text()))
    words = frozenset(text for text in texts if "@" not in text and _is_a_word(lake, text))
    return Person(profile_id, frozenset(texts), len(_reviews(lake, profile_id)), words)


def _is_a_word(lake: Lake, name: str) -> bool:
    """Whether something else in silver is called so, or by a name that has it in it."""
    table = silver.find(lake)
    if table is None:
        return False
    texts = (f.name for f in COLUMNS.fields if isinstance(f.field_type, StringType))
    others = [name for name in texts if name not in PERSONAL]
    where = " or ".join(f"contains({column}, ?)" for column in others)
    with duckdb.connect() as db:
        return any(
            db.execute(
                f"select 1 from read_parquet(?) where {where} limit 1",  # noqa: S608
                [str(file_of(task.file.file_path)), *[name] * len(others)],
            ).fetchone()
            for task in table.scan().plan_files()
        )


def begin(lake: Lake, person: Person) -> None:
    """Notes whom to look for, until end(): after a crash no table may say it any more."""
    note = _note(lake, person.profile_id)
    note.parent.mkdir(exist_ok=True)
    note.touch(mode=0o600)
    note.write_text(json.dumps(sorted(person.texts)))


def end(lake: Lake, person: Person) -> None:
    """Removes the note: no file has them."""
    _note(lake, person.profile_id).unlink(missing_ok=True)


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
    """Deletes what loads that died have left, and files that have a person and are no table's."""
    remove_left(lake.root / "loading")
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
    found = _with(person, (path for place in places for path in place.rglob("*")))
    return sorted(set(found) - {_note(lake, person.profile_id)})


def drop_previews(lake: Lake) -> list[str]:
    """Drops what previews have built in schemas of their own, which no run builds again."""
    gone = []
    for (namespace,) in lake.catalog.list_namespaces():
        if namespace.startswith(f"{SCHEMA}_"):
            for name in lake.catalog.list_tables(namespace):
                lake.catalog.drop_table(name)
                gone.append(".".join(name))
    return gone


def _note(lake: Lake, profile_id: int) -> Path:
    return lake.root / "loading" / f"forgetting-{profile_id}.json"


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
                if has(person, path):
                    yield path


def _parquet(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*.parquet") if path.is_file())


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
