"""The columns of a file of reviews: what they stand for, and what is made of others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from local.loading.errors import UnreadableReviews
from local.loading.options import Options
from local.reviews import ARROW_SCHEMA

DERIVED = {
    "review_year": "the year of review_time in UTC",
    "review_month": "the month of review_time in UTC",
    "created_at": "review_time",
    "updated_at": "created_at",
    "deleted_at": "nothing: no review is deleted",
    "email": "nothing",
}
"""Columns that a file need not have, and what they are made of."""

MADE = {
    "review_id": "the profile, the beer and review_time",
    "profile_id": "profile_name",
    "state": "nothing: gold counts the reviews for Unknown",
}
"""Columns that are made only where a layout or a mapping says that the file is another's."""

LAYOUTS = {
    "beeradvocate": {"beer_beerid": "beer_id", "review_profilename": "profile_name"},
}
"""Public layouts: names of their columns, with those of review_flat; the others are the same."""


@dataclass(frozen=True)
class Columns:
    """Where the values of review_flat's columns come from in a file.

    Attributes:
        source: names of review_flat's columns, with the positions of the file's.
        fixed: names of review_flat's columns, with values that folders give.
        made: those that are made of others.
        unused: names of the file's columns that are not loaded.
    """

    source: Mapping[str, int]
    fixed: Mapping[str, str] = field(default_factory=dict)
    made: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


def mapping(options: Options) -> dict[str, str]:
    """The names of a file's columns that stand for others of review_flat."""
    return {**(LAYOUTS[options.layout] if options.layout else {}), **options.columns}


def parse_mapping(texts: Iterable[str]) -> dict[str, str]:
    """Reads `theirs=ours` texts; a blank one and one that begins with # say nothing.

    Raises:
        UnreadableReviews: a text is no such pair, or names no column of review_flat.
    """
    pairs = {}
    for text in texts:
        if not text.strip() or text.startswith("#"):
            continue
        theirs, equals, ours = (part.strip() for part in text.partition("="))
        if not theirs or not equals or ours not in ARROW_SCHEMA.names:
            raise UnreadableReviews(
                f"--map {text.strip()}: it is no COLUMN=NAME with a name of review_flat",
                f"Such as beer_beerid=beer_id. The names: {', '.join(ARROW_SCHEMA.names)}.",
            )
        pairs[theirs] = ours
    return pairs


def known(header: Iterable[str], options: Options) -> int:
    """How many names of a header are known."""
    names = {*ARROW_SCHEMA.names, *mapping(options)}
    return sum(name.strip().lower() in names or name.strip() in names for name in header)


def resolve(
    name: str, header: Sequence[str], options: Options, fixed: Mapping[str, str]
) -> Columns:
    """Finds the columns of a file.

    Args:
        name: the file, as it is told.
        header: the names of its columns.
        options: with the mapping or layout.
        fixed: values that its folders give, as in review_year=2010/.

    Raises:
        UnreadableReviews: a column is missing, or there twice.
    """
    asked = mapping(options)
    renamed = [asked.get(n.strip(), asked.get(n.strip().lower(), n.strip())) for n in header]
    names = [n.lower() if n.lower() in ARROW_SCHEMA.names else n for n in renamed]
    source: dict[str, int] = {}
    for position, found in enumerate(names):
        if found in source and found:
            raise UnreadableReviews(
                f"{name}: the column {found} is there twice", "Leave one of them out."
            )
        source[found] = position
    absent = [theirs for theirs in options.columns if theirs not in [n.strip() for n in header]]
    if absent:
        raise UnreadableReviews(
            f"{name}: no column {absent[0]}, which --map names",
            f"Its columns: {', '.join(map(_short, header))}.",
        )
    ours = {found: position for found, position in source.items() if found in ARROW_SCHEMA.names}
    fixed = {key: value for key, value in fixed.items() if key not in ours}
    missing = [n for n in ARROW_SCHEMA.names if n not in ours and n not in fixed]
    may_be_made = DERIVED | (MADE if asked else {})
    if needed := [n for n in missing if n not in may_be_made]:
        raise UnreadableReviews(f"{name}: no column {', '.join(needed)}", _hint(names))
    if any("\0" in n for n in header):
        raise UnreadableReviews(f"{name}: its header has a NUL character", "Is it a text file?")
    return Columns(
        ours, fixed, tuple(missing), tuple(n for n in names if n and n not in ARROW_SCHEMA.names)
    )


def _hint(names: Sequence[str]) -> str:
    for layout, theirs in LAYOUTS.items():
        if set(theirs) <= set(names):
            pairs = " ".join(f"--map {a}={b}" for a, b in theirs.items())
            return f"It has the public layout {layout}: --layout {layout} loads it, or {pairs}."
    return (
        f"The header must name the columns of review_flat: {', '.join(ARROW_SCHEMA.names)}. "
        "--map COLUMN=NAME says what another name stands for, and dm load --template shows a file."
    )


def _short(name: str) -> str:
    return name.strip()[:40]
