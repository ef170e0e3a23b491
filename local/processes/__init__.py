"""Several processes of one machine: who waits for whom, and who is dead."""
