"""Where reviews are: files, folders, globs, standard input; packed or not, in some encoding."""

from __future__ import annotations

import codecs
import glob
import gzip
import io
import shutil
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import unquote

import pyarrow as pa

from local.loading.errors import UnreadableReviews
from local.loading.options import Options
from local.reviews import ARROW_SCHEMA

STDIN = "-"
_ENDINGS = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".gz", ".zst", ".zip")
_SPREADSHEET = "a spreadsheet, not a CSV file"
_SAVE_AS_CSV = "Save its sheet as CSV (UTF-8), and load that."
_HIVES_NONE = "__HIVE_DEFAULT_PARTITION__"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Place:
    """A file to read.

    Attributes:
        name: what it is told as.
        path: the file itself, unpacked and in UTF-8.
        form: csv, json or parquet.
        fixed: values of columns that its folders give, as in review_year=2010/; "" is none.
        told: what was recognised.
    """

    name: str
    path: Path
    form: str
    fixed: dict[str, str] = field(default_factory=dict)
    told: tuple[str, ...] = ()


def find(named: Sequence[str]) -> list[Path]:
    """The files that a person names: files, folders with all that is in them, globs, or `-`.

    Raises:
        UnreadableReviews: one of them is not there, or a folder has something else in it.
    """
    found: list[Path] = []
    for name in named:
        path = Path(name)
        if path.is_dir():
            found += _in_folder(path)
        elif name == STDIN or path.exists():
            found.append(path)
        elif matches := sorted(glob.glob(name, recursive=True)):  # noqa: PTH207
            found += find(matches)
        else:
            raise UnreadableReviews(f"File '{name}' does not exist")
    return list(dict.fromkeys(found))


def _in_folder(folder: Path) -> list[Path]:
    files = [
        path
        for path in sorted(folder.rglob("*"))
        # As Spark and Hive have it: what begins so is no data.
        if path.is_file() and not any(p[0] in "._" for p in path.relative_to(folder).parts)
    ]
    for path in files:
        if path.suffix.lower() not in _ENDINGS:
            raise UnreadableReviews(
                f"{path}: a folder of reviews holds files that end in {', '.join(_ENDINGS)} alone",
                "Move it elsewhere, or name the files to load.",
            )
    if not files:
        raise UnreadableReviews(f"{folder}: no file of reviews in it")
    return files


@contextmanager
def opened(path: Path, folder: Path, options: Options) -> Iterator[Place]:
    """A file as DuckDB can read it; what must be unpacked is, into `folder`, and goes again.

    Raises:
        UnreadableReviews: it is not what it says it is, or something else altogether.
    """
    spool, told = folder / "spool", []
    name = "standard input" if str(path) == STDIN else str(path)
    try:
        here = path
        if str(path) == STDIN:
            here = _copy(sys.stdin.buffer, folder / "stdin")
        magic, ending = _magic(here), path.suffix.lower()
        if packed := _unpacked(name, here, magic, ending):
            with packed as stream:
                here = _copy(stream, spool)
            magic, ending = _magic(here), Path(path.stem).suffix.lower()
        form = _form(name, here, magic, ending)
        encoding = options.encoding or ("utf-16" if magic.startswith(_UTF16) else None)
        if form != "parquet" and encoding:
            here = _in_utf8(name, here, encoding, folder / "text")
            told.append(f"its encoding is {encoding}")
        yield Place(name, here, form, _fixed(path), tuple(told))
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, pa.ArrowException) as error:
        reason = getattr(error, "strerror", None) or "a broken or incomplete file"
        if isinstance(error, OSError) and error.errno and "broken" not in reason:
            raise UnreadableReviews(f"{name}: {reason}") from error
        raise UnreadableReviews(f"{name}: a broken or incomplete file") from error
    finally:
        for left in ("spool", "text", "stdin"):
            (folder / left).unlink(missing_ok=True)


