"""Pages for people, each of them one file: the docs and the report."""
