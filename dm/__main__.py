"""Where the command `dm` begins: Ctrl-C is told in a word, also while all is still imported."""

import signal
import sys


def main() -> None:
    """Does what the command line says."""
    try:
        from dm.cli import dm

        dm()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        sys.exit(128 + signal.SIGINT)  # as shells have it


if __name__ == "__main__":
    main()
