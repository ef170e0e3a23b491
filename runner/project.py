"""The dbt project that the runner runs."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def tables(project: Path = PROJECT) -> tuple[str, ...]:
    """The names of the gold tables: those of the models in `models/gold/`."""
    return tuple(sorted(path.stem for path in (project / "models" / "gold").glob("*.sql")))
