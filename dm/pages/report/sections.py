"""What the page shows of a table that nobody has laid out: one that is new to the project."""

from dataclasses import dataclass

from dm.pages.report.figures import Figures
from dm.reading import declared

_MEASURES = ("total_reviews", "avg_rating")


@dataclass(frozen=True)
class Section:
    """A section about a table.

    Attributes:
        table: its name.
        title: its heading.
        lead: what stands below that.
        columns: of each column its name, its heading and its kind: place, name, count or rating.
        measure: the chart of a row's past; empty if the table has no measure that a chart knows.
    """

    table: str
    title: str
    lead: str
    columns: list[tuple[str, str, str]]
    measure: str


def of(name: str, figures: Figures) -> Section:
    """The section about a table, from its description and its columns."""
    first = next((row for rows in figures.rows.values() for row in rows), [])
    values = dict(zip(figures.columns, first, strict=False))
    texts = [c for c, v in values.items() if isinstance(v, str) and c != figures.key]
    named = texts[0] if texts else figures.key
    rest = [c for c in figures.columns if c not in (named, figures.key, "period_rank")]
    kinds = {c: "rating" if isinstance(values.get(c), float) else "count" for c in rest}
    return Section(
        table=name,
        title=_words(name),
        lead=" ".join(str(declared.model(name).get("description", "")).split()),
        columns=[
            ("period_rank", "Place", "place"),
            (named, _words(named.removesuffix("_name")), "name"),
            *((c, _words(c), kinds[c]) for c in rest),
        ],
        measure=next((m for m in _MEASURES if m in figures.columns), ""),
    )


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
