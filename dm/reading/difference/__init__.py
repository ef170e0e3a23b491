"""What differs between two states of a gold table."""
