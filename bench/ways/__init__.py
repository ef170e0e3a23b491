"""The ways to build changed months that are measured."""
