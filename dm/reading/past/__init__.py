"""What was: the snapshots of a gold table, its runs and branches, and its state at a time."""
