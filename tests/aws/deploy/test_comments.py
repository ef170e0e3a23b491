"""Glue takes comments of columns of one line, with at most 255 characters; of tables, of 2048."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from runner.project import PROJECT

FILES = sorted((PROJECT / "models").rglob("*.yml"))


def comments(node: dict[str, Any]) -> Iterator[tuple[str, str, int]]:
    """Each description that becomes a comment: whose, the text, and how long it may be."""
    for table in (*node.get("models", []), *tables_of(node)):
        yield table["name"], table.get("description", ""), 2048
        for column in table.get("columns", []):
            yield f"{table['name']}.{column['name']}", column.get("description", ""), 255


def tables_of(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for source in node.get("sources", []):
        if source["name"] == "dm_gold":  # silver's comments are silver's
            yield from source["tables"]


def faults(node: dict[str, Any]) -> list[str]:
    return [
        name
        for name, text, longest in comments(node)
        if len(text.strip()) > longest or (longest == 255 and "\n" in text.strip())
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_comment_fits_into_glue(file: Any) -> None:
    assert faults(yaml.safe_load(file.read_text()) or {}) == []


@pytest.mark.parametrize("text", ["x" * 256, "two\nlines"])
def test_a_comment_that_does_not_fit_is_found(text: str) -> None:
    column = {"name": "c", "description": text}
    assert faults({"models": [{"name": "t", "columns": [column]}]}) == ["t.c"]
