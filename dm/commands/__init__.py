"""The commands of `dm`: a file for one command, or for a few that belong together."""
