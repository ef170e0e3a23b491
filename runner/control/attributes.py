"""An item as DynamoDB has it: the names and types of its attributes."""

from dataclasses import MISSING, asdict, fields
from decimal import Decimal
from typing import Any

from runner.control.items import ControlItem, Status

_NUMBERS = {"attempt_count", "duration", "record_count", "gold_snapshot_id"}
_TEXTS = {field.name for field in fields(ControlItem)} - _NUMBERS
_REQUIRED = [field.name for field in fields(ControlItem) if field.default is MISSING]


def of(item: ControlItem) -> dict[str, Any]:
    """The attributes of a new item."""
    raw = {key: value for key, value in asdict(item).items() if value is not None}
    return raw | {"review_year": int(item.review_year), "review_month": int(item.review_month)}


def read(raw: dict[str, Any]) -> ControlItem:
    """Reads an item as it is: what is missing or of another type is left at its default."""
    texts = {key: str(raw[key]) for key in _TEXTS if raw.get(key) is not None}
    numbers = {key: int(raw[key]) for key in _NUMBERS if isinstance(raw.get(key), Decimal)}
    required: dict[str, Any] = dict.fromkeys(_REQUIRED, "")
    return ControlItem(**(required | texts | numbers | {"status": Status(raw["status"])}))
