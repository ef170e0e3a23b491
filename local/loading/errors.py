"""What keeps a load from being done."""

from runner.errors import DataMasterError


class UnreadableReviews(DataMasterError):
    """A file of reviews that cannot be loaded as it is; nothing of it was loaded."""


class RejectsNotWritable(DataMasterError):
    """The file for rows with faults is there already, or cannot be written."""


class LoadOvertaken(DataMasterError):
    """Other loads committed first, again and again."""


class LakeNotWritable(DataMasterError):
    """The lake's disk is full, or may not be written."""


class SilverUnfit(DataMasterError):
    """The table of silver is not as a load can write it."""


class DemoLake(DataMasterError):
    """The lake is the demo's, and the reviews are somebody's own."""
