"""Reads gold and silver tables without Spark: rows, history, and how fresh they are."""
