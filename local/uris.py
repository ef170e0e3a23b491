"""Where the files are that Iceberg's metadata name by URI."""

from pathlib import Path
from urllib.parse import unquote, urlparse


def uri_of(path: Path) -> str:
    """The URI of a path as Hadoop spells it, file:/lake, so that all writers of a table agree."""
    return path.as_uri().replace("file:///", "file:/", 1)


def path_of(uri: str) -> Path:
    """The path that a URI such as file:///lake/a%20b means."""
    return Path(unquote(urlparse(uri).path))


def file_of(uri: str) -> Path:
    """The same of one that may be not quoted, as some writers leave it: the file that is there."""
    as_it_is = Path(urlparse(uri).path)
    return as_it_is if as_it_is.exists() else path_of(uri)
