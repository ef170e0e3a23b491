"""The gold layer on AWS, seen from here: its state machine, its runs, and whether all is there."""
