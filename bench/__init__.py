"""Measures what this project costs, against other ways to do the same."""
