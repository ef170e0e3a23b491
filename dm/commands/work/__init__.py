"""What there is to do, what is being done, and how it ended: items, runs and months."""
