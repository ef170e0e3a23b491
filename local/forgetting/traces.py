"""Whether a file has a person's name or address: data of a table, its metadata, or any text."""

from __future__ import annotations

import gzip
import html
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
from markupsafe import escape
from pyiceberg.avro.file import AvroFile
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.manifest import ManifestEntryStatus
from pyiceberg.typedef import Record

from local.duck import quoted
from local.reviews import ARROW_SCHEMA
from local.uris import file_of

PERSONAL = ("email", "profile_name")
"""What silver forgets; the reviews and the number of the profile stay."""

_BOUND = 16
"""So many letters of a text are in the bounds that Iceberg's manifests have of a column."""


@dataclass(frozen=True)
class Person:
    """What a lake knows of a profile, in all of its files.

    Attributes:
        profile_id: the profile.
        texts: its names and addresses.
        reviews: how many reviews of it silver has with any of them.
        words: those of the names that beers, breweries or the like have, too.
    """

    profile_id: int
    texts: frozenset[str]
    reviews: int
    words: frozenset[str] = frozenset()

    @cached_property
    def anywhere(self) -> re.Pattern[bytes]:
        """Finds any of them in a text."""
        return re.compile(_one_of(self.texts))

    @cached_property
    def telling(self) -> re.Pattern[bytes]:
        """Finds those in a text that tell of the person there.

        A name that is a word for others, too, such as `state`, does so only as the value of
        profile_name, or beside the number of the profile.
        """
        number = rb"(?<!\w)%d(?!\w)" % self.profile_id
        key = rb"profile_name"
        ways = [_one_of(self.texts - self.common)]
        if self.common:
            name = _one_of(self.common)
            ways += [
                number + _BETWEEN + rb"(?:" + key + _BETWEEN + rb")?" + name,
                name + _BETWEEN + rb"(?:profile_id" + _BETWEEN + rb")?" + number,
                key + rb"\W{0,4}[:=]\W{0,4}" + name,
            ]
        return re.compile(b"|".join(ways))

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Those that are no word: in a table of beers, a name may be a beer's."""
        return frozenset(text for text in self.texts if "@" in text)

    @cached_property
    def common(self) -> frozenset[str]:
        """The names that others may have written without a thought of the person."""
        plain = {text for text in self.texts - self.addresses if re.fullmatch(r"\w+", text)}
        return self.words | plain


_BETWEEN = rb"(?:<[^<>]{0,200}>|\W){1,80}"
"""What stands between two values of a row: signs, and tags of a page."""


def _one_of(texts: Iterable[str]) -> bytes:
    """A pattern for any of some texts, as whole words, however a file writes them."""
    written = {way for text in texts for way in _ways(text)}
    each = [re.escape(text.encode()) for text in sorted(written, key=len, reverse=True)]
    return rb"(?<!\w)(?:" + b"|".join(each) + rb")(?!\w)" if each else rb"(?!)"


def has(person: Person, path: Path) -> bool:
    """Whether a file has a person."""
    if path.suffix == ".parquet":
        return _in_parquet(person, path)
    if path.suffix == ".avro":
        return _in_avro(person, path)
    data = path.read_bytes()
    if path.suffix == ".gz":
        with suppress(OSError, EOFError):
            data = gzip.decompress(data)
    return bool(person.telling.search(data))


def _in_parquet(person: Person, path: Path) -> bool:
    with duckdb.connect() as db:
        try:
            columns = columns_of(db, path)
            mine = "where profile_id = ?" if "profile_id" in columns else ""
            for name in (c for c, type_ in columns.items() if type_ == "VARCHAR"):
                texts = sorted(_personal(person, name))
                pattern = person.anywhere if name in ARROW_SCHEMA.names else person.telling
                # A name may be in the middle of a text, and part of a word: the pattern tells.
                near = " or ".join(f"contains({quoted(name)}, ?)" for _ in texts)
                found = db.execute(
                    f"select distinct {quoted(name)} from (select * from read_parquet(?) {mine})"  # noqa: S608
                    f" where {near or 'false'}",
                    [str(path), *([person.profile_id] if mine else []), *texts],
                ).fetchall()
                if any(pattern.search(text.encode()) for (text,) in found):
                    return True
            return False
        except duckdb.Error:  # half a file, of a process that died
            return bool(person.telling.search(path.read_bytes()))


def _personal(person: Person, column: str) -> frozenset[str]:
    """What of a person tells of them in a column: a beer may be called as the person is."""
    is_of_others = column in ARROW_SCHEMA.names and column not in PERSONAL
    return person.addresses if is_of_others else person.texts


def _bounding(person: Person, column: str) -> frozenset[str]:
    """The same of a bound of a column, which has nothing beside it."""
    return person.texts if column in PERSONAL else _personal(person, column) - person.common


def _in_avro(person: Person, path: Path) -> bool:
    source = PyArrowFileIO().new_input(path.as_uri())
    with AvroFile[Record](source) as records:
        schema = json.loads(records.header.meta.get("schema", "{}"))
        names = {field["id"]: field["name"] for field in schema.get("fields", ())}
        return any(
            _is_bound(value, text)
            for record in records
            if not _is_of_a_file(record)
            for key, value in _bytes(record)
            for text in _bounding(person, names.get(key, ""))
        )


def _is_of_a_file(record: Record) -> bool:
    """Whether it tells of a file that a table has: that is looked through itself."""
    is_kept = record[0] in (ManifestEntryStatus.EXISTING, ManifestEntryStatus.ADDED)
    return is_kept and any(file_of(text).is_file() for text in _texts(record))


def _is_bound(value: bytes, text: str) -> bool:
    """Whether a bound of a column is a text, or its beginning: the greatest ends one higher."""
    found = value.decode(errors="replace")
    return found == text or (len(text) > _BOUND and found[: _BOUND - 1] == text[: _BOUND - 1])


def _texts(record: Record) -> Iterator[str]:
    for place in range(len(record)):
        if isinstance(record[place], str):
            yield record[place]
        elif isinstance(record[place], Record):
            yield from _texts(record[place])


def _bytes(value: Any, key: int | None = None) -> Iterator[tuple[int | None, bytes]]:
    """All bytes of a record, which are the least and the greatest of columns, with their ids."""
    if isinstance(value, bytes):
        yield key, value
    elif isinstance(value, dict):
        for each, inner in value.items():
            yield from _bytes(inner, each)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _bytes(inner, key)
    elif isinstance(value, Record):
        for place in range(len(value)):
            yield from _bytes(value[place], key)


def _ways(text: str) -> Iterator[str]:
    """A text as files have it: as it is, in JSON, in JSON within JSON, and on a page."""
    yield text
    for in_json in (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
        yield in_json
        yield json.dumps(in_json)[1:-1]
    yield html.escape(text)
    yield str(escape(text))
    yield quote(text)


def columns_of(db: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    """The columns of a Parquet file, each with DuckDB's name of its type."""
    rows = db.execute("describe select * from read_parquet(?)", [str(path)]).fetchall()
    return {row[0]: row[1] for row in rows}
