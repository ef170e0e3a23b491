"""What the tests of files that people have share: files, commands, and what silver has then."""

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dm.cli import dm
from local import silver
from local.lake import Lake
from local.loading.errors import UnreadableReviews
from local.loading.options import Options
from local.reviews import ARROW_SCHEMA
from tests.loading import read
from tests.reviews import Review


def dm_load(*arguments: object, code: int = 0, stdin: bytes | None = None) -> str:
    answer = CliRunner().invoke(dm, ["load", *map(str, arguments)], input=stdin)
    assert answer.exit_code == code, answer.output
    assert "Traceback" not in answer.output
    return answer.output


def in_silver(lake: Lake) -> list[Review]:
    return silver.table(lake).scan().to_arrow().sort_by("review_id").to_pylist()


def text(*reviews: Review, separator: str = ",", **formats: Any) -> str:
    """A CSV as most programs write it."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\n", **formats)
    writer.writerow(ARROW_SCHEMA.names)
    for found in reviews:
        writer.writerow(
            value.isoformat() if isinstance(value, datetime) else value for value in found.values()
        )
    return out.getvalue()


def as_file(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(path: Path, **options: Any) -> str:
    with pytest.raises(UnreadableReviews) as caught:
        read(path, options=Options(**options))
    assert "@" not in caught.value.message + caught.value.hint
    return f"{caught.value.message}\n{caught.value.hint}"
