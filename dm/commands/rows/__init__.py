"""Reads the tables: rows, where they come from, SQL, files and pages."""
