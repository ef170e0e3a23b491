"""What the project's YAML says of the tables."""

from typing import Any

import yaml

from runner.project import PROJECT


def model(name: str) -> dict[str, Any]:
    """The model of a gold table, as its YAML has it."""
    found: dict[str, list[dict[str, Any]]] = yaml.safe_load(
        (PROJECT / "models" / "gold" / f"{name}.yml").read_text()
    )
    (only,) = found["models"]
    return only


def min_reviews() -> int:
    """How many reviews in a month rank a beer, a brewery or a style."""
    least: int = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]["min_reviews"]
    return least
