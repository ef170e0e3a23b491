"""From `incoming` to months of silver, in one commit."""
