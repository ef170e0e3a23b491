"""Who is at the terminal."""

import getpass


def user() -> str:
    """The name of the user, or somebody where the system knows none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"
