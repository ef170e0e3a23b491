"""Runs dbt, and tells what came of it."""
