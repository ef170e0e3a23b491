"""Spark on one machine: its Java, its jars, its settings, and the one that stays."""
