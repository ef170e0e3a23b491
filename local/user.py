"""Who is at this machine."""

import getpass
import os


def user() -> str:
    """What DM_USER says, else the name of the user; somebody where the system knows none."""
    try:
        return os.environ.get("DM_USER") or getpass.getuser()
    except (OSError, KeyError):
        return "somebody"
