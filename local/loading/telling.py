"""What a load tells a person, beside the months that changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from local.loading.files.columns import DERIVED, MADE
from local.loading.files.reading import Rows
from local.loading.months.merging import Change
from runner.dbt.messages import count

Note = tuple[str, str, str, int]
_FEW = 5


def recognised(files: Sequence[Rows]) -> list[str]:
    """What was recognised in files: once, if it is the same in all."""
    told: dict[str, list[str]] = defaultdict(list)
    for file in files:
        made = file.columns.made
        of = DERIVED | MADE
        for sentence in (
            *file.told,
            *(f"{name} is made of {of[name]}" for name in made),
            *_not_loaded(file.columns.unused),
        ):
            told[sentence].append(file.name)
    return [
        sentence if len(names) == len(files) else f"{_few(names)}: {sentence}"
        for sentence, names in told.items()
    ]


def normalised(notes: Iterable[Note]) -> list[str]:
    """What was made of values."""
    none: dict[str, list[str]] = defaultdict(list)
    told, empty = [], 0
    for kind, column, detail, times in notes:
        if kind == "none":
            none[column].append(f"{detail} {times:,}")
            empty += times
        elif kind == "blanks":
            told.append(f"{column}: blanks around {count(times, 'value')} left out")
        elif kind == "time":
            told.append(f"{column}: {count(times, 'time')} loaded as seconds since 1970")
        else:
            told.append(f"{column}: {count(times, 'value')} written in capitals, as the others")
    if none:
        each = "; ".join(f"{column}: {', '.join(texts)}" for column, texts in none.items())
        told.insert(0, f"{count(empty, 'text')} for no value left out ({each})")
    return told


def counted(counts: dict[str, int], change: Change) -> str:
    """How many rows were read, and what became of them."""
    kinds = {
        "new": change.new,
        "changed": change.changed,
        "unchanged": change.unchanged,
        "older than what is there, kept out": change.older + counts["older"],
        "the same row again": counts["repeated"],
        "refused": counts["refused"],
    }
    told = ", ".join(f"{number:,} {kind}" for kind, number in kinds.items() if number)
    return f"{count(counts['read'], 'row')} read{': ' if told else ''}{told}"


def _not_loaded(names: Sequence[str]) -> list[str]:
    noun = "column" if len(names) == 1 else "columns"
    return [f"not loaded: the {noun} {', '.join(name[:40] for name in names)}"] if names else []


def _few(names: Sequence[str]) -> str:
    more = len(names) - _FEW
    return ", ".join(names[:_FEW]) + (f" and {more:,} more" if more > 0 else "")
