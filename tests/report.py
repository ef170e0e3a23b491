"""Writes the tables that tests measure into docs/reliability.md, between its markers."""

from collections import defaultdict
from pathlib import Path

from runner.project import PROJECT

PAGE = PROJECT / "docs" / "reliability.md"


class Report:
    """Rows of several tables, each of which has a name that the page's markers have, too."""

    def __init__(self) -> None:
        self._rows: dict[str, list[dict[str, object]]] = defaultdict(list)

    def add(self, table: str, **row: object) -> None:
        """Adds a row; a name of a column has _ for a space."""
        self._rows[table].append(row)

    def write(self, page: Path = PAGE) -> None:
        """Replaces those tables of the page that have rows."""
        text = page.read_text()
        for name, rows in self._rows.items():
            begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
            before, _, rest = text.partition(begin)
            _, _, after = rest.partition(end)
            columns = list(dict.fromkeys(column for row in rows for column in row))
            cells = ([row.get(column, "") for column in columns] for row in rows)
            lines = [columns, ["---"] * len(columns), *cells]
            table = "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)
            text = f"{before}{begin}{table.replace('_', ' ')}{end}{after}"
        page.write_text(text)
