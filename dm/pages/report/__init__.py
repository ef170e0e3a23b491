"""Makes a page about the gold tables: one HTML file that asks for nothing else."""

from base64 import b64encode
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import altair as alt
import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dm.pages.report import charts, figures, sections
from dm.reading import declared
from local.lake import Lake
from runner.errors import DataMasterError
from runner.project import tables

_HERE = Path(__file__).parent
_LAID_OUT = (
    figures.VOLUME,
    *(
        f"top_{of}"
        for of in ("beers_by_rating", "breweries_by_rating", "styles_by_popularity", "drinkers")
    ),
)
"""The tables whose sections are in the template; others get one of their columns."""


class CannotWrite(DataMasterError):
    """The page's file cannot be written."""


def write(lake: Lake, path: Path, as_of: str | None = None) -> None:
    """Writes the page about a lake's gold tables.

    Args:
        lake: the lake.
        path: the page.
        as_of: what to show of them: see states.moment_of; None for what readers see now.

    Raises:
        NotBuilt: no gold table is.
        CannotWrite: the file cannot be written.
    """
    page = _page(figures.read(lake, as_of), as_of)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CannotWrite(f"{path} cannot be written: {error.strerror}") from error


def _page(found: dict[str, figures.Figures], as_of: str | None) -> str:
    # Names in the tables are anybody's text: autoescape for HTML, and tojson for the figures.
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    months = {month for table in found.values() for month in (*table.rows, *table.written_by)}
    volume = found.get(figures.VOLUME)
    data = {
        "months": sorted(months),
        "volume": volume.total_reviews if volume else {},
        "top": figures.TOP,
        "tables": {name: asdict(table) for name, table in found.items()},
        "charts": charts.specs(len(found)),
    }
    version = alt.SCHEMA_VERSION.removeprefix("v").rpartition(".")[0]
    scripts = [
        vl_convert.javascript_bundle(snippet="window.vegaEmbed = vegaEmbed", vl_version=version),
        (_HERE / "page.js").read_text(),
    ]
    return environment.get_template("page.html.jinja").render(
        data=data,
        names=tables(),
        further=[sections.of(n, found[n]) for n in tables() if n in found and n not in _LAID_OUT],
        least=declared.min_reviews(),
        made=datetime.now(UTC),
        as_of=as_of,
        style=(_HERE / "page.css").read_text(),
        scripts=scripts,
        hashes=[hash_of(script) for script in scripts],
    )


def hash_of(script: str) -> str:
    """How a content security policy names a script."""
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
