"""Hands a command to the process that stays, which has Spark, dbt and all imports in it.

Both speak over a Unix socket of the user's own. The command's standard streams go with it, so that
it reads, asks and prints as in a process of its own. What is said: "+" by who is ready to take it,
then the streams and the command as JSON in a line, then its exit code.
"""

import json
import os
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass

from local.spark import server
from runner.errors import DataMasterError

_BUSY = 0.5
"""Seconds after which who did not take a command is taken to be busy with another."""
_PATIENCE = 10
"""Seconds in which a command that is taken has to be told."""
_ELSEWHERE = {"DM_REMOTE", "SPARK_REMOTE"}
"""Variables of who has Spark somewhere else, which a process with a Spark of its own cannot use."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class NobodyKnows(DataMasterError):
    """The process that stays ended, and took a command with it."""


@dataclass(frozen=True)
class Command:
    """A command as a shell starts it."""

    arguments: Sequence[str]
    folder: str
    environment: dict[str, str]


def hand_over(arguments: Sequence[str]) -> int | None:
    """Lets the process that stays do a command of `dm`.

    Returns:
        The exit code; None if none stays for this lake and this code, it is busy, or Spark is
        elsewhere.

    Raises:
        NobodyKnows: it ended meanwhile.
    """
    if not _ELSEWHERE.isdisjoint(os.environ):
        return None
    found = server.find()
    if found is None or found.pid == os.getpid() or found.code != server.code():
        return None
    try:
        command = Command(arguments, os.getcwd(), dict(os.environ))  # noqa: PTH109, as shells have it
    except FileNotFoundError:  # the folder is gone
        return None
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(_BUSY)
        try:
            line.connect(found.commands)
            if line.recv(1) != b"+":
                return None
            socket.send_fds(line, [b" "], [0, 1, 2])
        except OSError:
            return None
        with _signals_go_to(found.pid):
            line.settimeout(None)
            with suppress(ConnectionError):
                line.sendall(json.dumps(asdict(command)).encode() + b"\n")
                if told := line.recv(4):
                    return int(told)
    raise NobodyKnows(
        "The Spark that stayed has stopped, and the command with it",
        "'dm runs' tells how far it came; give it again.",
    )


def take(line: socket.socket) -> tuple[Command, list[int]] | None:
    """Takes a command from who hands it over; None if they gave up meanwhile.

    Returns:
        The command, and its standard streams: three file descriptors, to be closed.
    """
    line.settimeout(_PATIENCE)
    streams: list[int] = []
    with suppress(OSError, ValueError):  # whoever dies while it tells leaves half a line
        line.sendall(b"+")
        _, streams, _, _ = socket.recv_fds(line, 1, 3)
        with line.makefile("rb") as sent:
            if (told := sent.readline()) and len(streams) == 3:
                return Command(**json.loads(told)), streams
    for stream in streams:
        os.close(stream)
    return None


@contextmanager
def _signals_go_to(pid: int) -> Iterator[None]:
    """Ctrl-C and SIGTERM interrupt the command where it is done; its exit code then tells so."""
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    for number in _SIGNALS:
        signal.signal(number, lambda *_: os.kill(pid, signal.SIGINT))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
