"""How a value of a file is read as one of silver, as SQL: null if it is none."""

import pyarrow as pa

from local.duck import literal
from local.reviews import ARROW_SCHEMA

TRIMMED = ("state", "beer_style")
"""Columns of kinds, not of names: no kind is called by a text for no value, in whatever case."""

TIME = "review_time"

_KINDS = {pa.int64(): "bigint", pa.int32(): "integer", pa.float64(): "double"}
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER",
          "UBIGINT", "HUGEINT")  # fmt: skip
_PYTHONS = "between timestamptz '0001-01-02 00:00:00Z' and timestamptz '9999-12-30 00:00:00Z'"
"""The times that Python can hold, whatever the zone: most readers of silver can hold no others."""


def kind(name: str) -> str:
    """The type of a column of review_flat in DuckDB."""
    type_ = ARROW_SCHEMA.field(name).type
    return _KINDS.get(type_, "timestamptz" if pa.types.is_timestamp(type_) else "varchar")


def typed(name: str, raw: str, type_: str, timezone: str | None) -> str:
    """The value of a column of review_flat in its type, of a value `x_name` of another type.

    Args:
        name: the column.
        raw: the value with the blanks around it.
        type_: DuckDB's type of the value.
        timezone: the zone of times without one.
    """
    text, wanted = f"x_{name}", kind(name)
    is_text = type_ == "VARCHAR"
    if wanted == "varchar" and is_text:
        if name == "state":
            return f"upper({text})"
        keeps_blanks = name not in TRIMMED
        return f"case when {text} is not null then {raw} end" if keeps_blanks else text
    if wanted == "varchar":
        return "null::varchar"
    if name == TIME and not is_number(type_):
        seconds = f"floor(epoch({_time(text, type_, timezone)}))::bigint"
        return f"coalesce({_whole(text, type_, wanted)}, {seconds})"
    if wanted in ("bigint", "integer"):
        return _whole(text, type_, wanted)
    if wanted == "double":
        if is_text:
            return (
                f"case when isfinite(try_cast({text} as double)) and not contains({text}, '_')"
                f" then try_cast({text} as double) end"
            )
        if is_number(type_):
            return f"case when isfinite({text}::double) then {text}::double end"
        return "null::double"
    return _time(text, type_, timezone)


def _whole(text: str, type_: str, wanted: str) -> str:
    if type_ == "VARCHAR":
        return (
            rf"case when regexp_full_match({text}, '[+-]?[0-9]+(\.0*)?')"
            f" then try_cast(split_part({text}, '.', 1) as {wanted}) end"
        )
    if type_ in _WHOLE:
        return f"try_cast({text} as {wanted})"
    if is_number(type_):
        return f"case when {text} = trunc({text}) then try_cast({text} as {wanted}) end"
    return f"null::{wanted}"


def is_number(type_: str) -> bool:
    """Whether a type of DuckDB is one of numbers."""
    return type_ in (*_WHOLE, "DOUBLE", "FLOAT") or type_.startswith("DECIMAL")


def _time(text: str, type_: str, timezone: str | None) -> str:
    read = _any_time(text, type_, timezone)
    return f"case when {read} {_PYTHONS} then {read} end"


def _any_time(text: str, type_: str, timezone: str | None) -> str:
    zone = literal(timezone) if timezone else ""
    if type_ == "TIMESTAMP WITH TIME ZONE":
        return text
    if type_ in ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "DATE"):
        return f"({text}::timestamp at time zone {zone})" if zone else "null::timestamptz"
    if type_ != "VARCHAR":
        return "null::timestamptz"
    signs = " or ".join(f"substr({text}, -{at}, 1) in ('+', '-')" for at in (3, 5, 6))
    zoned = (
        f"length({text}) > 16 and ({text}[-1] in ('Z', 'z') or ends_with({text}, ' UTC')"
        f" or {signs})"
    )
    naive = f"try_cast({text} as timestamp) at time zone {zone}" if zone else "null"
    return f"case when {zoned} then try_cast({text} as timestamptz) else {naive} end"
