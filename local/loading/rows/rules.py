r"""The rules for a row's values, as SQL: what is read, what is made empty, what is refused.

A row's faults and notes are texts: `kind|column|detail` each, with _END between them. Nothing of a
value is in them, but for texts that stand for none.
"""

from collections.abc import Mapping

from local.duck import literal
from local.loading.files.columns import Columns
from local.loading.rows.values import TIME, TRIMMED, is_number, kind, typed
from local.reviews import ARROW_SCHEMA, YEARS

END = "\x1f"
NONE_TEXTS = (
    *("nan", "NaN", "-nan", "-NaN", "NAN", "NULL", "Null", "null", "<NA>", "NaT", r"\N"),
    *("#N/A", "#NA", "NA", "N/A", "n/a", "None", "none", "nil"),
)
"""Texts that programs write for no value."""

_NAMES_TOO = ("NA", "N/A", "n/a", "None", "none", "nil", "Null", "NAN")
"""Those that may also be the name of a beer, a brewery or a drinker."""

_NAMES = ("brewery_name", "beer_name", "profile_name")

UNKNOWN = "Unknown"
"""What gold calls the state of reviews without one: as a value it would be a second such state."""

_BLANKS = "' \t\r\n\u00a0'"
_TOLD = {
    "bigint": "not an int64 (a whole number)",
    "integer": "not an int32 (a whole number)",
    "double": "not a double (a number such as 4.5)",
    "timestamptz": "not a timestamp with a zone, such as 2012-02-01T00:00:00Z",
    "varchar": "not a text",
}
_NO_TIME = "neither seconds since 1970 nor a time with a zone, such as 2012-02-01T00:00:00Z"
_NUMBER = "9223372036854775807::ubigint"


def staged(
    columns: Columns, types: Mapping[int, str], *, separator: str | None, timezone: str | None
) -> str:
    """The select of a file's rows `from source`, whose columns are c0, c1 and so on.

    Args:
        columns: where the values come from.
        types: DuckDB's types of the file's columns, by their position.
        separator: of a CSV, where a value can have swallowed lines.
        timezone: the zone of times without one.

    Returns:
        SQL with the columns of review_flat, faults and notes, and those of the source.
    """
    texts, values, nones, faults, notes = [], [], [], [], []
    given = [(name, f"c{position}", types[position]) for name, position in columns.source.items()]
    given += [(name, literal(value), "VARCHAR") for name, value in columns.fixed.items()]
    for name, raw, type_ in given:
        texts.append(f"{_text_of(raw, type_)} as x_{name}")
        values.append(f"{typed(name, raw, type_, timezone)} as y_{name}")
        nones.append(f"{_is_none(name, type_)} as n_{name}")
        no_value = f"x_{name} is not null and y_{name} is null and not n_{name}"
        told = _NO_TIME if name == TIME else _TOLD[kind(name)]
        faults.append(_fault(name, told, no_value))
        notes += _notes(name, raw, type_)
    made = {name: f"null::{kind(name)}" for name in columns.made} | {
        name: sql for name, sql in _made(columns).items() if name in columns.made
    }
    faults += _checks(columns)
    if separator:
        faults += _swallowed(columns, types, separator)
    # Each may be made of the one before it.
    order = ("profile_id", "review_id", "review_year", "review_month", "created_at", "updated_at")
    steps = [name for name in order if name in made]
    select = f"select *, {', '.join(texts)} from source"
    select = f"select *, {', '.join(values)} from ({select})"
    select = f"select *, {', '.join(nones)} from ({select})"
    cleaned = (f"case when not n_{name} then y_{name} end as v_{name}" for name, *_ in given)
    select = f"select *, {', '.join(cleaned)} from ({select})"
    for name in (*steps, *(made.keys() - set(steps))):
        select = f"select *, {made[name]} as v_{name} from ({select})"
    finals = ", ".join(f"{_final(name)} as {name}" for name in ARROW_SCHEMA.names)
    told = f"{_joined(faults)} as faults, {_joined(notes)} as notes"
    return f"select {finals}, {told}, * from ({select})"


def _text_of(raw: str, type_: str) -> str:
    return f"nullif(trim({raw}, {_BLANKS}), '')" if type_ == "VARCHAR" else raw


