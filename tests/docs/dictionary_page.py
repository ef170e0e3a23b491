"""The page docs/data-dictionary.md: below a line, each column of each table, as its YAML tells it.

`make commands` writes it; tests/docs/test_documented.py tells when it is not up to date.
"""

import re
from collections.abc import Collection, Iterator
from typing import Any

import yaml

from runner.project import PROJECT, tables

PAGE = PROJECT / "docs" / "data-dictionary.md"
LINE = "<!-- From here on `make commands` writes, from the YAML beside the models. -->\n"
_MODELS = PROJECT / "models" / "gold"


def sections(text: str) -> set[str]:
    """The tables that the page has below the line."""
    return set(re.findall(r"^## \w+\.(\w+)$", text.partition(LINE)[2], re.MULTILINE))


def up_to_date(text: str, names: Collection[str] | None = None) -> str:
    """The page's text, with what the YAML says now of these tables, or of all, below the line."""
    written, line, _ = text.partition(LINE)
    assert line, f"{PAGE} has lost its line {LINE}"
    chosen = [found for found in _each() if names is None or found[1]["name"] in names]
    return written + LINE + "".join(_section(schema, table) for schema, table in chosen)


def _each() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each table with its schema: those of gold, the history, and silver."""
    for name in tables():
        yield "dm_gold", yaml.safe_load((_MODELS / f"{name}.yml").read_text())["models"][0]
    for file in ("_run_history.yml", "_sources.yml"):
        for source in yaml.safe_load((_MODELS / file).read_text())["sources"]:
            for table in source["tables"]:
                yield source["name"], table


def _section(schema: str, table: dict[str, Any]) -> str:
    rows = "".join(
        f"| `{column['name']}` | {column['data_type']} | {_text(column['description'])} |\n"
        for column in table["columns"]
    )
    told = _text(table["description"])
    return f"\n## {schema}.{table['name']}\n\n{told}\n\n| column | type | |\n|---|---|---|\n{rows}"


def _text(description: str) -> str:
    """In one line, with the blocks of _docs.md in their places."""
    blocks = dict(
        re.findall(
            r"{% docs (\w+) %}\n(.*?)\n{% enddocs %}", (_MODELS / "_docs.md").read_text(), re.DOTALL
        )
    )
    whole = re.sub(r"{{ doc\('(\w+)'\) }}", lambda found: blocks[found[1]], description)
    return " ".join(whole.split()).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(up_to_date(PAGE.read_text()))
