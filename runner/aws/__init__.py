"""What is AWS's alone: the job's entry, what it tells the state machine, and what a fault means."""
