"""Bugs that no test notices, and why none has to."""

import re

_REASONS: dict[str, dict[str, str]] = {}
"""For each file: what a bug's name matches, from its beginning, and the reason."""


def reason(file: str, name: str) -> str | None:
    """Why a bug need not be noticed; None if it has to be."""
    found = _REASONS.get(file, {}) | _REASONS.get("", {})
    return next((why for bug, why in found.items() if re.match(bug, name)), None)
