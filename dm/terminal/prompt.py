"""A prompt for the commands of `dm`, where Spark stays warm."""

import shlex
import signal
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click
from click.shell_completion import ShellComplete
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory, InMemoryHistory

from local.processes import owners

_LEAVE = (["exit"], ["quit"])


def run(commands: click.Group, history: Path) -> None:
    """Reads commands and executes them, until Ctrl-D. An error or Ctrl-C ends a command alone.

    Args:
        commands: what can be typed.
        history: the file of what was typed.
    """
    session: PromptSession[str] = PromptSession(
        history=FileHistory(str(history)) if history.parent.is_dir() else InMemoryHistory(),
        completer=_Completer(commands),
        complete_while_typing=False,
    )
    click.echo("Type a command of dm, such as status; Tab completes, Ctrl-D ends.")
    while True:
        try:
            words = shlex.split(session.prompt(">>> "))
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        except ValueError as error:  # a quote that is not closed
            click.echo(f"Error: {error}", err=True)
            continue
        if words in _LEAVE:
            return
        if words[:1] == ["dm"]:
            del words[0]
        if words:
            _execute(commands, ["--help"] if words == ["help"] else words)


def _execute(commands: click.Group, words: list[str]) -> None:
    with _own_signals():
        try:
            commands.main(words, prog_name="dm")
        except SystemExit:
            pass  # click has told why
        except Exception:
            traceback.print_exc()
        finally:
            owners.release()


@contextmanager
def _own_signals() -> Iterator[None]:
    """Ctrl-C reaches the command once: what it gives back then must come to its end."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        click.echo("\nEnding what is being done ...", err=True)
        raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Completer(Completer):
    """Completes as the shell does."""

    def __init__(self, commands: click.Group) -> None:
        self._commands = ShellComplete(commands, {}, "dm", "_DM_COMPLETE")
        self._files = PathCompleter(expanduser=True)

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """What can follow."""
        *before, word = document.text_before_cursor.split(" ")
        for item in self._commands.get_completions([b for b in before if b], word):
            if item.type == "plain":
                yield Completion(item.value, -len(word), display_meta=item.help or "")
            else:
                yield from self._files.get_completions(Document(word), complete_event)
