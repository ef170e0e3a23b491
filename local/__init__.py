"""What stands in for AWS on one machine, and never ships: lake, loader, demo, Java and jars."""