def _is_none(name: str, type_: str) -> str:
    """Whether a value stands for none; it is only looked up where it is short, or no number."""
    if type_ in ("DOUBLE", "FLOAT"):
        return f"coalesce(isnan(x_{name}), false)"
    if type_ != "VARCHAR":
        return "false"
    text, texts = f"x_{name}", [t for t in NONE_TEXTS if name not in _NAMES or t not in _NAMES_TOO]
    if name in TRIMMED:
        text, texts = f"upper(x_{name})", sorted({t.upper() for t in (*NONE_TEXTS, UNKNOWN)})
    may_be = f"length(x_{name}) <= {max(map(len, texts))}"
    if kind(name) != "varchar":
        may_be += f" and y_{name} is null"
    return f"case when {may_be} then {text} in ({', '.join(map(literal, texts))}) else false end"


def _notes(name: str, raw: str, type_: str) -> list[str]:
    detail = f"x_{name}" if type_ == "VARCHAR" else "'NaN'"
    notes = [f"case when n_{name} then 'none|{name}|' || {detail} end"]
    if name == TIME and not is_number(type_):
        not_seconds = f"try_cast(x_{name}::varchar as double) is null"
        return [*notes, f"case when y_{name} is not null and {not_seconds} then 'time|{name}|' end"]
    if type_ == "VARCHAR" and name in TRIMMED:
        has_value = f"not n_{name} and x_{name} is not null"
        notes.append(f"case when {has_value} and {raw} <> x_{name} then 'blanks|{name}|' end")
        if name == "state":
            notes.append(f"case when {has_value} and x_{name} <> y_{name} then 'case|{name}|' end")
    return notes if type_ in ("VARCHAR", "DOUBLE", "FLOAT") else []


def _made(columns: Columns) -> dict[str, str]:
    """Columns that are made of others; an id is the lower half of an MD5, without its sign."""
    time = "to_timestamp(v_review_time)"
    who = "coalesce(v_profile_id::varchar, '')"
    review = f"concat_ws('|', {who}, v_beer_id, v_review_time)"
    return {
        "profile_id": f"(md5_number_lower(v_profile_name) & {_NUMBER})::bigint",
        "review_id": f"(md5_number_lower({review}) & {_NUMBER})::bigint",
        "review_year": f"year({time})::integer",
        "review_month": f"month({time})::integer",
        "created_at": time,
        "updated_at": "v_created_at",
    }


def _final(name: str) -> str:
    return f"v_{name}::{kind(name)}"


def _checks(columns: Columns) -> list[str]:
    time = "to_timestamp(v_review_time)"
    in_range = f"(v_review_time between {_begin(YEARS[0])} and {_begin(YEARS[1] + 1)} - 1)"
    empty = [
        _fault(name, "it is empty", f"v_{name} is null and (x_{name} is null or n_{name})")
        for name in ("review_id", "review_time")
        if name not in columns.made
    ]
    years = f"not in seconds since 1970 (years {YEARS[0]} to {YEARS[1]})"
    return [
        *empty,
        _fault("review_time", years, f"not {in_range}"),
        *(
            _fault(
                f"review_{part}",
                f"it is not the {part} of review_time in UTC",
                f"{in_range} and"
                f" coalesce(v_review_{part} <> {part}({time}), x_review_{part} is null)",
            )
            for part in ("year", "month")
            if f"review_{part}" not in columns.made
        ),
    ]


def _swallowed(columns: Columns, types: Mapping[int, str], separator: str) -> list[str]:
    """Lines in a value with the separators of a whole row: a quote opens it that closes nothing."""
    names = {position: name for name, position in columns.source.items()}
    told = "it holds line breaks and as many separators as a row, as if a quote were missing"
    return [
        _fault(
            names.get(position, f"{position + 1}"),
            told,
            f"contains(c{position}, chr(10)) and length(c{position})"
            f" - length(replace(c{position}, {literal(separator)}, '')) >= {len(types) - 1}",
        )
        for position in types
    ]


def _fault(name: str, told: str, when: str) -> str:
    return f"case when {when} then {literal(f'fault|{name}|{told}')} end"


def _joined(parts: list[str]) -> str:
    return f"nullif(concat_ws(chr({ord(END)}), {', '.join(parts)}), '')" if parts else "null"


def _begin(year: int) -> str:
    return f"epoch(timestamp '{year}-01-01')::bigint"
