"""What comes in and goes: reviews, a person's data, tables."""
