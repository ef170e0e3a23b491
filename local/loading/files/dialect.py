"""How a CSV is written: what its header shows, and what is told where two readings are possible."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.loading.errors import UnreadableReviews
from local.loading.files.columns import known
from local.loading.options import Options

_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_HEADER = 1 << 20
_SEVERAL = 3
"""One name in apostrophes may be a beer's own; in so many columns they quote."""

_CHUNK = 1 << 22
_ESCAPES = re.compile(rb"\\[\\\"'\n\r]")


@dataclass(frozen=True)
class Dialect:
    """A CSV's header, and the characters that give it its form."""

    header: tuple[str, ...]
    separator: str = ","
    quote: str = '"'
    escape: str = '"'

    @property
    def told(self) -> tuple[str, ...]:
        """What is not as RFC 4180 has it."""
        separator = _SEPARATORS.get(self.separator, repr(self.separator))
        return (
            *([f"{separator} separate its columns"] if self.separator != "," else []),
            *([f"{self.quote} quotes its values"] if self.quote != '"' else []),
            *([r"a quote in a value is written \""] if self.escape == "\\" else []),
        )


def recognise(name: str, path: Path, options: Options) -> Dialect:
    """Finds separator and header: those with which most names of the header are known.

    Raises:
        UnreadableReviews: an option is no single character, or the header is broken.
    """
    for option in ("separator", "quote", "escape"):
        given = getattr(options, option)
        if given is not None and (len(given) != 1 or given in "\r\n"):
            raise UnreadableReviews(f"--{option} {given!r}: give one character")
    with path.open("rb") as file:
        text = file.read(_HEADER).decode("utf-8-sig", errors="replace")
    if "\r" in text and "\n" not in text:
        raise UnreadableReviews(
            f"{name}: its lines end as those of old Macs do", "dos2unix -c mac mends it."
        )
    quote = options.quote or '"'
    readings = [
        Dialect(_first_row(text, separator, quote), separator, quote, options.escape or quote)
        for separator in ([options.separator] if options.separator else _SEPARATORS)
    ]
    found = max(readings, key=lambda reading: known(reading.header, options))
    if any(set(quote + "\r\n") & set(column) for column in found.header):
        raise UnreadableReviews(
            f"{name}: its header has a quote or a line break in a name, as if a quote were lost"
        )
    if options.quote is None and _has_other_quotes(text, found.separator):
        raise UnreadableReviews(
            f"{name}: its values stand between apostrophes, which quote them, or belong to them",
            """Say --quote "'" if they quote, --quote '"' if they belong to the values.""",
        )
    return found


def _has_other_quotes(text: str, separator: str) -> bool:
    first = "".join(text.splitlines(keepends=True)[1:2]).rstrip("\r\n").split(separator)
    return sum(len(v) > 1 and v[0] == v[-1] == "'" for v in map(str.strip, first)) >= _SEVERAL


def has_escapes(path: Path) -> bool:
    """Whether a CSV holds a backslash before a quote, a backslash or a line break."""
    return any(_ESCAPES.search(chunk) for chunk in _chunks(path))


def line_ends(path: Path) -> set[bytes]:
    """The kinds of line ends in a file."""
    found: set[bytes] = set()
    for chunk in _chunks(path):
        found |= set(re.findall(rb"\r\n|\r(?!$)|\n", chunk))
    return found


def not_utf8(path: Path, dialect: Dialect) -> tuple[int, str] | None:
    """The row and the column of the first byte that is not UTF-8."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                before = line[: error.start].decode()
                column = (
                    len(_first_row(before, dialect.separator, dialect.quote, strict=False)) or 1
                )
                names = dialect.header
                return number, names[column - 1] if column <= len(names) else f"{column}"
    return None


def is_empty(path: Path) -> bool:
    """Whether nothing comes after the header of a CSV."""
    with path.open("rb") as file:
        file.readline()
        return not any(chunk.strip() for chunk in iter(lambda: file.read(_CHUNK), b""))


def _first_row(text: str, separator: str, quote: str, *, strict: bool = True) -> tuple[str, ...]:
    lines = io.StringIO(text, newline="")
    try:
        rows = csv.reader(lines, delimiter=separator, quotechar=quote, strict=strict)
        return tuple(next(rows, []))
    except csv.Error:
        return ()


def _chunks(path: Path) -> Iterator[bytes]:
    """The file in pieces, each with the last bytes of the one before it."""
    last = b""
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(_CHUNK), b""):
            yield last + chunk
            last = chunk[-1:]
