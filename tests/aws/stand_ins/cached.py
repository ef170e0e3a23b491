"""What tests download once for a machine, outside of the project."""

import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from runner.project import PROJECT

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "datamaster")


def packages(name: str) -> Path:
    """A folder with the Python packages that requirements-NAME.txt locks."""
    lock = PROJECT / f"requirements-{name}.txt"
    home = CACHE / f"{name}-{sha256(lock.read_bytes()).hexdigest()[:12]}"
    if not home.exists():
        scratch = home.with_suffix(".new")
        shutil.rmtree(scratch, ignore_errors=True)
        pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        options = ("--no-deps", "--require-hashes", "--no-cache-dir", "--target", scratch)
        subprocess.run([*pip, *options, "--requirement", lock], check=True)
        scratch.rename(home)
    return home
