"""What a person may say about the files of a load."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """What a load is told beside its files; by default all is recognised or refused.

    Attributes:
        columns: names of a file's columns, with the names of review_flat that they stand for.
        layout: the name of a public layout of LAYOUTS, or None.
        separator: what stands between the columns of a CSV.
        quote: what stands around a value that holds separators or line breaks.
        escape: what stands before a quote inside such a value.
        encoding: a text encoding such as latin-1, as Python names it.
        timezone: the zone of times that have none, such as America/New_York.
        rejects: where rows that cannot be loaded are written; the others are loaded then.
        dry_run: whether to tell only what would be done.
        into_demo: whether a demo's lake may get reviews of one's own.
    """

    columns: dict[str, str] = field(default_factory=dict)
    layout: str | None = None
    separator: str | None = None
    quote: str | None = None
    escape: str | None = None
    encoding: str | None = None
    timezone: str | None = None
    rejects: Path | None = None
    dry_run: bool = False
    into_demo: bool = False