def _magic(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(512)


def _unpacked(name: str, path: Path, magic: bytes, ending: str) -> IO[bytes] | None:
    if magic[:2] == b"\x1f\x8b":
        return gzip.open(path)  # type: ignore[return-value]
    if magic[:4] == b"\x28\xb5\x2f\xfd":
        return pa.input_stream(str(path), compression="zstd")  # type: ignore[no-any-return]
    if magic[:4] == b"PK\x03\x04":
        return _in_zip(name, path)
    for suffix, kind in ((".gz", "gzip"), (".zst", "zstd"), (".zip", "zip")):
        if ending == suffix and path.stat().st_size:
            raise UnreadableReviews(f"{name}: not a {kind} file")
    return None


def _in_zip(name: str, path: Path) -> IO[bytes]:
    archive = zipfile.ZipFile(path)
    members = [m for m in archive.infolist() if not m.is_dir() and "__MACOSX" not in m.filename]
    if any(m.filename == "[Content_Types].xml" for m in members):
        raise UnreadableReviews(f"{name}: {_SPREADSHEET}", _SAVE_AS_CSV)
    if len(members) != 1:
        raise UnreadableReviews(
            f"{name}: a zip file of {len(members) or 'no'} files, not of one",
            "Unpack it, and load the folder: all its files are one load.",
        )
    if members[0].flag_bits & 1:
        raise UnreadableReviews(f"{name}: a zip file with a password", "Unpack it, and load that.")
    return archive.open(members[0])


def _form(name: str, path: Path, magic: bytes, ending: str) -> str:
    if magic[:4] == b"PAR1":
        return "parquet"
    if ending == ".parquet":
        raise UnreadableReviews(f"{name}: not a Parquet file")
    if magic[:4] == b"\xd0\xcf\x11\xe0":
        raise UnreadableReviews(f"{name}: {_SPREADSHEET}", _SAVE_AS_CSV)
    if magic[:4] == b"%PDF":
        raise UnreadableReviews(f"{name}: a PDF, not a file of reviews")
    if magic[:15] == b"SQLite format 3":
        raise UnreadableReviews(f"{name}: a SQLite database, not a file of reviews")
    if magic[:1] == b"\x1f" or magic[:4] in (b"PK\x03\x04", b"\x28\xb5\x2f\xfd"):
        raise UnreadableReviews(f"{name}: packed twice", "Unpack it, and load that.")
    text = magic.removeprefix(codecs.BOM_UTF8).lstrip()
    if text[:1] == b"<":
        raise UnreadableReviews(f"{name}: a page of HTML or XML, not a file of reviews")
    if text[:1] in (b"{", b"[") or (ending in (".json", ".jsonl", ".ndjson")):
        return "json"
    return "csv"


def _copy(stream: IO[bytes], to: Path) -> Path:
    with to.open("wb") as file:
        shutil.copyfileobj(stream, file, 1 << 20)
    return to


def _in_utf8(name: str, path: Path, encoding: str, to: Path) -> Path:
    try:
        with (
            io.TextIOWrapper(path.open("rb"), encoding=encoding, newline="") as text,
            to.open("w", encoding="utf-8", newline="") as file,
        ):
            shutil.copyfileobj(text, file, 1 << 20)
    except LookupError:
        raise UnreadableReviews(
            f"--encoding {encoding}: no such encoding", "Such as latin-1, cp1252 or utf-16."
        ) from None
    except UnicodeError:
        raise UnreadableReviews(f"{name}: not {encoding}", "Give another --encoding.") from None
    return to


def _fixed(path: Path) -> dict[str, str]:
    pairs = (part.split("=", 1) for part in path.parent.parts if "=" in part)
    return {
        # Hive and Spark write what a folder's name may not hold as %2F, and no value as a name.
        name: "" if value == _HIVES_NONE else unquote(value)
        for name, value in pairs
        if name in ARROW_SCHEMA.names
    }
