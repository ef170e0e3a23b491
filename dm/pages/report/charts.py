"""The page's charts, without their data: the page's script gives them that, for the month chosen.

Colours are CSS variables, so that a chart follows the reader's scheme as the page does.
"""

import altair as alt

_ROW = 40
_MONTH = "utcyearmonth(time):T"
_CHOSEN = "datum.month === month"
_PICKED = "datum.key === picked"
# A few reviews would get ticks between whole numbers.
_WHOLE = "datum.value % 1 ? '' : datum.label"
_REVIEWS = alt.Y("total_reviews:Q").axis(format=",d", labelExpr=_WHOLE).title("reviews")
_WRITTEN = {
    "by the table's last run": "var(--accent)",
    "by an earlier run": "var(--calm)",
    "without tests": "var(--alarm)",
    "no run known": "var(--card)",
}


def specs(tables: int) -> dict[str, dict[str, object]]:
    """The Vega-Lite specifications of all charts, by name; `tables` is how many are built."""
    rating = alt.Y("avg_rating:Q").scale(zero=False).title("mean rating")
    return {
        "volume": _finished(_volume(), "month"),
        "avg_rating": _finished(_over_time(rating), "month", "picked"),
        "total_reviews": _finished(_over_time(_REVIEWS), "month", "picked"),
        "written": _finished(_written().properties(height=_ROW * tables), "month"),
    }


def _volume() -> alt.LayerChart:
    """A bar for each month; `months` has time, month, label and reviews."""
    months = alt.Chart(alt.NamedData("months")).encode(alt.X(_MONTH).axis(None))
    bars = months.mark_bar().encode(
        alt.Y("reviews:Q").axis(None),
        color=alt.when(_CHOSEN)
        .then(alt.value("var(--accent)"))
        .otherwise(alt.value("var(--calm)")),
    )
    targets = months.mark_bar(opacity=0, cursor="pointer").encode(
        y=alt.value(0),
        y2=alt.value("height"),
        tooltip=[_words("label", "month"), alt.Tooltip("reviews:Q", format=",")],
    )
    return alt.LayerChart(layer=[bars, targets]).properties(height=96)


def _over_time(measure: alt.Y) -> alt.LayerChart:
    """A line for each row of the chosen month, one of them picked.

    `history` has time, key, name, label, period_rank, total_reviews and avg_rating.
    """
    past = alt.Chart(alt.NamedData("history")).encode(
        alt.X("time:T").scale(type="utc").axis(_years(grid=True)),
        measure,
        detail="key:N",
    )
    others = past.mark_line(color="var(--calm)", strokeWidth=1, strokeJoin="round", opacity=0.5)
    picked = past.transform_filter(_PICKED)
    line = picked.mark_line(color="var(--accent)", strokeWidth=2, strokeJoin="round")
    points = picked.mark_circle(color="var(--accent)", size=20, opacity=1).encode(
        tooltip=[
            _words("name", "name"),
            _words("label", "month"),
            alt.Tooltip("period_rank:Q", title="place"),
            alt.Tooltip("total_reviews:Q", title="reviews", format=","),
            alt.Tooltip("avg_rating:Q", title="mean rating", format=".2f"),
        ],
    )
    chosen = (
        alt.Chart(alt.NamedData("months"))
        .transform_filter(_CHOSEN)
        .mark_rule(color="var(--soft)", strokeDash=[3, 3])
        .encode(alt.X("time:T"))
    )
    return alt.LayerChart(layer=[chosen, others, line, points]).properties(height=260)


def _written() -> alt.LayerChart:
    """A cell for each table and month; `written` has time, month, label, table, how and at."""
    cells = alt.Chart(alt.NamedData("written")).encode(
        alt.X(_MONTH).axis(_years(grid=False)),
        # The name of a table is above its row, for a phone has no room beside it.
        alt.Y("table:N")
        .scale(paddingInner=0.55, paddingOuter=0.35)
        .axis(
            title=None,
            domain=False,
            ticks=False,
            labelAlign="left",
            labelPadding=0,
            labelOffset=-18,
            labelLimit=0,
        ),
    )
    marks = cells.mark_rect(cursor="pointer").encode(
        color=alt.Color("how:N")
        .scale(domain=list(_WRITTEN), range=list(_WRITTEN.values()))
        .legend(orient="top", title=None, columns=2, symbolStrokeColor="var(--soft)"),
        tooltip=[
            _words("table", "table"),
            _words("label", "month"),
            _words("how", "written"),
            _words("at", "at"),
        ],
    )
    chosen = cells.transform_filter(_CHOSEN).mark_rect(
        stroke="var(--ink)", strokeWidth=2, fillOpacity=0
    )
    return alt.LayerChart(layer=[marks, chosen])


def _finished(chart: alt.LayerChart, *params: str) -> dict[str, object]:
    """The specification of a chart in the page's looks, with parameters that the script sets."""
    spec: dict[str, object] = (
        chart.properties(
            width="container",
            background="transparent",
            autosize=alt.AutoSizeParams(type="fit-x", contains="padding", resize=True),
        )
        .add_params(*(alt.param(name=name, value="") for name in params))
        .configure(
            font="system-ui, sans-serif",
            padding=0,
        )
        .configure_mark(aria=False)
        .configure_view(stroke=None)
        .configure_axis(
            aria=False,
            labelColor="var(--soft)",
            titleColor="var(--soft)",
            titleFontWeight="normal",
            gridColor="var(--line)",
            domainColor="var(--line)",
            tickColor="var(--line)",
            labelFontSize=12,
            titleFontSize=12,
        )
        .configure_legend(aria=False, labelColor="var(--ink)", labelFontSize=12, labelLimit=0)
        .to_dict()
    )
    return spec


def _years(*, grid: bool) -> alt.Axis:
    return alt.Axis(
        title=None,
        grid=grid,
        labelExpr="utcFormat(datum.value, utcmonth(datum.value) ? '%b %Y' : '%Y')",
        tickCount={"expr": "ceil(width / 60)"},
        labelSeparation=8,
    )


def _words(field: str, title: str) -> alt.Tooltip:
    return alt.Tooltip(f"{field}:N", title=title)
