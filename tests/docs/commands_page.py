"""The page docs/commands.md: below a line, each command of `dm` as its --help tells it.

`make commands` writes it; tests/docs/test_documented_commands.py tells when it is not up to date.
"""

import re
from collections.abc import Iterator

import click

from dm.cli import dm
from runner.project import PROJECT, tables

PAGE = PROJECT / "docs" / "commands.md"
LINE = "<!-- From here on `make commands` writes, from --help. -->\n"


def up_to_date(text: str) -> str:
    """The page's text, with what --help says now below the line."""
    written, line, _ = text.partition(LINE)
    assert line, f"{PAGE} has lost its line {LINE}"
    context = click.Context(dm, info_name="dm", terminal_width=100, **dm.context_settings)
    told = list(_each(dm, context))
    rows = "".join(
        f"| [`{name}`](#{name.replace(' ', '-')}) | {what} |\n" for name, what, _ in told
    )
    helps = "".join(f"\n### {name}\n\n```text\n{text}\n```\n" for name, _, text in told)
    named = "|".join(tables())
    # Whoever adds a table need not write the page anew.
    helps = re.sub(rf"({named})(,\s+({named}))+", "the gold tables", helps)
    return f"{written}{LINE}\n| command | |\n|---|---|\n{rows}{helps}"


def _each(group: click.Group, parent: click.Context) -> Iterator[tuple[str, str, str]]:
    """Each command, and those of each group: its name, what it does, and its help."""
    for name, command in sorted(group.commands.items()):
        context = click.Context(command, info_name=name, parent=parent, terminal_width=100)
        if isinstance(command, click.Group):
            yield from _each(command, context)
        else:
            what = (command.help or "").split("\n\n")[0].replace("\n", " ")
            yield context.command_path, what, command.get_help(context)


if __name__ == "__main__":
    PAGE.write_text(up_to_date(PAGE.read_text()))
