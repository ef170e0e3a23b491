"""What is stale and how fresh the tables are, as dbt's plan tells it."""
