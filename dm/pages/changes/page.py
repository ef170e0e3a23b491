"""Makes a page about previews: one HTML file that asks for nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dm.pages.report import CannotWrite, hash_of
from dm.reading.difference.changes import KINDS
from dm.reading.difference.preview import Preview
from dm.terminal.output import text

_HERE = Path(__file__).parent
_STYLE = _HERE.parent / "report" / "page.css"


def write(previews: Sequence[Preview], path: Path) -> None:
    """Writes the page: of each table a strip of its months, the months to sort, and rows.

    Raises:
        CannotWrite: the file cannot be written.
    """
    # Names in the tables are anybody's text: autoescape for HTML.
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["value"] = text
    script = (_HERE / "page.js").read_text()
    page = environment.get_template("page.html.jinja").render(
        previews=previews,
        kinds=KINDS,
        made=datetime.now(UTC),
        style=_STYLE.read_text() + (_HERE / "page.css").read_text(),
        script=script,
        hash=hash_of(script),
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CannotWrite(f"{path} cannot be written: {error.strerror}") from error
