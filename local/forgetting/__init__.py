"""A person's data leave the lake, and that is proved."""
