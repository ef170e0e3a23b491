"""From `staged` to `incoming`: the rules for values and rows."""
